use std::sync::Arc;

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, DeliveryResult, Message as _};
use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::delivery::{Outcome, Placed, PlacedTimestamp, Ticket};
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::Hooks;
use crate::partitioning::Partitioning;
use crate::record::Timestamp;
use crate::status::{self, Written};

/// What librdkafka calls back, on the polling thread.
pub(crate) struct Events {
    pub(crate) engine: Arc<Engine>,
    pub(crate) hooks: Hooks,
}

/// The librdkafka client.
pub(crate) type Client = BaseProducer<Events, Partitioning>;

impl ClientContext for Events {
    /// Mostly brokers that cannot be reached: no error as long as the records can wait.
    fn error(&self, error: KafkaError, reason: &str) {
        log::warn!("librdkafka: {error}: {reason}");
    }
}

impl ProducerContext<Partitioning> for Events {
    type DeliveryOpaque = Arc<Ticket>;

    fn delivery(&self, report: &DeliveryResult<'_>, ticket: Arc<Ticket>) {
        let (written, outcome) = match report {
            Ok(message) => (Written::Yes, Ok(placed(message, &ticket))),
            Err((error, message)) => failed(error, status::written(message)),
        };
        let outcome = outcome.map_err(|error| {
            let error = if self.engine.is_fatal() {
                error.and_fatal()
            } else {
                error
            };
            error.for_topic(&ticket.topic)
        });
        if let Err(error) = &outcome {
            self.hooks.report(error);
        }
        // In this order: when a flush is over, the callbacks have run.
        ticket.complete(outcome);
        self.engine.settle(&ticket, written);
    }

    fn get_custom_partitioner(&self) -> Option<&Partitioning> {
        self.hooks.partitioning.as_ref()
    }
}

fn placed(message: &BorrowedMessage<'_>, ticket: &Ticket) -> Placed {
    let offset = Some(message.offset()).filter(|offset| *offset >= 0);
    // Librdkafka leaves the time of sending in place unless the broker answers with its own
    // (`rd_kafka_msgq_set_metadata`), which is what Kafka does for LogAppendTime, and only for
    // that (`ProduceResponse`, log_append_time_ms). Without an offset there was no such answer.
    let timestamp = match (offset, message.timestamp()) {
        (Some(_), rdkafka::Timestamp::CreateTime(millis)) => {
            PlacedTimestamp::CreateTime(Timestamp::reported(millis))
        }
        (Some(_), rdkafka::Timestamp::LogAppendTime(millis)) => {
            PlacedTimestamp::LogAppendTime(Timestamp::reported(millis))
        }
        (None, _) | (_, rdkafka::Timestamp::NotAvailable) => PlacedTimestamp::Unknown,
    };
    Placed {
        topic: Arc::clone(&ticket.topic),
        partition: message.partition(),
        offset,
        timestamp,
    }
}

/// A failed report of a record that is in the log all the same is no failure that a caller may
/// repeat: it stays in doubt.
fn failed(error: &KafkaError, written: Written) -> (Written, Outcome) {
    let code = error
        .rdkafka_error_code()
        .unwrap_or(RDKafkaErrorCode::Unknown);
    match written {
        Written::No => (Written::No, Err(Error::not_written(code))),
        Written::Maybe | Written::Yes => (Written::Maybe, Err(Error::unknown(code))),
    }
}
