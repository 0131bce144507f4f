use std::sync::{Arc, OnceLock, Weak};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::engine::accounting::Verdict;
use crate::engine::in_flight::InFlight;
use crate::engine::partitioning::Partitioning;
use crate::engine::shared::Engine;
use crate::error::Error;
use crate::native::report::{Report, Written};
use crate::native::topic::Partitioned;
use crate::observe::hooks::Hooks;
use crate::outcome::{Outcome, Placed, PlacedTimestamp};
use crate::program;
use crate::timestamp::Timestamp;

/// The context of the client: librdkafka's callbacks, on the polling thread.
pub(crate) struct Events {
    engine: Arc<Engine>,
    pub(super) hooks: Hooks,
    pub(super) partitioning: Option<Partitioning>,
    /// Weak, since the client owns this.
    client: OnceLock<Weak<Client>>,
}

/// The librdkafka client.
pub(crate) type Client = BaseProducer<Events>;

impl ClientContext for Events {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        self.hooks.brokers.line(level, facility, text);
    }

    /// Handles an error, mostly brokers that cannot be reached: records wait for them.
    fn error(&self, error: KafkaError, reason: &str) {
        self.hooks.brokers.error(&error, reason);
    }

    fn stats(&self, statistics: rdkafka::Statistics) {
        self.hooks.show(&statistics);
    }
}

impl ProducerContext for Events {
    type DeliveryOpaque = Arc<InFlight>;

    /// Only what rdkafka polls while it drops the client; see [`Events::deliver`].
    fn delivery(&self, result: &DeliveryResult<'_>, in_flight: Arc<InFlight>) {
        let report = match result {
            Ok(message) => Report::of(message, None),
            Err((error, message)) => Report::of(message, Some(error)),
        };
        self.deliver(std::iter::once((in_flight, report)));
    }
}

impl Partitioned for Events {
    type Partitioner = Partitioning;

    fn partitioner(&self) -> Option<&Partitioning> {
        self.partitioning.as_ref()
    }
}

impl Events {
    pub(crate) fn new(
        engine: Arc<Engine>,
        hooks: Hooks,
        partitioning: Option<Partitioning>,
    ) -> Self {
        Self {
            engine,
            hooks,
            partitioning,
            client: OnceLock::new(),
        }
    }

    pub(crate) fn set_client(&self, client: &Arc<Client>) {
        let _ = self.client.set(Arc::downgrade(client));
    }

    /// Hands over the results of one event.
    pub(crate) fn deliver(&self, mut reports: impl Iterator<Item = (Arc<InFlight>, Report)>) {
        loop {
            let mut verdicts = Vec::with_capacity(reports.size_hint().0.min(AT_ONCE));
            verdicts.extend(reports.by_ref().take(AT_ONCE).map(|(in_flight, report)| {
                let (written, outcome) = self.judge(&in_flight, &report);
                Verdict {
                    in_flight,
                    written,
                    outcome,
                }
            }));
            if verdicts.is_empty() {
                return;
            }
            let hand_over = |in_flight: &InFlight, outcome| self.hand_over(in_flight, outcome);
            self.engine.deliver(verdicts, hand_over);
        }
    }

    fn judge(&self, in_flight: &InFlight, report: &Report) -> (Written, Outcome) {
        let Some(code) = report.error else {
            return (Written::Yes, Ok(placed(report, in_flight)));
        };
        let (written, error) = match report.written {
            Written::No if !may_follow_an_append(code) => (Written::No, Error::not_written(code)),
            // The result of a failed report is unknown if the record is in the log after all: the
            // caller must not repeat it.
            _ => (Written::Maybe, Error::unknown(code)),
        };
        let error = if self.is_fatal() {
            error.and_fatal()
        } else {
            error
        };
        (written, Err(error.for_topic(&in_flight.topic)))
    }

    fn is_fatal(&self) -> bool {
        let client = self.client.get().and_then(Weak::upgrade);
        client.is_some_and(|client| self.engine.notice_fatal(&client))
    }

    fn hand_over(&self, in_flight: &InFlight, outcome: Outcome) {
        if let Err(error) = &outcome {
            self.hooks.report(error);
        }
        program::call("the metrics recorder", || in_flight.started.done());
        in_flight.span.end(&outcome);
        in_flight.complete(outcome);
    }
}

/// Returns whether a broker may give this answer after it wrote the record, whatever librdkafka
/// reports: `DelayedProduce.scala` (leadership lost or storage failed while it waited for the
/// replicas), and unexpected failures.
fn may_follow_an_append(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::KafkaStorageError
            | RDKafkaErrorCode::NetworkException
            | RDKafkaErrorCode::NotEnoughReplicasAfterAppend
            | RDKafkaErrorCode::NotLeaderForPartition
            | RDKafkaErrorCode::RequestTimedOut
            | RDKafkaErrorCode::Unknown
    )
}

fn placed(report: &Report, in_flight: &InFlight) -> Placed {
    let offset = Some(report.offset).filter(|offset| *offset >= 0);
    // librdkafka keeps the time of sending unless the broker answers with its own
    // (`rd_kafka_msgq_set_metadata`), which Kafka does for LogAppendTime only (`ProduceResponse`,
    // log_append_time_ms). Without an offset there was no such answer.
    let timestamp = match (offset, report.timestamp) {
        (Some(_), rdkafka::Timestamp::CreateTime(millis)) => {
            PlacedTimestamp::CreateTime(Timestamp::reported(millis))
        }
        (Some(_), rdkafka::Timestamp::LogAppendTime(millis)) => {
            PlacedTimestamp::LogAppendTime(Timestamp::reported(millis))
        }
        (None, _) | (_, rdkafka::Timestamp::NotAvailable) => PlacedTimestamp::Unknown,
    };
    Placed {
        topic: Arc::<str>::clone(&in_flight.topic),
        partition: report.partition,
        offset,
        timestamp,
    }
}

/// Delivery results between two locks of the ledger: enough to make the lock cheap, few enough to
/// let senders continue.
const AT_ONCE: usize = 500;
