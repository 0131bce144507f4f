use std::time::Duration;

use crate::error::{Error, Result};

/// Statistics of librdkafka; for
/// [`ProducerBuilder::statistics`](crate::ProducerBuilder::statistics).
///
/// Counts are since the producer was built. Source:
/// [STATISTICS.md](https://github.com/confluentinc/librdkafka/blob/master/STATISTICS.md).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// The time since the producer was built.
    pub age: Duration,
    /// Records in librdkafka's queues and in flight.
    pub queued_records: u64,
    /// Bytes of these records.
    pub queued_bytes: u64,
    /// Requests to all brokers.
    pub requests: u64,
    /// Bytes sent to all brokers.
    pub sent_bytes: u64,
    /// Responses of all brokers.
    pub responses: u64,
    /// Bytes received from all brokers.
    pub received_bytes: u64,
    /// Records in the requests; a retried record counts again.
    pub sent_records: u64,
    /// Statistics of each broker.
    pub brokers: Vec<BrokerStatistics>,
}

/// Statistics of librdkafka for one broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokerStatistics {
    /// Host, port and id.
    pub name: String,
    /// The state of the connection: `UP`, `DOWN`, `CONNECT`, ….
    pub state: String,
    /// Requests that wait to be sent.
    pub waiting_requests: u64,
    /// Requests that wait for their response.
    pub unanswered_requests: u64,
    /// Requests that failed or got no response.
    pub errors: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Requests without a response in time.
    pub timeouts: u64,
    /// Connections that ended.
    pub disconnects: u64,
    /// Mean time from a request to its response, in the last interval.
    pub mean_round_trip: Option<Duration>,
    /// 99th percentile of the time from a request to its response, in the last interval.
    pub slow_round_trip: Option<Duration>,
}

impl From<&rdkafka::Statistics> for Statistics {
    fn from(native: &rdkafka::Statistics) -> Self {
        let mut brokers: Vec<_> = native
            .brokers
            .values()
            .map(BrokerStatistics::from)
            .collect();
        brokers.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            age: Duration::from_micros(count(native.age)),
            queued_records: native.msg_cnt,
            queued_bytes: native.msg_size,
            requests: count(native.tx),
            sent_bytes: count(native.tx_bytes),
            responses: count(native.rx),
            received_bytes: count(native.rx_bytes),
            sent_records: count(native.txmsgs),
            brokers,
        }
    }
}

impl From<&rdkafka::statistics::Broker> for BrokerStatistics {
    fn from(native: &rdkafka::statistics::Broker) -> Self {
        let window = native.rtt.as_ref().filter(|window| window.cnt > 0);
        let micros = |micros: i64| Duration::from_micros(count(micros));
        Self {
            name: native.name.clone(),
            state: native.state.clone(),
            waiting_requests: count(native.outbuf_cnt),
            unanswered_requests: count(native.waitresp_cnt),
            errors: native.txerrs.saturating_add(native.rxerrs),
            retries: native.txretries,
            timeouts: native.req_timeouts,
            disconnects: count(native.disconnects.unwrap_or(0)),
            mean_round_trip: window.map(|window| micros(window.avg)),
            slow_round_trip: window.map(|window| micros(window.p99)),
        }
    }
}

/// Counts are never negative, whatever their type says.
fn count(native: i64) -> u64 {
    u64::try_from(native).unwrap_or(0)
}

/// Returns the setting for an interval.
pub(crate) fn interval(interval: Duration) -> Result<String> {
    match interval.as_millis() {
        millis @ 1..=86_400_000 => Ok(millis.to_string()),
        _ => Err(Error::config(
            "invalid interval of statistics: expected 1 ms to 24 h",
        )),
    }
}
