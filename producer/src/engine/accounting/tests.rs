mod fake;
#[cfg(wireform_model)]
mod models;
#[cfg(not(wireform_model))]
mod property;

use std::sync::Weak;
use std::sync::mpsc;
use std::task::{Context, Wake};
use std::thread;
use std::time::Instant;

use self::fake::{FakeClient, FakeRecord};
use super::*;
use crate::engine::in_flight::Completion;
use crate::error::ErrorKind;

const LIMIT: Duration = Duration::from_secs(20);

type Accounts = Arc<Accounting<FakeRecord>>;

/// Room for one record.
fn narrow() -> (Accounts, Arc<FakeClient>) {
    let room = Room {
        records: 1,
        bytes: 100,
    };
    (Arc::new(Accounting::new(room)), Arc::default())
}

fn offer(accounts: &Accounts, client: &Arc<FakeClient>, name: &str) -> Offered<FakeRecord> {
    let record = client.record(name, 1, Completion::awaited());
    accounts.offer(record, Patience::Wait, || {}).unwrap()
}

#[track_caller]
fn waiting(offered: Offered<FakeRecord>) -> Arc<Waiter<FakeRecord>> {
    match offered {
        Offered::Waiting(waiter) => waiter,
        Offered::Accepted { .. } => panic!("it did not have to wait"),
    }
}

/// Fails if `run` takes too long, which a deadlock does.
fn within_limit(run: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        run();
        done.send(()).unwrap();
    });
    ended.recv_timeout(LIMIT).expect("no deadlock and no panic");
}

/// A waker whose memory asks the accounting something when it is freed, as that of a task may do
/// that holds a handle.
struct Asking(Accounts);

impl Wake for Asking {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.in_flight();
    }
}

fn poll(waiter: &Waiter<FakeRecord>, accounts: &Accounts) {
    let waker = Waker::from(Arc::new(Asking(Arc::clone(accounts))));
    let polled = waiter.accepted.poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
}

#[test]
fn cancelled_send_is_forgotten_at_once() {
    let (accounts, client) = narrow();
    offer(&accounts, &client, "sent");
    let first = waiting(offer(&accounts, &client, "first"));
    let cancelled = waiting(offer(&accounts, &client, "cancelled"));
    let last = waiting(offer(&accounts, &client, "last"));
    accounts.cancel(&cancelled);
    assert_eq!(accounts.lock().waiting.len(), 2);
    let gone = Arc::downgrade(&cancelled);
    drop(cancelled);
    assert!(Weak::upgrade(&gone).is_none());
    for (waiter, name) in [(first, "first"), (last, "last")] {
        let verdict = client.finish(0, Written::Yes);
        accounts.deliver(vec![verdict], InFlight::complete);
        assert!(waiter.accepted.wait(Some(Instant::now())).is_some());
        assert_eq!(&**client.lock().order.last().unwrap(), name);
    }
}

#[test]
fn waker_of_a_cancelled_send_is_freed_without_a_lock() {
    within_limit(|| {
        let (accounts, client) = narrow();
        offer(&accounts, &client, "sent");
        drop(waiting(offer(&accounts, &client, "first")));
        let waiter = waiting(offer(&accounts, &client, "cancelled"));
        poll(&waiter, &accounts);
        accounts.cancel(&waiter);
        drop(waiter);
        let verdict = client.finish(0, Written::Yes);
        accounts.deliver(vec![verdict], InFlight::complete);
    });
}

#[test]
fn panic_while_handing_over_leaves_the_counts_right() {
    let (accounts, client) = narrow();
    offer(&accounts, &client, "sent");
    let closed = accounts.close(LIMIT);
    let verdict = client.finish(0, Written::Maybe);
    let delivered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        accounts.deliver(vec![verdict], |_, _| panic!("the program"));
    }));
    drop(delivered);
    let Some(Taken::Value(report)) = closed.wait(Some(Instant::now())) else {
        panic!("not closed");
    };
    assert_eq!((report.unknown, report.accepted()), (1, 1));
}

/// As in a forked child, which has no thread that brings results.
#[test]
fn close_without_results_ends_in_time() {
    within_limit(|| {
        let (accounts, client) = narrow();
        offer(&accounts, &client, "sent");
        let soon = Duration::from_millis(10);
        let closed = accounts.close(soon);
        let error = accounts.wait_closed(&closed, soon, soon).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(!error.is_retryable());
        let verdict = client.finish(0, Written::Yes);
        accounts.deliver(vec![verdict], InFlight::complete);
        let report = accounts.wait_closed(&accounts.close(soon), soon, soon);
        assert!(report.unwrap().is_complete());
    });
}

#[test]
fn close_waits_as_long_as_results_come() {
    within_limit(|| {
        let room = Room {
            records: 10,
            bytes: 10,
        };
        let accounts: Accounts = Arc::new(Accounting::new(room));
        let client = Arc::<FakeClient>::default();
        let names: Vec<_> = (0..8).map(|number| number.to_string()).collect();
        for name in &names {
            offer(&accounts, &client, name);
        }
        let closed = accounts.close(Duration::ZERO);
        let verdicts = names
            .iter()
            .map(|_| client.finish(0, Written::No))
            .collect();
        let delivering = Arc::clone(&accounts);
        // A callback takes less than a close waits for it; all of them together take more.
        let slow = |in_flight: &InFlight, outcome| {
            thread::sleep(Duration::from_millis(50));
            in_flight.complete(outcome);
        };
        let deliverer = thread::spawn(move || drop(delivering.deliver(verdicts, slow)));
        let grace = Duration::from_millis(300);
        let report = accounts
            .wait_closed(&closed, Duration::ZERO, grace)
            .unwrap();
        assert_eq!(report.not_written, 8);
        wireform_limits::join(deliverer, LIMIT);
    });
}

#[cfg(feature = "tracing")]
mod subscriber {
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;

    /// Asks the producer something at each event, as one does that sends the events to Kafka.
    struct Sending(Accounts);

    impl Subscriber for Sending {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {
            self.0.in_flight();
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn events_are_reported_without_a_lock() {
        within_limit(|| {
            let (accounts, client) = narrow();
            let subscriber = Sending(Arc::clone(&accounts));
            tracing::subscriber::with_default(subscriber, || {
                offer(&accounts, &client, "sent");
                drop(waiting(offer(&accounts, &client, "waiting")));
                drop(accounts.close(LIMIT));
            });
        });
    }
}
