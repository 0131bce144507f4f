//! Every order of threads that the model checker comes to: see `sync`.
//!
//! A failed model is repeated with the schedule that it prints: `shuttle::replay`.

use std::sync::atomic::Ordering;
use std::task::{Context, Wake};

use shuttle::{check_random, thread};

use super::fake::{FakeClient, FakeRecord};
use crate::api::delivery::Delivery;
use crate::engine::accounting::*;
use crate::engine::batch::Batch;
use crate::engine::in_flight::Completion;
use crate::engine::slot::Arrival;

/// Orders to try for each model.
const ORDERS: usize = 3000;
/// Far more than any order takes; only waits without a limit find lost notifications.
const HOUR: Duration = Duration::from_secs(3600);

type Accounts = Arc<Accounting<FakeRecord>>;

fn accounts(records: usize) -> (Accounts, Arc<FakeClient>) {
    let room = Room {
        records,
        bytes: 100,
    };
    (Arc::new(Accounting::new(room)), Arc::default())
}

/// Sends as `Topic::send_blocking` does. `None` if the record was refused.
fn send(accounts: &Accounts, client: &Arc<FakeClient>, name: &str) -> Option<Delivery> {
    let record = client.record(name, 1, Completion::awaited());
    let in_flight = Arc::clone(&record.in_flight);
    let accepted = match accounts.offer(record, Patience::Wait, || {}) {
        Ok(Offered::Accepted { .. }) => true,
        Ok(Offered::Waiting(waiter)) => match waiter.accepted.wait(None) {
            Some(Taken::Value(accepted)) => accepted.is_ok(),
            _ => panic!("a send is decided about once"),
        },
        Err(_) => false,
    };
    accepted.then(|| Delivery::new(in_flight))
}

/// Brings the results of `count` records, as the polling thread does.
fn deliver(accounts: &Accounts, client: &Arc<FakeClient>, count: usize) -> thread::JoinHandle<()> {
    let (accounts, client) = (Arc::clone(accounts), Arc::clone(client));
    thread::spawn(move || {
        for _ in 0..count {
            assert!(client.wait_sent());
            let verdict = client.finish(0, Written::Yes);
            accounts.deliver(vec![verdict], InFlight::complete);
        }
    })
}

/// Brings results until the client is closed.
fn poll_until_closed(accounts: &Accounts, client: &Arc<FakeClient>) -> thread::JoinHandle<()> {
    let (accounts, client) = (Arc::clone(accounts), Arc::clone(client));
    thread::spawn(move || {
        while client.wait_sent() {
            let verdict = client.finish(0, Written::No);
            accounts.deliver(vec![verdict], InFlight::complete);
        }
    })
}

fn wait<T>(slot: &Slot<T>) -> T {
    match slot.wait(None) {
        Some(Taken::Value(value)) => value,
        _ => panic!("the value was taken before"),
    }
}

/// Two flushes at once, and a later record that never has a result.
fn two_flushes() {
    let (accounts, client) = accounts(10);
    drop(send(&accounts, &client, "early").unwrap());
    let flush = |accounts: &Accounts| {
        let accounts = Arc::clone(accounts);
        thread::spawn(move || accounts.flush(HOUR))
    };
    let flushes = [flush(&accounts), flush(&accounts)].map(|flush| flush.join().unwrap());
    drop(send(&accounts, &client, "late").unwrap());
    deliver(&accounts, &client, 1).join().unwrap();
    for flush in flushes {
        wait(&flush).unwrap();
    }
}

#[test]
fn flush_waits_for_earlier_records_only() {
    check_random(two_flushes, ORDERS);
}

