//! A client without Kafka, for tests of the accounting.

use std::sync::Arc;

use rdkafka::error::RDKafkaErrorCode;

use crate::engine::accounting::Verdict;
use crate::engine::encoded_record::Outgoing;
use crate::engine::in_flight::{Completion, InFlight};
use crate::error::Error;
use crate::native::report::Written;
use crate::outcome::{Outcome, Placed, PlacedTimestamp};
use crate::sync::{Mutex, MutexGuard};

/// The records of a client that have no result, and its answers.
#[derive(Default)]
pub(crate) struct FakeClient {
    state: Mutex<Taken>,
    #[cfg(wireform_model)]
    changed: crate::sync::Condvar,
}

#[derive(Default)]
pub(crate) struct Taken {
    /// Records on their way.
    pub(crate) sent: Vec<Arc<InFlight>>,
    /// The topics of all records in the order in which they were taken.
    pub(crate) order: Vec<Arc<str>>,
    /// The error with which the client refuses records.
    pub(crate) refusal: Option<RDKafkaErrorCode>,
    #[cfg(wireform_model)]
    is_closed: bool,
}

impl FakeClient {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Taken> {
        self.state.lock()
    }

    /// Returns a record of `bytes`. The name of its topic is its own.
    pub(crate) fn record(
        self: &Arc<Self>,
        name: &str,
        bytes: usize,
        completion: Completion,
    ) -> FakeRecord {
        FakeRecord {
            in_flight: Arc::new(InFlight::new(Arc::new(Arc::from(name)), bytes, completion)),
            client: Arc::clone(self),
        }
    }

    /// Returns the result of the record at `index` of those on their way.
    pub(crate) fn finish(&self, index: usize, written: Written) -> Verdict {
        let in_flight = self.lock().sent.remove(index);
        Verdict {
            outcome: outcome(&in_flight, written),
            in_flight,
            written,
        }
    }
}

#[cfg(wireform_model)]
impl FakeClient {
    /// Waits for a record on its way. Returns false if there is none and the client is closed.
    pub(crate) fn wait_sent(&self) -> bool {
        let mut taken = self.lock();
        while taken.sent.is_empty() && !taken.is_closed {
            taken = self.changed.wait(taken);
        }
        !taken.sent.is_empty()
    }

    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }
}

fn outcome(in_flight: &InFlight, written: Written) -> Outcome {
    match written {
        Written::Yes => Ok(Placed {
            topic: Arc::clone(&in_flight.topic),
            partition: 0,
            offset: Some(0),
            timestamp: PlacedTimestamp::Unknown,
        }),
        Written::Maybe => Err(Error::unknown(RDKafkaErrorCode::MessageTimedOut)),
        Written::No => Err(Error::not_written(RDKafkaErrorCode::MessageTimedOut)),
    }
}

pub(crate) struct FakeRecord {
    pub(crate) in_flight: Arc<InFlight>,
    client: Arc<FakeClient>,
}

impl Outgoing for FakeRecord {
    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    fn produce(&mut self) -> Result<(), RDKafkaErrorCode> {
        let mut taken = self.client.lock();
        if let Some(code) = taken.refusal {
            return Err(code);
        }
        taken.order.push(Arc::clone(&self.in_flight.topic));
        taken.sent.push(Arc::clone(&self.in_flight));
        #[cfg(wireform_model)]
        self.client.changed.notify_all();
        Ok(())
    }
}
