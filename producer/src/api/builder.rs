use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wireform::HeaderNames;

use crate::api::bootstrap;
use crate::api::embedded::EmbeddedCluster;
use crate::api::producer::Producer;
use crate::api::settings::{Settings, check_safe};
use crate::engine::headers::{OwnHeaders, check_name};
use crate::engine::ledger::Room;
use crate::engine::link::{Link, LinkParts, Transactions};
use crate::engine::partitioning::{PartitionChoice, Partitioning};
use crate::error::{Error, Result};
use crate::observe::broker_log::{BrokerError, BrokerLog};
use crate::observe::hooks::Hooks;
use crate::observe::statistics::{self, Statistics};

/// The delivery guarantee of a producer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// Every in-sync replica acknowledges, retries neither duplicate nor reorder records, up to
    /// five requests are in flight for each broker, and the delivery result arrives within 120 s.
    #[default]
    Durable,
    /// `Durable` with one request in flight: after a fault, the fewest records are unknown, at a
    /// fraction of the throughput.
    Strict,
}

/// The compression of batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip; needs the cargo feature `gzip`.
    Gzip,
    /// LZ4.
    Lz4,
    /// No compression. The default.
    None,
    /// Snappy.
    Snappy,
    /// Zstandard; needs the cargo feature `zstd`.
    Zstd,
}

/// Builds a [`Producer`].
///
/// ```
/// use std::time::Duration;
///
/// use wireform_producer::{Compression, Preset, Producer};
///
/// let producer = Producer::builder()
///     .embedded() // or .brokers("127.0.0.1:9092")
///     .preset(Preset::Durable)
///     .linger(Duration::from_millis(5))
///     .batch_size(16 * 1024)
///     .compression(Compression::Lz4)
///     .header("source", "order-service")
///     .config("client.id", "order-service")
///     .build()?;
/// # Ok::<(), wireform_producer::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct ProducerBuilder {
    preset: Preset,
    settings: Settings,
    room: Room,
    headers: Vec<(String, Vec<u8>)>,
    header_names: HeaderNames,
    has_trace: bool,
    hooks: Hooks,
    partitioning: Option<Partitioning>,
    transaction_timeout: Duration,
    cluster: Cluster,
    /// The first invalid call, which `build` returns as an error.
    problem: Option<String>,
}

/// The source of the broker addresses.
#[derive(Clone)]
enum Cluster {
    Embedded,
    Given(EmbeddedCluster),
    Named(String),
    Unnamed,
}

impl Producer {
    /// Starts to build a producer.
    pub fn builder() -> ProducerBuilder {
        ProducerBuilder::new()
    }

    /// Creates a producer with a cluster inside this process, for examples and tests.
    ///
    /// # Errors
    /// `Config` if the [`EmbeddedCluster`] cannot be started.
    pub fn embedded() -> Result<Self> {
        Self::builder().embedded().build()
    }
}

impl ProducerBuilder {
    pub(crate) fn new() -> Self {
        Self {
            preset: Preset::default(),
            settings: Settings::default(),
            room: Room {
                records: 100_000,
                bytes: 64 << 20,
            },
            headers: Vec::new(),
            header_names: HeaderNames::default(),
            has_trace: false,
            hooks: Hooks::default(),
            partitioning: None,
            transaction_timeout: Duration::from_secs(60),
            cluster: Cluster::Unnamed,
            problem: None,
        }
    }

    /// Sets the brokers to connect to first, as `host:port`, separated by commas. The default port
    /// is 9092.
    pub fn brokers(mut self, brokers: impl Into<String>) -> Self {
        self.cluster = Cluster::Named(brokers.into());
        self
    }

    /// Starts an [`EmbeddedCluster`] for this producer instead of connecting to brokers.
    pub fn embedded(mut self) -> Self {
        self.cluster = Cluster::Embedded;
        self
    }

    /// Sends to `cluster`, and keeps it alive.
    pub fn cluster(mut self, cluster: &EmbeddedCluster) -> Self {
        self.cluster = Cluster::Given(cluster.clone());
        self
    }

    /// Sets the delivery guarantee; [`Preset::Durable`] by default.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }

