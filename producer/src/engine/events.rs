use std::sync::Arc;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::api::delivery::{Outcome, Placed, PlacedTimestamp, Ticket};
use crate::api::record::Timestamp;
use crate::engine::accounting::Verdict;
use crate::engine::polling::Engine;
use crate::error::Error;
use crate::native::{Report, Written};
use crate::observe::hooks::Hooks;
use crate::program;

/// What librdkafka calls back, on the polling thread.
pub(crate) struct Events {
    pub(crate) engine: Arc<Engine>,
    pub(crate) hooks: Hooks,
}

/// The librdkafka client.
pub(crate) type Client = BaseProducer<Events>;

impl ClientContext for Events {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        self.hooks.brokers.line(level, facility, text);
    }

    /// Mostly brokers that cannot be reached: no error as long as the records can wait.
    fn error(&self, error: KafkaError, reason: &str) {
        self.hooks.brokers.error(&error, reason);
    }

    fn stats(&self, statistics: rdkafka::Statistics) {
        self.hooks.show(&statistics);
    }
}

impl ProducerContext for Events {
    type DeliveryOpaque = Arc<Ticket>;

    /// Only what rdkafka polls while it drops the client; see [`Events::deliver`].
    fn delivery(&self, result: &DeliveryResult<'_>, ticket: Arc<Ticket>) {
        let report = match result {
            Ok(message) => Report::of(message, None),
            Err((error, message)) => Report::of(message, Some(error)),
        };
        self.deliver(std::iter::once((ticket, report)));
    }
}

impl Events {
    /// Hands over the results of one event.
    pub(crate) fn deliver(&self, mut reports: impl Iterator<Item = (Arc<Ticket>, Report)>) {
        loop {
            let mut verdicts = Vec::with_capacity(reports.size_hint().0.min(AT_ONCE));
            verdicts.extend(reports.by_ref().take(AT_ONCE).map(|(ticket, report)| {
                let (written, outcome) = self.judge(&ticket, &report);
                Verdict {
                    ticket,
                    written,
                    outcome,
                }
            }));
            if verdicts.is_empty() {
                return;
            }
            let hand_over = |ticket: &Ticket, outcome| self.hand_over(ticket, outcome);
            self.engine.deliver(verdicts, hand_over);
        }
    }

    fn judge(&self, ticket: &Ticket, report: &Report) -> (Written, Outcome) {
        let Some(code) = report.error else {
            return (Written::Yes, Ok(placed(report, ticket)));
        };
        let (written, error) = match report.written {
            Written::No if !may_follow_an_append(code) => (Written::No, Error::not_written(code)),
            // A failed report of a record that is in the log all the same is no failure that a
            // caller may repeat: it stays in doubt.
            _ => (Written::Maybe, Error::unknown(code)),
        };
        let error = if self.engine.is_fatal() {
            error.and_fatal()
        } else {
            error
        };
        (written, Err(error.for_topic(&ticket.topic)))
    }

    fn hand_over(&self, ticket: &Ticket, outcome: Outcome) {
        if let Err(error) = &outcome {
            self.hooks.report(error);
        }
        program::call("the metrics recorder", || ticket.started.done());
        ticket.span.end(&outcome);
        ticket.complete(outcome);
    }
}

/// Answers that a broker may give after it wrote the record, whatever librdkafka makes of them:
/// `DelayedProduce.scala` (leadership lost or storage failed while it waited for the replicas), and
/// failures that nobody foresaw.
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

fn placed(report: &Report, ticket: &Ticket) -> Placed {
    let offset = Some(report.offset).filter(|offset| *offset >= 0);
    // Librdkafka leaves the time of sending in place unless the broker answers with its own
    // (`rd_kafka_msgq_set_metadata`), which is what Kafka does for LogAppendTime, and only for
    // that (`ProduceResponse`, log_append_time_ms). Without an offset there was no such answer.
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
        topic: Arc::<str>::clone(&ticket.topic),
        partition: report.partition,
        offset,
        timestamp,
    }
}

/// Verdicts between two looks at the ledger: enough to make its lock cheap, few enough to let
/// senders go on.
const AT_ONCE: usize = 500;
