//! The phases of a producer's transactions, and the thread that calls librdkafka.
//!
//! librdkafka's transactional calls block. A commit or an abort that timed out is still under way:
//! only the same call again learns how it ends, and every other call is refused until then
//! (`rd_kafka_txn_curr_api_begin`, `rdkafka_txnmgr.c`). So one thread makes all calls, one after
//! the other, and repeats a commit or an abort until it ends, also after its caller got a timeout.
//! A call that cannot end leaves the producer [lost](Phase::Lost).

mod end;
mod failure;

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock, Weak};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use self::end::End;
pub(crate) use self::end::Ending;
use crate::engine::slot::Slot;
use crate::error::{Error, ErrorKind, Result};
use crate::native::client::Failure;
use crate::program;
use crate::sync::{self, Condvar, Mutex, MutexGuard};

/// The calls of librdkafka, and access to the phases. Tests script the answers.
pub(crate) trait Calls: Send + Sync + Sized + 'static {
    fn transactions(&self) -> &Transactions<Self>;

    /// Waits for the delivery results of all records that were accepted.
    fn flush(&self, timeout: Duration) -> Result<()>;

    fn init(&self, timeout: Duration) -> Result<(), Failure>;

    fn begin(&self) -> Result<(), Failure>;

    fn commit(&self, timeout: Duration) -> Result<(), Failure>;

    fn abort(&self, timeout: Duration) -> Result<(), Failure>;
}

/// The slot for the result of a call.
pub(crate) type Answer<T> = Arc<Slot<Result<T>>>;

/// The transactions of a producer, one at a time.
pub(crate) struct Transactions<C: Calls> {
    shared: Arc<Shared<C>>,
}

struct Shared<C: Calls> {
    /// `None` if the producer has no transactional id.
    timeout: Option<Duration>,
    state: Mutex<State<C>>,
    changed: Condvar,
    thread: OnceLock<ThreadId>,
}

struct State<C: Calls> {
    phase: Phase,
    /// Calls within the open transaction, in order. The last one ends it.
    jobs: VecDeque<Job<C>>,
    begins: VecDeque<Begin<C>>,
    /// An end that timed out, and when to go on with it.
    unfinished: Option<(End, Weak<C>, Instant)>,
    is_released: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// The brokers do not know this producer yet.
    Fresh,
    Idle,
    /// Being begun, or begun and not returned to the caller yet.
    Opening,
    Open,
    Ending,
    /// The producer cannot go on: fenced or fatal, and why.
    Lost(ErrorKind, String),
}

type Call<C> = dyn Fn(&C, Duration) -> Result<(), Failure> + Send;

enum Job<C: Calls> {
    Call(Arc<C>, Box<Call<C>>, Answer<()>),
    End(Arc<C>, Ending, Answer<()>),
}

struct Begin<C: Calls> {
    calls: Arc<C>,
    deadline: Instant,
    answer: Answer<Handle<C>>,
}

/// The next thing for the thread to do.
enum Task<C: Calls> {
    Begin(Begin<C>, Phase),
    Job(Job<C>),
    Refuse(Begin<C>, Error),
    Resume(End, Arc<C>),
    Stop,
}

impl<C: Calls> Transactions<C> {
    /// Creates the state of a producer without a transactional id.
    pub(crate) fn none() -> Self {
        Self::new(None)
    }

    /// Starts the thread.
    pub(crate) fn start(timeout: Duration) -> Result<Self> {
        let transactions = Self::new(Some(timeout));
        let shared = Arc::clone(&transactions.shared);
        thread::Builder::new()
            .name("wireform-transaction".to_owned())
            .spawn(move || shared.run())
            .map_err(|error| Error::config("could not start a thread").with_source(error))?;
        Ok(transactions)
    }

