//! Random calls in any order, against a model that is simple enough to be right.

use std::sync::Mutex;
use std::time::Instant;

use super::fake::{FakeClient, FakeRecord};
use crate::api::delivery::Delivery;
use crate::engine::accounting::*;
use crate::engine::in_flight::Completion;
use crate::engine::slot::Slot;
use crate::error::ErrorKind;

const ROOM: Room = Room {
    records: 3,
    bytes: 10,
};

/// A call, or something that the client does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Send {
        bytes: usize,
        patience: Patience,
        has_callback: bool,
    },
    /// From here on the client answers like this.
    Answer(Option<RDKafkaErrorCode>),
    /// Some records in a row have the same result.
    Finish {
        first: usize,
        count: usize,
        written: Written,
    },
    /// One of the waiting sends.
    Cancel(usize),
    Flush {
        is_timed: bool,
    },
    Close,
    Fail,
    Release,
    Tick,
}

/// The observable state of a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Accepted,
    Cancelled,
    Done(Result<(), ErrorKind>),
    Refused(ErrorKind),
    Waiting,
}

/// All that can be seen from outside.
#[derive(Debug, Default, PartialEq, Eq)]
struct View {
    sends: Vec<Sent>,
    /// The numbers of the sends that the client took, in its order.
    taken: Vec<usize>,
    in_flight: usize,
    waiting: usize,
    flushes: Vec<Option<Result<(), ErrorKind>>>,
    closes: Vec<Option<CloseReport>>,
    is_over: bool,
}

#[derive(Default)]
struct Model {
    view: View,
    bytes: Vec<usize>,
    /// Sends that wait, the next one first.
    queue: Vec<usize>,
    /// Sends on their way, in the order of the client.
    sent: Vec<usize>,
    /// The records that each flush waits for, and whether the flush ends at the next tick.
    flushes: Vec<(Vec<usize>, bool)>,
    report: CloseReport,
    answer: Option<RDKafkaErrorCode>,
    is_closed: bool,
    is_fatal: bool,
    is_released: bool,
}

impl Model {
    fn step(&mut self, step: Step) {
        match step {
            Step::Send {
                bytes, patience, ..
            } => self.send(bytes, patience),
            Step::Answer(answer) => self.answer = answer,
            Step::Finish {
                first,
                count,
                written,
            } => self.finish(first, count, written),
            Step::Cancel(which) if which < self.queue.len() => {
                let send = self.queue.remove(which);
                self.view.sends[send] = Sent::Cancelled;
                self.drain();
            }
            Step::Cancel(_) => {}
            Step::Flush { is_timed } => self.flush(is_timed),
            Step::Close => {
                self.shut();
                self.view.closes.push(None);
            }
            Step::Fail => self.fail(),
            Step::Release => {
                self.is_released = true;
                self.shut();
            }
            Step::Tick => self.tick(),
        }
        self.end_waits();
        self.view.in_flight = self.sent.len();
        self.view.waiting = self.queue.len();
        self.view.is_over = self.is_released && self.sent.is_empty();
    }

    fn send(&mut self, bytes: usize, patience: Patience) {
        let send = self.bytes.len();
        self.bytes.push(bytes);
        let refused = if self.is_fatal {
            Some(ErrorKind::Fatal)
        } else if self.is_closed {
            Some(ErrorKind::Closed)
        } else {
            None
        };
        self.view.sends.push(Sent::Waiting);
        if let Some(kind) = refused {
            self.view.sends[send] = Sent::Refused(kind);
            return;
        }
        let overtakes = !self.queue.is_empty();
        self.queue.push(send);
        if !overtakes {
            self.drain();
        }
        if patience == Patience::None && self.view.sends[send] == Sent::Waiting {
            self.queue.retain(|other| *other != send);
            self.view.sends[send] = Sent::Refused(ErrorKind::QueueFull);
        }
    }

    fn drain(&mut self) {
        while let Some(&send) = self.queue.first() {
            let taken: usize = self.sent.iter().map(|sent| self.bytes[*sent]).sum();
            let fits = self.sent.is_empty()
                || (self.sent.len() < ROOM.records && taken + self.bytes[send] <= ROOM.bytes);
            if !fits || self.answer == Some(RDKafkaErrorCode::QueueFull) {
                return;
            }
            self.queue.remove(0);
            if self.answer.is_some() {
                self.view.sends[send] = Sent::Refused(ErrorKind::TooLarge);
            } else {
                self.view.sends[send] = Sent::Accepted;
                self.view.taken.push(send);
                self.sent.push(send);
            }
        }
    }

    fn finish(&mut self, first: usize, count: usize, written: Written) {
        let first = first.min(self.sent.len());
        let end = (first + count).min(self.sent.len());
        let (counter, result) = match written {
            Written::Yes => (&mut self.report.delivered, Ok(())),
            Written::Maybe => (&mut self.report.unknown, Err(ErrorKind::Unknown)),
            Written::No => (&mut self.report.not_written, Err(ErrorKind::NotWritten)),
        };
        for send in self.sent.drain(first..end) {
            *counter += 1;
            self.view.sends[send] = Sent::Done(result);
        }
        self.drain();
    }

