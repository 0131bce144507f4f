use std::collections::VecDeque;
use std::future::{Future, pending, poll_fn};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

/// Faults that a registry makes on purpose, to test programs that depend on it: one in memory, by
/// [`InMemoryRegistry::faults`](crate::InMemoryRegistry::faults), or a served one
/// (`Server::faults`, feature `server`). Clones share their script.
/// ```
/// use wireform_registry::{Fault, Faults};
///
/// let faults = Faults::default();
/// faults.push(Fault::Status(503)); // the next call fails
/// faults.always(Some(Fault::Hang)); // and all after it get no answer
/// faults.clear();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The right answer, this much later.
    Delay(Duration),
    /// Status 200 and this text, which is not a registry's answer. In memory it is the error that
    /// `HttpRegistry` makes of it.
    Garbage(String),
    /// No answer, with the connection left open.
    Hang,
    /// This status without a registry's error code, as a proxy in front would answer. In memory it
    /// is the error that `HttpRegistry` makes of it.
    Status(u16),
    /// Nothing goes wrong with this call.
    Nothing,
}

impl Faults {
    /// Sets what happens to the next call that has no fault yet.
    pub fn push(&self, fault: Fault) {
        self.with(|script| script.next.push_back(fault));
    }

    /// Sets what happens to all calls after those set by [`push`](Self::push).
    pub fn always(&self, fault: Option<Fault>) {
        self.with(|script| script.always = fault);
    }

    /// Nothing goes wrong from now on.
    pub fn clear(&self) {
        self.with(|script| *script = Script::default());
    }

    pub(crate) fn next(&self) -> Option<Fault> {
        self.with(|script| script.next.pop_front().or_else(|| script.always.clone()))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Script) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Fault {
    /// Lets it happen to a call in memory: fails, or goes on, now or later.
    pub(crate) async fn happen(self) -> Result<()> {
        match self {
            Self::Delay(time) => sleep(time).await,
            Self::Garbage(_) => {
                let message = "the answer is not a registry's JSON";
                return Err(Error::new(ErrorKind::InvalidResponse, message));
            }
            Self::Hang => pending().await,
            Self::Nothing => {}
            Self::Status(status) => {
                let message = format!("the answer was HTTP status {status}");
                return Err(Error::new(kind_of(status), message));
            }
        }
        Ok(())
    }
}

/// As `HttpRegistry` sees a status without an error code.
fn kind_of(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::InvalidResponse,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Incompatible,
        425 | 429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Rejected,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::InvalidResponse,
    }
}

/// Without a runtime: a thread of its own wakes the sleeper.
fn sleep(time: Duration) -> impl Future<Output = ()> {
    let mut end = None;
    poll_fn(move |context| {
        let is_new = end.is_none();
        let end = *end.get_or_insert_with(|| Instant::now() + time);
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        if is_new {
            thread::spawn(move || {
                thread::sleep(left);
                waker.wake();
            });
        }
        Poll::Pending
    })
}

#[cfg(test)]
#[cfg(any(feature = "http", feature = "schema-registry-converter"))]
mod tests {
    use super::*;
    use crate::rest::Failure;

    #[test]
    fn a_status_is_the_error_that_a_client_makes_of_it() {
        for status in 300..600 {
            let error = Failure::parse(status, b"<h1>oops</h1>").into_error(&"schema id 1");
            assert_eq!(kind_of(status), error.kind(), "{status}");
        }
    }
}