    /// Sets how long a record may wait for others to fill its batch; 5 ms by default.
    pub fn linger(mut self, linger: Duration) -> Self {
        let millis = linger.as_secs_f64() * 1000.0;
        self.settings.set("linger.ms", format!("{millis:.3}"));
        self
    }

    /// Sets how large a batch may grow before it is sent, in bytes; 1,000,000 by default.
    pub fn batch_size(mut self, bytes: usize) -> Self {
        self.settings.set("batch.size", bytes.to_string());
        self
    }

    /// Sets the time from acceptance to the delivery result, retries included; 120 s by default.
    /// librdkafka looks for late records once a second.
    pub fn delivery_timeout(mut self, timeout: Duration) -> Self {
        if timeout < Duration::from_millis(1) {
            self.note("the delivery timeout must be at least 1 ms");
        }
        let millis = timeout.as_millis().to_string();
        self.settings.set("delivery.timeout.ms", millis);
        self
    }

    /// Makes the producer transactional: it sends only within a
    /// [`transaction`](crate::Producer::transaction). Use the same id each time the program starts.
    /// Only one producer at a time can use it: a new one fences the old one.
    pub fn transactional_id(mut self, id: impl Into<String>) -> Self {
        self.settings.set("transactional.id", id);
        self
    }

    /// Sets how long a transaction may be open, and how long its begin and end may take; 60 s by
    /// default. Afterwards the broker aborts it. Delivery results arrive within this time, too.
    pub fn transaction_timeout(mut self, timeout: Duration) -> Self {
        if timeout < Duration::from_secs(1) {
            self.note("the transaction timeout must be at least 1 s");
        }
        self.transaction_timeout = timeout;
        self
    }

    /// Sets the compression of batches; none by default.
    pub fn compression(mut self, compression: Compression) -> Self {
        let name = match compression {
            Compression::Gzip => "gzip",
            Compression::Lz4 => "lz4",
            Compression::None => "none",
            Compression::Snappy => "snappy",
            Compression::Zstd => "zstd",
        };
        self.settings.set("compression.type", name);
        self
    }

    /// Sets how many records may be without a delivery result at once; 100,000 by default. Further
    /// sends wait, first come, first served.
    pub fn queue_records(mut self, records: usize) -> Self {
        if records == 0 {
            self.note("the queue must have room for at least one record");
        }
        self.room.records = records;
        self
    }

