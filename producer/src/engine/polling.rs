//! The polling thread of a producer.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::producer::{Producer as _, PurgeConfig};

use crate::engine::accounting::Loss;
use crate::engine::event_buffer::{BufferedEvent, Queue};
use crate::engine::events::{Client, Events};
use crate::engine::shared::Engine;
use crate::native::client;
use crate::outcome::CloseReport;
use crate::program;

impl Engine {
    /// Serves librdkafka until the last handle is dropped and the last delivery result has arrived.
    pub(crate) fn run(&self, producer: Arc<Client>, queue: Arc<Queue>) {
        let _ = self.polling_thread.set(thread::current().id());
        let mut slice = IDLE;
        loop {
            program::call(SERVING, || self.serve(&queue, producer.context(), slice));
            if let Some(partitioning) = &producer.context().partitioning {
                partitioning.log_panics();
            }
            self.notice_fatal(&producer);
            look_for_brokers(&producer);
            let tick = self.accounting.tick();
            if tick.purge {
                program::call(SERVING, || {
                    producer.purge(everything());
                });
            }
            if tick.hurry {
                client::hurry(&producer, HURRY);
            }
            slice = if tick.hurry || tick.is_stalled {
                BUSY
            } else {
                IDLE
            };
            // Only this thread may drop the client: that joins librdkafka's threads.
            if self.accounting.is_over() && Arc::strong_count(&producer) == OWN_HANDLES {
                break;
            }
        }
        self.report_loss();
        self.end(producer, queue);
    }

    /// Ends the client.
    fn end(&self, producer: Arc<Client>, queue: Arc<Queue>) {
        // Events belong to the client.
        self.buffer.clear();
        drop(queue);
        program::call(SERVING, || drop(producer));
    }

    /// Hands over the events that arrive within `slice`; for the polling thread.
    fn serve(&self, queue: &Queue, context: &Events, slice: Duration) {
        let deadline = Instant::now() + slice;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let is_assisted = self.buffer.is_assisted();
            let events = self
                .buffer
                .take(queue, left, |event| self.free(|| drop(event)));
            if events.is_empty() && !is_assisted {
                return;
            }
            for event in events {
                match event {
                    BufferedEvent::Reports(reports) => context.deliver(reports.into_iter()),
                    // rdkafka logs what it cannot parse.
                    BufferedEvent::Other(event) => {
                        program::call(SERVING, || event.serve(context));
                    }
                }
            }
            if Instant::now() >= deadline {
                return;
            }
        }
    }

    fn report_loss(&self) {
        if let Some(Loss { accepted, report }) = self.accounting.loss() {
            let CloseReport {
                not_written,
                unknown,
                ..
            } = report;
            program::log(|| {
                log::error!(
                    "a producer was dropped without close: of {accepted} records, {not_written} \
                     were not written and {unknown} may have been"
                );
            });
        }
    }
}

/// Reports the end of an outage of all brokers. librdkafka has no event for that.
fn look_for_brokers(client: &Client) {
    let log = &client.context().hooks.brokers;
    if log.are_all_down() && client::has_broker(client) {
        log.connected();
    }
}

fn everything() -> PurgeConfig {
    PurgeConfig::default().queue().inflight()
}

/// The name of this thread's work in the log.
const SERVING: &str = "the polling thread of a producer";
/// The polling thread's handles of the client: its own, and the queue's.
const OWN_HANDLES: usize = 2;
/// The longest delay between a deadline and the end of an asynchronous call.
const IDLE: Duration = Duration::from_millis(50);
/// The interval while a flush waits, or while librdkafka's own queue is full.
const BUSY: Duration = Duration::from_millis(5);
const HURRY: Duration = Duration::from_millis(1);
#[cfg(test)]
mod tests {
    use rdkafka::ClientConfig;

    use super::*;
    use crate::engine::ledger::Room;
    use crate::observe::hooks::Hooks;

    #[test]
    fn events_do_not_outlive_their_client() {
        let room = Room {
            records: 1,
            bytes: 1,
        };
        let engine = Arc::new(Engine::new(room));
        let events = Events::new(Arc::clone(&engine), Hooks::default(), None);
        let client: Client = ClientConfig::new()
            .set("bootstrap.servers", "127.0.0.1:1")
            .set("statistics.interval.ms", "1")
            .create_with_context(events)
            .unwrap();
        let client = Arc::new(client);
        let queue = Arc::new(Queue::new(&client));
        // A sender takes an event just before the last handle goes.
        let deadline = Instant::now() + Duration::from_secs(10);
        while engine.buffer.is_empty() {
            assert!(Instant::now() < deadline, "no event");
            engine.buffer.assist(&queue);
            thread::sleep(Duration::from_millis(5));
        }
        engine.end(client, queue);
        assert!(engine.buffer.is_empty());
    }
}
