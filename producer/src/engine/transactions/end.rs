//! A commit or an abort, from the first call to the last.

use std::time::Duration;

use super::failure::no_answer;
use super::{Calls, Phase, SLICE};
use crate::error::{Error, ErrorKind, Result};

/// The end of a transaction that was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Abort,
    Commit,
}

/// An end that is in progress.
pub(super) struct End {
    pub(super) how: Ending,
    /// The reason why a commit became an abort.
    aborted: Option<String>,
    /// The reason why the outcome of the commit is unknown.
    unknown: Option<String>,
}

impl End {
    pub(super) fn new(how: Ending) -> Self {
        Self {
            how,
            aborted: None,
            unknown: None,
        }
    }

    /// Returns how long to wait for delivery results.
    pub(super) fn patience(&self, timeout: Duration) -> Duration {
        match self.how {
            Ending::Abort => SETTLING.min(timeout),
            Ending::Commit => timeout,
        }
    }

    pub(super) fn abort_instead(&mut self, reason: String) {
        self.how = Ending::Abort;
        self.aborted = Some(reason);
    }

    /// Makes one call. Returns the next phase if that was the last call.
    pub(super) fn step<C: Calls>(&mut self, calls: &C, left: Duration) -> Option<Phase> {
        // With very little time, librdkafka may take the answer to one part of the call for the
        // answer to the next.
        let left = left.max(SLICE);
        let called = match self.how {
            Ending::Abort => calls.abort(left),
            Ending::Commit => calls.commit(left),
        };
        match called {
            Ok(()) => Some(Phase::Idle),
            Err(failure) if failure.is_fatal || failure.kind() == ErrorKind::Fenced => {
                Some(failure.lost())
            }
            Err(failure) if failure.requires_abort && self.how == Ending::Commit => {
                self.abort_instead(failure.text);
                None
            }
            Err(failure) if failure.may_be_repeated() => None,
            // librdkafka is in a state in which this call has no answer.
            Err(failure) => {
                if self.how == Ending::Commit {
                    self.unknown = Some(failure.text.clone());
                }
                Some(failure.lost())
            }
        }
    }

    /// Returns the result for the caller after the last call.
    pub(super) fn result(&self, phase: &Phase) -> Result<()> {
        match (phase, &self.aborted, &self.unknown) {
            (_, _, Some(reason)) => Err(unknown(reason).and_fatal()),
            (Phase::Lost(..), ..) => Err(phase.error()),
            (_, Some(reason), _) => Err(aborted(reason)),
            (_, None, _) => Ok(()),
        }
    }

    /// Returns the error for the caller when time is over.
    pub(super) fn too_late(&self) -> Error {
        match (&self.aborted, self.how) {
            (Some(reason), _) => aborted(reason),
            (None, Ending::Abort) => no_answer(),
            (None, Ending::Commit) => unknown("no answer from the coordinator in time"),
        }
    }
}

fn aborted(reason: &str) -> Error {
    Error::new(ErrorKind::Aborted, reason.to_owned())
}

fn unknown(reason: &str) -> Error {
    let message = format!("commit outcome unknown: {reason}");
    Error::new(ErrorKind::Unknown, message)
}

/// The time for the records of a transaction to settle before it is aborted.
const SETTLING: Duration = Duration::from_secs(5);