    /// Sets how many bytes of keys, values and headers may be without a delivery result at once; 64
    /// MiB by default. A larger record is sent alone.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.room.bytes = bytes;
        self
    }

    /// Adds a header to every record. It replaces a header of the codec with the same name,
    /// ignoring case; a record's own header replaces this one.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the names of the automatic headers; `content-type` and `version` by default.
    pub fn header_names(mut self, names: HeaderNames) -> Self {
        self.header_names = names;
        self
    }

    /// Adds the current trace context to every record, with the program's propagator
    /// (`opentelemetry::global::set_text_map_propagator`): that of W3C writes `traceparent` and
    /// `tracestate`. A header of the record with the same name is kept.
    ///
    /// Needs the cargo feature `otel`. For `tracing` spans to be current, the program uses
    /// tracing-opentelemetry.
    #[cfg(feature = "otel")]
    #[cfg_attr(docsrs, doc(cfg(feature = "otel")))]
    pub fn trace_context(mut self) -> Self {
        self.has_trace = true;
        self
    }

    /// Sets a function that chooses the partition of every record without one, instead of the hash
    /// of the key; see [`PartitionChoice`].
    ///
    /// The function runs on any thread while locks are held: it should be quick, and must not call
    /// the producer. Such a call panics, or never returns if librdkafka itself has to answer it.
    /// The function may be called again for the same record. If it panics, or returns a partition
    /// that the topic does not have, the record is not written.
    pub fn partitioner(
        mut self,
        partitioner: impl Fn(&PartitionChoice<'_>) -> i32 + Send + Sync + 'static,
    ) -> Self {
        self.partitioning = Some(Partitioning::new(partitioner));
        self
    }

    /// Sets a function that is called once with the error of every accepted record that was not
    /// written or may not have been, before its own handle gets the error: for records sent with
    /// [`post`](crate::Topic::post), and for counters.
    ///
    /// The function runs on the thread that returns all delivery results: it should be quick. A
    /// panic in it is logged, and changes no delivery result.
    pub fn on_error(mut self, hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.hooks.on_error = Some(Arc::new(hook));
        self
    }

    /// Sets a function that is called with every problem of a connection to a broker: see
    /// [`BrokerError`]. The last problem of a broker explains why records wait or fail.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    ///
    /// use wireform_producer::{BrokerErrorKind, Producer};
    ///
    /// let (errors, first) = mpsc::channel();
    /// let producer = Producer::builder()
    ///     .brokers("127.0.0.1:1") // refuses connections
    ///     .on_broker_error(move |error| drop(errors.send(error.clone())))
    ///     .build()?;
    /// let error = first.recv_timeout(Duration::from_secs(10)).expect("a refused connection");
    /// assert_eq!(error.kind, BrokerErrorKind::Connection);
    /// assert_eq!(error.broker.as_deref(), Some("127.0.0.1:1/bootstrap"));
    /// assert!(error.reason.contains("Connection refused"));
    /// # Ok::<(), wireform_producer::Error>(())
    /// ```
    ///
    /// librdkafka repeats the same problem of the same broker every 30 s. That all brokers are down
    /// is reported once for each outage.
    ///
    /// The function runs on the thread that returns all delivery results: it should be quick. A
    /// panic in it is logged.
    pub fn on_broker_error(mut self, hook: impl Fn(&BrokerError) + Send + Sync + 'static) -> Self {
        self.hooks.on_broker_error = Some(Arc::new(hook));
        self
    }

    /// Sets a function that is called with librdkafka's [`Statistics`] every `interval`, on the
    /// thread that returns all delivery results. A panic in it is logged.
    pub fn statistics(
        mut self,
        interval: Duration,
        hook: impl Fn(&Statistics) + Send + Sync + 'static,
    ) -> Self {
        match statistics::interval(interval) {
            Ok(millis) => self.settings.set("statistics.interval.ms", millis),
            Err(error) => self.note(&error.to_string()),
        }
        self.hooks.statistics = Some(Arc::new(hook));
        self
    }

    /// Sets any other property of librdkafka, by its name or alias in its
    /// [list](https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).
    ///
    /// Properties that would lose, duplicate or expose records are refused by
    /// [`build`](Self::build).
    pub fn config(mut self, key: impl AsRef<str>, value: impl Into<String>) -> Self {
        let value = value.into();
        match check_safe(key.as_ref(), &value) {
            Ok(()) => self.settings.set(key.as_ref(), value),
            Err(error) => self.note(&error.to_string()),
        }
        self
    }

    /// Sets a property of librdkafka that [`config`](Self::config) refuses. The guarantees of this
    /// crate end here: records may get lost, be written twice, or be read by others. Only
    /// `delivery.report.only.error` is refused here, too.
    pub fn unsafe_config(mut self, key: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.settings.set(key.as_ref(), value);
        self
    }

    /// Creates the producer, which connects in the background: brokers that cannot be reached are
    /// not an error here.
    ///
    /// # Errors
    /// `Config` with the name of the setting that is unknown, invalid, refused or missing.
    pub fn build(self) -> Result<Producer> {
        if let Some(problem) = self.problem {
            return Err(Error::config(problem));
        }
        for (name, _) in &self.headers {
            check_name(name, None, None)?;
        }
        let mut settings = self.settings;
        let mut hooks = self.hooks;
        let (brokers, cluster) = name_brokers(&mut settings, self.cluster)?;
        settings.check_possible()?;
        hooks.brokers = Arc::new(BrokerLog::new(
            hooks.on_broker_error.take(),
            settings.secrets(),
        ));
        if self.partitioning.is_some() {
            // Otherwise librdkafka would choose the partition of records without a key,
            // `rdkafka_msg.c`.
            settings.set_default("sticky.partitioning.linger.ms", "0");
        } else {
            // As Java's producer does; librdkafka's default is CRC-32, which chooses other
            // partitions.
            settings.set_default("partitioner", "murmur2_random");
        }
        let is_transactional = settings.get("transactional.id").is_some();
        let timeout = is_transactional.then_some(self.transaction_timeout);
        if let Some(timeout) = timeout {
            let millis = timeout.as_millis().to_string();
            settings.set("transaction.timeout.ms", &*millis);
            // librdkafka allows no longer time.
            settings.set_default("delivery.timeout.ms", &millis);
        }
        complete(&mut settings, self.preset, self.room);
        let own = OwnHeaders {
            names: self.header_names,
            fixed: self.headers,
            has_trace: self.has_trace,
        };
        let parts = LinkParts {
            room: self.room,
            own,
            hooks,
            partitioning: self.partitioning,
            transactions: timeout.map_or_else(|| Ok(Transactions::none()), Transactions::start)?,
            brokers,
        };
        let create = |events| {
            let created = settings.to_config().create_with_context(events);
            created.map_err(|error| settings.rejected(&error))
        };
        // A cluster must answer until the last record has its delivery result.
        let link = Link::start(parts, create, cluster)?;
        Ok(Producer { link })
    }

    fn note(&mut self, problem: &str) {
        self.problem.get_or_insert_with(|| problem.to_owned());
    }
}