    fn flush(&mut self, is_timed: bool) {
        let result = self.is_fatal.then_some(Err(ErrorKind::Fatal));
        self.view.flushes.push(result);
        self.flushes.push((self.sent.clone(), is_timed));
    }

    fn shut(&mut self) {
        self.is_closed = true;
        self.turn_away(ErrorKind::Closed);
    }

    fn fail(&mut self) {
        if self.is_fatal {
            return;
        }
        self.is_fatal = true;
        self.turn_away(ErrorKind::Fatal);
        for result in &mut self.view.flushes {
            result.get_or_insert(Err(ErrorKind::Fatal));
        }
    }

    fn turn_away(&mut self, kind: ErrorKind) {
        for send in self.queue.drain(..) {
            self.view.sends[send] = Sent::Refused(kind);
        }
    }

    fn tick(&mut self) {
        for (result, (_, is_timed)) in self.view.flushes.iter_mut().zip(&self.flushes) {
            if *is_timed {
                result.get_or_insert(Err(ErrorKind::Timeout));
            }
        }
        self.drain();
    }

    fn end_waits(&mut self) {
        for (result, (records, _)) in self.view.flushes.iter_mut().zip(&self.flushes) {
            if !records.iter().any(|record| self.sent.contains(record)) {
                result.get_or_insert(Ok(()));
            }
        }
        if self.sent.is_empty() {
            for report in &mut self.view.closes {
                report.get_or_insert(self.report);
            }
        }
    }
}

/// The accounting itself, with what its callers hold.
#[derive(Default)]
struct Real {
    accounting: Option<Accounting<FakeRecord>>,
    client: Arc<FakeClient>,
    sends: Vec<Sending>,
    /// Numbers of the waiting sends, the next one first.
    queue: Vec<usize>,
    flushes: Vec<Arc<Slot<Result<()>>>>,
    closes: Vec<Arc<Slot<CloseReport>>>,
    view: View,
}

struct Sending {
    waiter: Option<Arc<Waiter<FakeRecord>>>,
    delivery: Delivery,
    /// The results that the callback got; more than one is an error.
    results: Option<Arc<Mutex<Vec<Outcome>>>>,
}

impl Real {
    fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Send {
                bytes,
                patience,
                has_callback,
            } => self.send(bytes, patience, has_callback),
            Step::Answer(answer) => self.client.lock().refusal = answer,
            Step::Finish {
                first,
                count,
                written,
            } => {
                let sent = self.client.lock().sent.len();
                let first = first.min(sent);
                let count = count.min(sent - first);
                let verdicts = (0..count)
                    .map(|_| self.client.finish(first, written))
                    .collect();
                self.accounting().deliver(verdicts, InFlight::complete);
            }
            Step::Cancel(which) => {
                if let Some(send) = self.queue.get(which).copied()
                    && let Some(waiter) = self.sends[send].waiter.take()
                {
                    self.accounting().cancel(&waiter);
                    self.view.sends[send] = Sent::Cancelled;
                }
            }
            Step::Flush { is_timed } => {
                let timeout = Duration::from_secs(if is_timed { 0 } else { 3600 });
                let done = self.accounting().flush(timeout);
                self.flushes.push(done);
                self.view.flushes.push(None);
            }
            Step::Close => {
                let closed = self.accounting().close(Duration::ZERO);
                self.closes.push(closed);
                self.view.closes.push(None);
            }
            Step::Fail => self.accounting().fail("a test said so"),
            Step::Release => {
                self.accounting().release(Duration::ZERO);
            }
            Step::Tick => {
                self.accounting().tick();
            }
        }
        self.look()
    }

    fn accounting(&mut self) -> &Accounting<FakeRecord> {
        self.accounting.get_or_insert_with(|| Accounting::new(ROOM))
    }

    fn send(&mut self, bytes: usize, patience: Patience, has_callback: bool) {
        let results = has_callback.then(|| Arc::new(Mutex::new(Vec::new())));
        let completion = match &results {
            None => Completion::awaited(),
            Some(results) => {
                let results = Arc::clone(results);
                Completion::callback(move |outcome| results.lock().unwrap().push(outcome))
            }
        };
        let send = self.sends.len();
        let record = self.client.record(&send.to_string(), bytes, completion);
        let in_flight = Arc::clone(&record.in_flight);
        let offered = self.accounting().offer(record, patience, || {});
        let (seen, waiter) = match offered {
            Ok(Offered::Accepted { .. }) => (Sent::Accepted, None),
            Ok(Offered::Waiting(waiter)) => (Sent::Waiting, Some(waiter)),
            Err(error) => (Sent::Refused(error.kind()), None),
        };
        self.view.sends.push(seen);
        self.sends.push(Sending {
            waiter,
            delivery: Delivery::new(in_flight),
            results,
        });
    }

    /// Looks at everything that a caller may look at.
    fn look(&mut self) -> Result<(), String> {
        let now = Some(Instant::now());
        for (seen, sending) in self.view.sends.iter_mut().zip(&mut self.sends) {
            sending.look(seen, now)?;
        }
        for (seen, done) in self.view.flushes.iter_mut().zip(&self.flushes) {
            if let Some(Taken::Value(result)) = done.wait(now) {
                *seen = Some(result.map_err(|error| error.kind()));
            }
        }
        for (seen, closed) in self.view.closes.iter_mut().zip(&self.closes) {
            if let Some(Taken::Value(report)) = closed.wait(now) {
                *seen = Some(report);
            }
        }
        let queue = self.view.sends.iter().enumerate();
        let queue = queue.filter(|(_, sent)| **sent == Sent::Waiting);
        self.queue = queue.map(|(send, _)| send).collect();
        let taken = self.client.lock().order.clone();
        self.view.taken = taken.iter().map(|name| name.parse().unwrap()).collect();
        self.view.in_flight = self.accounting().in_flight();
        let waiting = self.accounting().lock().waiting.len();
        self.view.waiting = waiting;
        self.view.is_over = self.accounting().is_over();
        Ok(())
    }
}

