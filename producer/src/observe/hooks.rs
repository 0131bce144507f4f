use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::observe::broker_log::{BrokerLog, OnBrokerError};
use crate::observe::statistics::Statistics;
use crate::observe::trace;
use crate::program;

type OnStatistics = dyn Fn(&Statistics) + Send + Sync;
type OnError = dyn Fn(&Error) + Send + Sync;

/// Functions of the program that a producer calls.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) brokers: Arc<BrokerLog>,
    pub(crate) on_broker_error: Option<Arc<OnBrokerError>>,
    pub(crate) on_error: Option<Arc<OnError>>,
    pub(crate) statistics: Option<Arc<OnStatistics>>,
}

impl Hooks {
    /// Reports a record that was not placed. A panic ends here.
    pub(crate) fn report(&self, error: &Error) {
        program::log(|| trace::not_placed(error));
        if let Some(hook) = &self.on_error {
            program::call("the error hook of a producer", || hook(error));
        }
    }

    /// Passes librdkafka's statistics to the program. A panic ends here.
    pub(crate) fn show(&self, statistics: &rdkafka::Statistics) {
        let Some(hook) = &self.statistics else {
            return;
        };
        let statistics = Statistics::from(statistics);
        program::call("the statistics hook of a producer", || hook(&statistics));
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
