use std::fmt;
use std::sync::{Arc, mpsc};
use std::thread;

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use crate::error::{Error, Result};

/// A Kafka cluster inside this process, for examples, tests and first steps: librdkafka's mock
/// cluster, on ports of the loopback interface.
///
/// Producers and consumers of any language can connect to [`brokers`](Self::brokers). The cluster
/// keeps 5 MiB for each partition, does not check sequence numbers or permissions, and acknowledges
/// every record with the [time](crate::PlacedTimestamp) "1234 ms"; topics are created when they are
/// first used, with four partitions. The cluster runs until the last clone of this handle, and the
/// last producer built [for it](crate::ProducerBuilder::cluster), is dropped.
///
/// ```
/// use wireform_producer::{EmbeddedCluster, Producer};
///
/// let cluster = EmbeddedCluster::start()?;
/// cluster.create_topic("orders", 6)?;
/// let producer = Producer::builder().cluster(&cluster).build()?;
/// assert_eq!(producer.brokers(), cluster.brokers());
/// # Ok::<(), wireform_producer::Error>(())
/// ```
#[derive(Clone)]
pub struct EmbeddedCluster(Arc<Cluster>);

struct Cluster {
    brokers: String,
    /// The cluster must stay on the thread that created it; dropping this ends that thread.
    commands: mpsc::Sender<Command>,
}

type Mock = MockCluster<'static, DefaultProducerContext>;
type Command = Box<dyn FnOnce(&Mock) + Send>;

impl EmbeddedCluster {
    /// Starts a cluster of one broker.
    ///
    /// # Errors
    /// `Config` if no thread or port is available.
    pub fn start() -> Result<Self> {
        let (commands, todo) = mpsc::channel::<Command>();
        let (report, started) = mpsc::channel();
        let run = move || {
            let cluster = match Mock::new(1) {
                Ok(cluster) => cluster,
                Err(error) => return drop(report.send(Err(error))),
            };
            // The thread waits for commands and ends when the sender is gone.
            drop(report.send(Ok(cluster.bootstrap_servers())));
            for command in todo {
                command(&cluster);
            }
        };
        thread::Builder::new()
            .name("wireform-embedded".to_owned())
            .spawn(run)
            .map_err(not_started)?;
        let brokers = started.recv().map_err(not_started)?.map_err(not_started)?;
        Ok(Self(Arc::new(Cluster { brokers, commands })))
    }

    /// Returns the address of the broker: `127.0.0.1:` and a port.
    #[must_use]
    pub fn brokers(&self) -> &str {
        &self.0.brokers
    }

    /// Creates a topic.
    ///
    /// # Errors
    /// `Config` if it exists, or `partitions` is not positive.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        let topic = name.to_owned();
        self.ask(move |cluster| cluster.create_topic(&topic, partitions, 1))?
            .map_err(|error| {
                let message = format!("topic {name:?} could not be created");
                Error::config(message).with_source(error)
            })
    }

    /// Runs `question` on the thread of the cluster.
    pub(crate) fn ask<A: Send + 'static>(
        &self,
        question: impl FnOnce(&Mock) -> A + Send + 'static,
    ) -> Result<A> {
        let (reply, answer) = mpsc::channel();
        let command: Command = Box::new(move |cluster| drop(reply.send(question(cluster))));
        self.0.commands.send(command).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())
    }
}

impl fmt::Debug for EmbeddedCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedCluster")
            .field("brokers", &self.0.brokers)
            .finish_non_exhaustive()
    }
}

fn not_started(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::config("the embedded cluster could not be started").with_source(error)
}

fn gone() -> Error {
    Error::config("the embedded cluster has stopped")
}