impl fmt::Debug for ProducerBuilder {
    /// Formats the names of settings and headers, not their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("ProducerBuilder")
            .field("preset", &self.preset)
            .field("settings", &self.settings)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// Adds the brokers to the settings; starts an embedded cluster if requested.
fn name_brokers(
    settings: &mut Settings,
    cluster: Cluster,
) -> Result<(String, Option<EmbeddedCluster>)> {
    let name = settings.name("bootstrap.servers");
    if let (Some(name), false) = (name, matches!(cluster, Cluster::Unnamed)) {
        let message = format!("the brokers are set twice: remove the setting {name:?}");
        return Err(Error::config(message));
    }
    let cluster = match cluster {
        Cluster::Embedded => Some(EmbeddedCluster::start()?),
        Cluster::Given(cluster) => Some(cluster),
        Cluster::Named(brokers) => {
            settings.set("bootstrap.servers", brokers);
            None
        }
        Cluster::Unnamed => None,
    };
    if let Some(cluster) = &cluster {
        // A cluster in this process has no TLS and no SASL, and its address is known to be right.
        settings.set("bootstrap.servers", cluster.brokers());
        return Ok((cluster.brokers().to_owned(), Some(cluster.clone())));
    }
    let brokers = settings.get("bootstrap.servers").unwrap_or_default();
    let protocol = settings.get("security.protocol").unwrap_or("plaintext");
    bootstrap::check(brokers, protocol)?;
    Ok((brokers.to_owned(), None))
}

/// Sets defaults for what was not set.
fn complete(settings: &mut Settings, preset: Preset, room: Room) {
    let in_flight = match preset {
        Preset::Durable => "5",
        Preset::Strict => "1",
    };
    // librdkafka counts a record until the callbacks of its whole batch have run, this crate until
    // its own callback has run: with twice the room, librdkafka's own limits are never reached
    // first.
    let records = room.records.saturating_mul(2).saturating_add(1000);
    let kbytes = (room.bytes / 1024)
        .saturating_mul(2)
        .saturating_add(1 << 20);
    for (key, value) in [
        ("enable.idempotence", "true"),
        ("acks", "all"),
        ("max.in.flight.requests.per.connection", in_flight),
        ("delivery.timeout.ms", "120000"),
        // As Java's producer; with librdkafka's default of 10 s it may miss for minutes a broker
        // that was down for a short time.
        ("reconnect.backoff.max.ms", "1000"),
        (
            "queue.buffering.max.messages",
            &*records.min(LARGEST).to_string(),
        ),
        (
            "queue.buffering.max.kbytes",
            &*kbytes.min(LARGEST).to_string(),
        ),
    ] {
        settings.set_default(key, value);
    }
}

/// The largest value of an integer setting, `rdkafka_conf.c`.
const LARGEST: usize = 2_147_483_647;