    fn new(timeout: Option<Duration>) -> Self {
        let state = State {
            phase: Phase::Fresh,
            jobs: VecDeque::new(),
            begins: VecDeque::new(),
            unfinished: None,
            is_released: false,
        };
        let shared = Shared {
            timeout,
            state: Mutex::new(state),
            changed: Condvar::new(),
            thread: OnceLock::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Begins a transaction as soon as the one before has ended.
    pub(crate) fn begin(&self, calls: &Arc<C>) -> Answer<Handle<C>> {
        let answer = Arc::new(Slot::new());
        let Some(timeout) = self.shared.timeout else {
            let error = Error::config("the producer has no transactional id");
            let _ = answer.put(Err(error));
            return answer;
        };
        let begin = Begin {
            calls: Arc::clone(calls),
            deadline: after(timeout),
            answer: Arc::clone(&answer),
        };
        self.shared.change(|state| state.begins.push_back(begin));
        answer
    }

    /// Makes a call within a transaction on this thread.
    pub(crate) fn repeat_here(&self, call: impl Fn(Duration) -> Result<(), Failure>) -> Result<()> {
        let shared = &self.shared;
        let called = shared.repeat(after(shared.timeout()), call);
        called.map_err(|failure| failure.error())
    }

    /// Refuses to wait on the thread that makes the calls.
    pub(crate) fn check_thread(&self) -> Result<()> {
        if self.shared.thread.get() == Some(&thread::current().id()) {
            return Err(Error::config(
                "the thread of transactions cannot wait for its own calls",
            ));
        }
        Ok(())
    }
}

impl<C: Calls> Drop for Transactions<C> {
    fn drop(&mut self) {
        self.shared.change(|state| state.is_released = true);
    }
}

/// A transaction that was begun; dropping it aborts it.
pub(crate) struct Handle<C: Calls> {
    /// `None` once it has ended.
    calls: Option<Arc<C>>,
}

impl<C: Calls> Handle<C> {
    /// Marks the transaction as returned to the caller.
    pub(crate) fn in_hand(self) -> Self {
        if let Some(calls) = &self.calls {
            let shared = &calls.transactions().shared;
            shared.change(|state| state.phase = Phase::Open);
        }
        self
    }

    pub(crate) fn calls(&self) -> Result<&Arc<C>> {
        self.calls.as_ref().ok_or_else(ended)
    }

    /// Makes a call within the transaction, and repeats it while that may help.
    pub(crate) fn call(
        &self,
        call: impl Fn(&C, Duration) -> Result<(), Failure> + Send + 'static,
    ) -> Result<Answer<()>> {
        let calls = self.calls()?;
        let answer = Arc::new(Slot::new());
        let job = Job::Call(Arc::clone(calls), Box::new(call), Arc::clone(&answer));
        let shared = &calls.transactions().shared;
        shared.change(|state| state.jobs.push_back(job));
        Ok(answer)
    }

    /// Ends the transaction. The next begin waits for the end.
    pub(crate) fn end(&mut self, how: Ending) -> Result<Answer<()>> {
        let calls = self.calls.take().ok_or_else(ended)?;
        let shared = Arc::clone(&calls.transactions().shared);
        let answer = Arc::new(Slot::new());
        let job = Job::End(calls, how, Arc::clone(&answer));
        shared.change(|state| {
            state.phase = Phase::Ending;
            state.jobs.push_back(job);
        });
        Ok(answer)
    }
}

impl<C: Calls> Drop for Handle<C> {
    fn drop(&mut self) {
        if self.calls.is_some() {
            drop(self.end(Ending::Abort));
        }
    }
}

impl<C: Calls> Shared<C> {
    /// Makes all calls until the producer is gone.
    fn run(&self) {
        let _ = self.thread.set(thread::current().id());
        loop {
            match self.next() {
                Task::Begin(begin, before) => self.begin(begin, &before),
                Task::Job(Job::Call(calls, call, answer)) => {
                    let call = |left| call(&calls, left);
                    let result = self.repeat(after(self.timeout()), call);
                    let result = result.map_err(|failure| failure.error());
                    // Before the answer: its receiver may rely on the handle being dropped.
                    drop(calls);
                    put(&answer, result);
                }
                Task::Job(Job::End(calls, how, answer)) => self.end(calls, how, &answer),
                Task::Refuse(begin, error) => put(&begin.answer, Err(error)),
                Task::Resume(end, calls) => self.resume(end, &calls),
                Task::Stop => return,
            }
        }
    }

    fn next(&self) -> Task<C> {
        let mut state = self.state.lock();
        loop {
            let now = sync::now();
            if let Some(task) = state.next(now) {
                return task;
            }
            state = match state.wakes_at() {
                None => self.changed.wait(state),
                Some(at) => {
                    let wait = at.saturating_duration_since(now);
                    self.changed.wait_timeout(state, wait)
                }
            };
        }
    }

    fn begin(&self, begin: Begin<C>, before: &Phase) {
        let Begin {
            calls,
            deadline,
            answer,
        } = begin;
        let result = match self.try_begin(&calls, deadline, before) {
            Ok(()) => Ok(Handle { calls: Some(calls) }),
            Err((phase, error)) => {
                drop(calls);
                self.change(|state| state.phase = phase);
                Err(error)
            }
        };
        put(&answer, result);
    }

    /// Begins a transaction. An error comes with the phase to continue in.
    fn try_begin(
        &self,
        calls: &C,
        deadline: Instant,
        before: &Phase,
    ) -> Result<(), (Phase, Error)> {
        if *before == Phase::Fresh {
            let ready = self.repeat(deadline, |left| calls.init(left));
            ready.map_err(|failure| (failure.phase_or(Phase::Fresh), failure.error()))?;
        }
        let begun = calls.begin();
        begun.map_err(|failure| {
            if failure.may_be_repeated() {
                return (Phase::Idle, failure.error());
            }
            // Another try would give the same answer.
            let lost = failure.lost();
            let error = lost.error();
            (lost, error)
        })
    }

    fn end(&self, calls: Arc<C>, how: Ending, answer: &Answer<()>) {
        let timeout = self.timeout();
        let deadline = after(timeout);
        let mut end = End::new(how);
        // Results arrive on the polling thread. And librdkafka would end the transaction while the
        // broker still adds partitions to it, which Kafka 4 reports as an invalid state: a fatal
        // error. Records with a result are in the transaction already.
        if let (Ending::Commit, Err(error)) = (how, calls.flush(end.patience(timeout))) {
            end.abort_instead(match error.kind() {
                ErrorKind::Timeout => "records were not acknowledged in time".to_owned(),
                _ => error.to_string(),
            });
        }
        loop {
            let left = deadline.saturating_duration_since(sync::now());
            let was = end.how;
            if let Some(phase) = end.step(&*calls, left) {
                let result = end.result(&phase);
                self.change(|state| state.phase = phase);
                drop(calls);
                return put(answer, result);
            }
            if left.is_zero() {
                let error = end.too_late();
                self.keep(end, &calls);
                drop(calls);
                return put(answer, Err(error));
            }
            if end.how == was {
                self.pause(PAUSE.min(left));
            }
        }
    }

    /// Continues an end whose caller got a timeout.
    fn resume(&self, mut end: End, calls: &Arc<C>) {
        let Some(phase) = end.step(&**calls, SLICE) else {
            return self.keep(end, calls);
        };
        program::log(|| match end.result(&phase) {
            Ok(()) => log::info!("a transaction that timed out has ended: {:?}", end.how),
            Err(error) => log::warn!("a transaction that timed out has ended: {error}"),
        });
        self.change(|state| state.phase = phase);
    }

    fn keep(&self, end: End, calls: &Arc<C>) {
        let unfinished = (end, Arc::downgrade(calls), after(PAUSE));
        self.change(|state| state.unfinished = Some(unfinished));
    }

    /// Repeats a call until `deadline` while that may help.
    fn repeat(
        &self,
        deadline: Instant,
        call: impl Fn(Duration) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        loop {
            let left = deadline.saturating_duration_since(sync::now());
            match call(left.max(SLICE)) {
                Err(failure) if failure.may_be_repeated() && !left.is_zero() => {
                    // A retryable error may be returned at once.
                    self.pause(PAUSE.min(left));
                }
                result => return result,
            }
        }
    }

    /// Waits for up to `duration`.
    fn pause(&self, duration: Duration) {
        drop(self.changed.wait_timeout(self.state.lock(), duration));
    }

    fn timeout(&self) -> Duration {
        self.timeout.unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut State<C>)) {
        let mut state: MutexGuard<'_, State<C>> = self.state.lock();
        change(&mut state);
        drop(state);
        self.changed.notify_all();
    }
}

impl<C: Calls> State<C> {
    fn next(&mut self, now: Instant) -> Option<Task<C>> {
        if let Some(job) = self.jobs.pop_front() {
            return Some(Task::Job(job));
        }
        if let Some(task) = self.next_begin(now) {
            return Some(task);
        }
        if self.is_released {
            // No call waits any more. The brokers end an unfinished transaction after its timeout.
            return Some(Task::Stop);
        }
        let (end, calls, _) = self.unfinished.take_if(|(.., at)| *at <= now)?;
        calls.upgrade().map(|calls| Task::Resume(end, calls))
    }