/// A flush among senders: what was accepted before it has its result when it ends.
#[test]
fn flush_ends_after_the_results_of_earlier_records() {
    check_random(
        || {
            let (accounts, client) = accounts(2);
            let polling = deliver(&accounts, &client, 3);
            let sender = {
                let (accounts, client) = (Arc::clone(&accounts), Arc::clone(&client));
                thread::spawn(move || drop(send(&accounts, &client, "other").unwrap()))
            };
            let mut first = send(&accounts, &client, "first").unwrap();
            wait(&accounts.flush(HOUR)).unwrap();
            // No time passes: the result is there.
            assert!(first.wait(Duration::ZERO).unwrap().is_ok());
            drop(send(&accounts, &client, "last").unwrap());
            sender.join().unwrap();
            polling.join().unwrap();
            assert_eq!(accounts.open(), 0);
        },
        ORDERS,
    );
}

/// Senders, one of which gives up, through a queue of one record.
#[test]
fn each_send_is_accepted_or_cancelled() {
    check_random(
        || {
            let (accounts, client) = accounts(1);
            let senders: Vec<_> = ["one", "two"]
                .into_iter()
                .map(|name| {
                    let (accounts, client) = (Arc::clone(&accounts), Arc::clone(&client));
                    thread::spawn(move || {
                        let mut delivery = send(&accounts, &client, name).unwrap();
                        while delivery.wait(HOUR).is_none() {}
                    })
                })
                .collect();
            let canceller = {
                let (accounts, client) = (Arc::clone(&accounts), Arc::clone(&client));
                thread::spawn(move || give_up(&accounts, &client))
            };
            let polling = poll_until_closed(&accounts, &client);
            for thread in senders.into_iter().chain([canceller]) {
                thread.join().unwrap();
            }
            wait(&accounts.close(HOUR));
            client.close();
            polling.join().unwrap();
            let state = accounts.lock();
            assert_eq!((state.ledger.open(), state.waiting.len()), (0, 0));
        },
        ORDERS,
    );
}

/// A waker whose memory asks the accounting something when it is freed: a lock that is held then is
/// one that is taken twice.
struct Asking(Accounts);

impl Wake for Asking {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.in_flight();
    }
}

/// Sends, polls once, and gives up.
fn give_up(accounts: &Accounts, client: &Arc<FakeClient>) {
    let record = client.record("given up", 1, Completion::awaited());
    let Ok(Offered::Waiting(waiter)) = accounts.offer(record, Patience::Wait, || {}) else {
        return;
    };
    let waker = Waker::from(Arc::new(Asking(Arc::clone(accounts))));
    let polled = waiter.accepted.poll(&mut Context::from_waker(&waker));
    drop(waker);
    if polled.is_ready() {
        return;
    }
    accounts.cancel(&waiter);
    // As a send whose future is dropped: it was accepted, or it never will be.
    if waiter
        .accepted
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_pending()
    {
        let is_forgotten = !accounts
            .lock()
            .waiting
            .values()
            .any(|other| Arc::ptr_eq(other, &waiter));
        assert!(is_forgotten, "a cancelled send stays in the queue");
    }
}

/// A send that is polled by one task and then by another, while it is accepted.
#[test]
fn replaced_waker_is_freed_without_a_lock() {
    check_random(
        || {
            let (accounts, client) = accounts(1);
            drop(send(&accounts, &client, "first").unwrap());
            let record = client.record("second", 1, Completion::awaited());
            let offered = accounts.offer(record, Patience::Wait, || {});
            let Ok(Offered::Waiting(waiter)) = offered else {
                panic!("there was room");
            };
            let polling = deliver(&accounts, &client, 2);
            let waker = Waker::from(Arc::new(Asking(Arc::clone(&accounts))));
            let polled = waiter.accepted.poll(&mut Context::from_waker(&waker));
            drop(waker);
            if polled.is_pending() {
                let _ = waiter
                    .accepted
                    .poll(&mut Context::from_waker(Waker::noop()));
            }
            polling.join().unwrap();
        },
        ORDERS,
    );
}