impl Sending {
    fn look(&mut self, seen: &mut Sent, now: Option<Instant>) -> Result<(), String> {
        if let Some(waiter) = &self.waiter
            && let Some(Taken::Value(accepted)) = waiter.accepted.wait(now)
        {
            *seen = match accepted {
                Ok(()) => Sent::Accepted,
                Err(error) => Sent::Refused(error.kind()),
            };
        }
        let result = match &self.results {
            None => match *seen {
                // A result is returned once.
                Sent::Done(_) => None,
                _ => self.delivery.wait(Duration::ZERO),
            },
            Some(results) => {
                let mut results = results.lock().unwrap();
                if results.len() > 1 || (matches!(seen, Sent::Done(_)) && !results.is_empty()) {
                    return Err(format!("a callback got a second result: {results:?}"));
                }
                results.pop()
            }
        };
        match (result, *seen) {
            (None, _) => {}
            (Some(result), Sent::Accepted) => {
                *seen = Sent::Done(result.map(drop).map_err(|error| error.kind()));
            }
            (Some(result), seen) => return Err(format!("{seen:?}, and a result: {result:?}")),
        }
        Ok(())
    }
}

/// Runs the steps and then ends everything.
fn run(steps: &[Step]) -> Result<(), String> {
    let ending = [
        Step::Answer(None),
        Step::Release,
        Step::Close,
        Step::Finish {
            first: 0,
            count: usize::MAX / 2,
            written: Written::Maybe,
        },
    ];
    let (mut model, mut real) = (Model::default(), Real::default());
    for (number, step) in steps.iter().copied().chain(ending).enumerate() {
        model.step(step);
        real.step(step)
            .map_err(|error| format!("step {number}, {step:?}: {error}"))?;
        if model.view != real.view {
            return Err(format!(
                "after step {number}, {step:?}:\n{:#?}\nexpected:\n{:#?}",
                real.view, model.view
            ));
        }
    }
    Ok(())
}

/// Returns the steps that fail, without those that need not be there.
fn shrink(mut steps: Vec<Step>) -> Vec<Step> {
    let mut length = steps.len();
    while length > 0 {
        let mut start = 0;
        while start < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(start..(start + length).min(steps.len()));
            if run(&fewer).is_err() {
                steps = fewer;
            } else {
                start += length;
            }
        }
        length /= 2;
    }
    steps
}

/// SplitMix64, <https://doi.org/10.1145/2714064.2660195>.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn index(&mut self, end: u64) -> usize {
        usize::try_from(self.below(end)).unwrap()
    }

    fn step(&mut self) -> Step {
        match self.below(100) {
            0..40 => Step::Send {
                bytes: self.index(13),
                patience: [Patience::Wait, Patience::None][usize::from(self.below(4) == 0)],
                has_callback: self.below(2) == 0,
            },
            40..46 => Step::Answer(
                [
                    None,
                    None,
                    Some(RDKafkaErrorCode::QueueFull),
                    Some(RDKafkaErrorCode::MessageSizeTooLarge),
                ][self.index(4)],
            ),
            46..70 => Step::Finish {
                first: self.index(3),
                count: self.index(4),
                written: [Written::Yes, Written::Maybe, Written::No][self.index(3)],
            },
            70..80 => Step::Cancel(self.index(4)),
            80..92 => Step::Flush {
                is_timed: self.below(3) == 0,
            },
            92..93 => Step::Close,
            93..94 => Step::Fail,
            94..95 => Step::Release,
            _ => Step::Tick,
        }
    }
}

#[test]
fn any_order_of_calls_is_as_the_model_says() {
    for seed in 0..4000 {
        let mut random = Random(seed);
        let steps: Vec<_> = (0..60).map(|_| random.step()).collect();
        if run(&steps).is_err() {
            let steps = shrink(steps);
            let error = run(&steps).unwrap_err();
            panic!("seed {seed}, steps {steps:#?}\n{error}");
        }
    }
}
