//! Errors of transactional calls.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::Phase;
use crate::error::{Error, ErrorKind};
use crate::native::client::Failure;

impl Failure {
    /// Creates the failure from rdkafka's form of the error.
    pub(crate) fn of(error: &KafkaError) -> Self {
        match error {
            KafkaError::Transaction(error) => Self {
                code: error.code(),
                text: error.string(),
                is_fatal: error.is_fatal(),
                is_retriable: error.is_retriable(),
                requires_abort: error.txn_requires_abort(),
            },
            other => Self {
                code: other
                    .rdkafka_error_code()
                    .unwrap_or(RDKafkaErrorCode::Unknown),
                text: other.to_string(),
                is_fatal: false,
                is_retriable: false,
                requires_abort: false,
            },
        }
    }

    /// Returns whether another call is under way. It was not resumed, so that it will not end.
    fn is_conflict(&self) -> bool {
        self.code == RDKafkaErrorCode::Conflict
    }

    /// Returns whether the same call again may succeed.
    pub(super) fn may_be_repeated(&self) -> bool {
        self.is_retriable && !self.is_final()
    }

    /// Returns whether the producer cannot go on.
    pub(super) fn is_final(&self) -> bool {
        self.is_fatal || self.is_conflict() || self.kind() == ErrorKind::Fenced
    }

    pub(super) fn kind(&self) -> ErrorKind {
        use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
        match self.code {
            Fenced | ProducerFenced | InvalidProducerEpoch => ErrorKind::Fenced,
            _ if self.is_fatal || self.is_conflict() => ErrorKind::Fatal,
            _ if self.requires_abort => ErrorKind::Aborted,
            _ if self.is_retriable => ErrorKind::Timeout,
            _ => ErrorKind::Config,
        }
    }

    pub(super) fn error(&self) -> Error {
        match self.kind() {
            ErrorKind::Timeout => no_answer().with_source(self.text.clone()),
            kind => Error::new(kind, self.text.clone()),
        }
    }
}

impl Failure {
    pub(super) fn lost(&self) -> Phase {
        let kind = match self.kind() {
            ErrorKind::Fenced => ErrorKind::Fenced,
            _ => ErrorKind::Fatal,
        };
        Phase::Lost(kind, self.text.clone())
    }

    pub(super) fn phase_or(&self, phase: Phase) -> Phase {
        if self.is_final() { self.lost() } else { phase }
    }
}

pub(super) fn no_answer() -> Error {
    Error::new(ErrorKind::Timeout, "the brokers did not answer in time")
}