    fn next_begin(&mut self, now: Instant) -> Option<Task<C>> {
        let deadline = self.begins.front()?.deadline;
        let refusal = match &self.phase {
            Phase::Fresh | Phase::Idle => {
                let before = std::mem::replace(&mut self.phase, Phase::Opening);
                let begin = self.begins.pop_front()?;
                return Some(Task::Begin(begin, before));
            }
            Phase::Open => Error::config("another transaction is open: commit or abort it first"),
            Phase::Lost(..) => self.phase.error(),
            Phase::Opening | Phase::Ending if now < deadline => return None,
            Phase::Opening | Phase::Ending => Error::new(
                ErrorKind::Timeout,
                "the transaction before this one has not ended yet",
            ),
        };
        let begin = self.begins.pop_front()?;
        Some(Task::Refuse(begin, refusal))
    }

    /// Returns the time of the next action if nothing changes before.
    fn wakes_at(&self) -> Option<Instant> {
        let begin = self.begins.front().map(|begin| begin.deadline);
        let resume = self.unfinished.as_ref().map(|(.., at)| *at);
        begin.into_iter().chain(resume).min()
    }
}

impl Phase {
    /// Returns the error of a lost producer.
    fn error(&self) -> Error {
        match self {
            Self::Lost(kind, reason) if *kind == ErrorKind::Fenced => {
                Error::new(ErrorKind::Fenced, reason.clone())
            }
            Self::Lost(_, reason) => Error::fatal(reason),
            _ => Error::config("the producer is not lost"),
        }
    }
}

/// Stores the result, and wakes its receiver.
fn put<T>(answer: &Answer<T>, result: Result<T>) {
    if let Some(waker) = answer.put(result) {
        program::call("a waker", || waker.wake());
    }
}

fn after(duration: Duration) -> Instant {
    let now = sync::now();
    now.checked_add(duration).unwrap_or(now)
}

pub(crate) fn ended() -> Error {
    Error::config("the transaction has ended")
}

const PAUSE: Duration = Duration::from_millis(100);
/// The least time for a call.
pub(crate) const SLICE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
