//! What becomes of a record when the broker answers with an error: to the first request, to the
//! third, to all.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use wireform_producer::{ErrorKind, Outcome, Preset, Producer, Record};

use crate::texts;

/// The verdict on the record whose request failed: once, as the third, and every time.
type Row = (RDKafkaRespErr, [&'static str; 3]);

#[rustfmt::skip]
const TABLE: [Row; 24] = {
    use RDKafkaRespErr::*;
    [
        (RD_KAFKA_RESP_ERR_UNKNOWN, ["Unknown", "Unknown", "Unknown"]),
        (RD_KAFKA_RESP_ERR_INVALID_MSG, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ["Placed", "Placed", "Unknown"]),
        (RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ["TooLarge", "TooLarge", "TooLarge"]),
        (RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, ["Unknown", "Unknown", "Unknown"]),
        (RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ["TooLarge", "TooLarge", "TooLarge"]),
        (RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, ["Placed", "Placed", "Unknown"]),
        (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ["Unknown, fatal", "Unknown, fatal", "Unknown, fatal"]),
        (RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, ["Placed", "Placed", "Placed"]),
        (RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, ["Placed", "Placed", "NotWritten"]),
        (RD_KAFKA_RESP_ERR_INVALID_RECORD, ["NotWritten", "NotWritten", "NotWritten"]),
        (RD_KAFKA_RESP_ERR__TRANSPORT, ["Placed", "Placed", "Unknown"]),
    ]
};

const TIMEOUT: Duration = Duration::from_secs(2);

/// The requests that fail, and how many records are sent before the one that counts.
fn script(column: usize, error: RDKafkaRespErr) -> (Vec<RDKafkaRespErr>, usize) {
    let no_error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR;
    match column {
        0 => (vec![error], 0),
        1 => (vec![no_error, no_error, error], 2),
        _ => (vec![error; 1000], 0),
    }
}

fn verdict(error: RDKafkaRespErr, column: usize, preset: Preset) -> String {
    let cluster = MockCluster::<'static, DefaultProducerContext>::new(1).unwrap();
    cluster.create_topic("orders", 1, 1).unwrap();
    let (errors, before) = script(column, error);
    cluster.request_errors(RDKafkaApiKey::Produce, &errors);
    let producer = Producer::builder()
        .brokers(cluster.bootstrap_servers())
        .preset(preset)
        .delivery_timeout(TIMEOUT)
        .build()
        .unwrap();
    let orders = texts(&producer);
    for _ in 0..before {
        let mut delivery = orders.send_blocking(Record::new("before")).unwrap();
        delivery.wait(TIMEOUT * 2).unwrap().unwrap();
    }
    let started = Instant::now();
    let mut delivery = orders.send_blocking(Record::new("x")).unwrap();
    let outcome = delivery.wait(TIMEOUT + Duration::from_secs(8)).unwrap();
    let late = started.elapsed() > TIMEOUT + Duration::from_secs(4);
    let report = producer.close_blocking(TIMEOUT).unwrap();
    assert_eq!(report.accepted(), before as u64 + 1);
    let counted = match &outcome {
        Ok(_) => report.delivered - before as u64,
        Err(error) if error.kind() == ErrorKind::Unknown => report.unknown,
        Err(_) => report.not_written,
    };
    assert_eq!(counted, 1, "{outcome:?} {report:?}");
    if late {
        "late".to_owned()
    } else {
        name(&outcome)
    }
}

fn name(outcome: &Outcome) -> String {
    match outcome {
        Ok(_) => "Placed".to_owned(),
        Err(error) if error.is_fatal() && error.kind() == ErrorKind::Unknown => {
            "Unknown, fatal".to_owned()
        }
        Err(error) => format!("{:?}", error.kind()),
    }
}

#[test]
fn errors_of_the_broker_give_the_documented_verdicts() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let cases: VecDeque<_> = TABLE
        .iter()
        .flat_map(|row| (0..3).map(move |column| (row, column)))
        .flat_map(|(row, column)| [Preset::Durable, Preset::Strict].map(|p| (row, column, p)))
        .collect();
    assert_eq!(cases.len(), 144);
    let (cases, wrong) = (Mutex::new(cases), Mutex::new(Vec::new()));
    let next = || {
        cases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    // They mostly wait.
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while let Some((row, column, preset)) = next() {
                    let found = verdict(row.0, column, preset);
                    if found != row.1[column] {
                        let which = ["first", "third", "all"][column];
                        let line = format!("{:?} {which} {preset:?}: {found}", row.0);
                        wrong.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