/// Senders against a close: what was accepted is in its report.
#[test]
fn close_reports_all_accepted_records() {
    check_random(
        || {
            let (accounts, client) = accounts(1);
            let accepted = Arc::new(AtomicU64::new(0));
            let senders: Vec<_> = ["one", "two"]
                .into_iter()
                .map(|name| {
                    let (accounts, client) = (Arc::clone(&accounts), Arc::clone(&client));
                    let accepted = Arc::clone(&accepted);
                    thread::spawn(move || {
                        if let Some(mut delivery) = send(&accounts, &client, name) {
                            accepted.fetch_add(1, Ordering::SeqCst);
                            while delivery.wait(HOUR).is_none() {}
                        }
                    })
                })
                .collect();
            let polling = poll_until_closed(&accounts, &client);
            let report = wait(&accounts.close(HOUR));
            for sender in senders {
                sender.join().unwrap();
            }
            client.close();
            polling.join().unwrap();
            assert_eq!(report.accepted(), accepted.load(Ordering::SeqCst));
            assert_eq!(wait(&accounts.close(HOUR)), report);
        },
        ORDERS,
    );
}

/// A panic of the program on the polling thread, while a close and a flush wait.
#[test]
fn panic_while_handing_over_ends_flush_and_close() {
    check_random(
        || {
            let (accounts, client) = accounts(10);
            drop(send(&accounts, &client, "first").unwrap());
            let mut second = send(&accounts, &client, "second").unwrap();
            let flushed = accounts.flush(HOUR);
            let polling = {
                let (accounts, client) = (Arc::clone(&accounts), Arc::clone(&client));
                thread::spawn(move || {
                    let verdicts = (0..2).map(|_| client.finish(0, Written::Yes)).collect();
                    accounts.deliver(verdicts, |in_flight, outcome| {
                        if &**in_flight.topic == "first" {
                            // The hook that prints a panic does not run.
                            std::panic::resume_unwind(Box::new("a test said so"));
                        }
                        in_flight.complete(outcome);
                    });
                })
            };
            let report = wait(&accounts.close(HOUR));
            assert_eq!((report.delivered, report.accepted()), (2, 2));
            wait(&flushed).unwrap();
            assert!(second.wait(Duration::ZERO).unwrap().is_ok());
            polling.join().unwrap();
        },
        ORDERS,
    );
}

/// The results of a batch come while its sender still adds records.
#[test]
fn batch_wakes_its_sender() {
    check_random(
        || {
            let (accounts, client) = accounts(1);
            let batch = Arc::new(Batch::default());
            let polling = deliver(&accounts, &client, 2);
            for name in ["one", "two"] {
                let record = client.record(name, 1, Completion::Batch(batch.add_slot()));
                match accounts.offer(record, Patience::Wait, || {}).unwrap() {
                    Offered::Accepted { .. } => {}
                    Offered::Waiting(waiter) => wait(&waiter.accepted).unwrap(),
                }
            }
            let _ = batch.seal();
            assert_eq!(wait(&batch.done).len(), 2);
            polling.join().unwrap();
        },
        ORDERS,
    );
}

/// A value against a task that polls for it and a thread that sleeps for it.
#[test]
fn slot_wakes_task_and_thread() {
    check_random(
        || {
            let [polled, slept] = [(); 2].map(|()| Arc::new(Slot::new()));
            let task = {
                let polled = Arc::clone(&polled);
                thread::spawn(move || shuttle::future::block_on(Arrival(polled)))
            };
            let sleeper = {
                let slept = Arc::clone(&slept);
                thread::spawn(move || wait(&slept))
            };
            for slot in [polled, slept] {
                if let Some(waker) = slot.put(7) {
                    waker.wake();
                }
                assert!(slot.put(8).is_none());
            }
            assert!(matches!(task.join().unwrap(), Taken::Value(7)));
            assert_eq!(sleeper.join().unwrap(), 7);
        },
        ORDERS,
    );
}
