//! Scripted answers of librdkafka, and models of the phases.

use std::collections::VecDeque;
use std::sync::{Mutex as StdMutex, MutexGuard as StdGuard, PoisonError};

use rdkafka::error::RDKafkaErrorCode;

use super::*;
use crate::engine::slot::Taken;

/// Answers as librdkafka does: a call that timed out must be repeated before any other
/// (`rd_kafka_txn_curr_api_begin`).
struct Fake {
    transactions: Transactions<Self>,
    state: StdMutex<FakeState>,
}

#[derive(Default)]
struct FakeState {
    /// The call that timed out.
    resumable: Option<&'static str>,
    is_open: bool,
    /// The answers to come; `Ok` when there are no more.
    answers: VecDeque<(&'static str, Failure)>,
    calls: Vec<&'static str>,
}

impl Fake {
    fn new(transactions: Transactions<Self>, answers: Vec<(&'static str, Failure)>) -> Arc<Self> {
        let state = FakeState {
            answers: answers.into(),
            ..FakeState::default()
        };
        Arc::new(Self {
            transactions,
            state: StdMutex::new(state),
        })
    }

    fn lock(&self) -> StdGuard<'_, FakeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, name: &'static str) -> Result<(), Failure> {
        let mut state = self.lock();
        state.calls.push(name);
        if state.resumable.is_some_and(|other| other != name) {
            return Err(conflict());
        }
        state.resumable = None;
        let is_scripted = state
            .answers
            .front()
            .is_some_and(|(other, _)| *other == name);
        if is_scripted && let Some((_, failure)) = state.answers.pop_front() {
            if failure.is_retriable {
                state.resumable = Some(name);
            }
            return Err(failure);
        }
        match name {
            "begin" => assert!(!std::mem::replace(&mut state.is_open, true), "begun twice"),
            "commit" | "abort" => {
                assert!(std::mem::replace(&mut state.is_open, false), "ended twice");
            }
            _ => {}
        }
        Ok(())
    }

    #[cfg(not(wireform_model))]
    fn count(&self, name: &str) -> usize {
        let state = self.lock();
        state.calls.iter().filter(|call| **call == name).count()
    }
}

impl Calls for Fake {
    fn transactions(&self) -> &Transactions<Self> {
        &self.transactions
    }

    fn flush(&self, _: Duration) -> Result<()> {
        let mut state = self.lock();
        let next = state.answers.front();
        if next.is_none_or(|(name, _)| *name != "flush") {
            return Ok(());
        }
        let failure = state
            .answers
            .pop_front()
            .map(|(_, failure)| failure.error());
        failure.map_or(Ok(()), Err)
    }

    fn init(&self, _: Duration) -> Result<(), Failure> {
        self.call("init")
    }

    fn begin(&self) -> Result<(), Failure> {
        self.call("begin")
    }

    fn commit(&self, _: Duration) -> Result<(), Failure> {
        self.call("commit")
    }

    fn abort(&self, _: Duration) -> Result<(), Failure> {
        self.call("abort")
    }
}

fn failure(code: RDKafkaErrorCode) -> Failure {
    Failure {
        code,
        text: format!("{code:?}"),
        is_fatal: false,
        is_retriable: false,
        requires_abort: false,
    }
}

fn timed_out() -> Failure {
    Failure {
        is_retriable: true,
        ..failure(RDKafkaErrorCode::OperationTimedOut)
    }
}

fn conflict() -> Failure {
    Failure {
        is_retriable: true,
        ..failure(RDKafkaErrorCode::Conflict)
    }
}

fn abortable() -> Failure {
    Failure {
        requires_abort: true,
        ..failure(RDKafkaErrorCode::Inconsistent)
    }
}

#[cfg(not(wireform_model))]
fn fatal() -> Failure {
    Failure {
        is_fatal: true,
        ..failure(RDKafkaErrorCode::OutOfOrderSequenceNumber)
    }
}

#[cfg(not(wireform_model))]
mod scripted {
    use super::*;

    const TIMEOUT: Duration = Duration::from_millis(250);
    const SOON: Duration = Duration::from_secs(20);

    fn fake(answers: Vec<(&'static str, Failure)>) -> Arc<Fake> {
        Fake::new(Transactions::start(TIMEOUT).unwrap(), answers)
    }

    #[track_caller]
    fn wait<T>(answer: &Answer<T>) -> Result<T> {
        match answer.wait(Some(Instant::now() + SOON)) {
            Some(Taken::Value(result)) => result,
            Some(Taken::Gone) => panic!("taken before"),
            None => panic!("no answer"),
        }
    }

    #[track_caller]
    fn begin(fake: &Arc<Fake>) -> Result<Handle<Fake>> {
        wait(&fake.transactions.begin(fake)).map(Handle::in_hand)
    }

    /// Begins as often as the error says that this may help.
    #[track_caller]
    fn begin_at_last(fake: &Arc<Fake>) -> Result<Handle<Fake>> {
        let deadline = Instant::now() + SOON;
        loop {
            match begin(fake) {
                Err(error) if error.is_retryable() => assert!(Instant::now() < deadline),
                other => return other,
            }
        }
    }

    /// Ends a first transaction with these answers; gives its error, and then that of the next
    /// begin.
    #[track_caller]
    fn check(
        how: Ending,
        answers: Vec<(&'static str, Failure)>,
        expected: Option<ErrorKind>,
        next: Option<ErrorKind>,
    ) {
        let fake = fake(answers);
        let ended = wait(&begin(&fake).unwrap().end(how).unwrap());
        assert_eq!(ended.as_ref().err().map(Error::kind), expected, "{ended:?}");
        if let Err(error) = &ended {
            assert_eq!(error.is_fatal(), next.is_some(), "{error:?}");
        }
        let begun = begin_at_last(&fake);
        assert_eq!(begun.as_ref().err().map(Error::kind), next);
        if let Err(error) = begun {
            assert!(error.is_fatal() && !error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn end_that_times_out_is_repeated_within_its_time() {
        check(Ending::Commit, vec![("commit", timed_out())], None, None);
        check(Ending::Abort, vec![("abort", timed_out())], None, None);
    }

    #[test]
    fn end_goes_on_after_its_caller_got_a_timeout() {
        let commits = vec![("commit", timed_out()); 10];
        check(Ending::Commit, commits, Some(ErrorKind::Unknown), None);
        let aborts = vec![("abort", timed_out()); 10];
        check(Ending::Abort, aborts, Some(ErrorKind::Timeout), None);
    }

    #[test]
    fn begin_waits_no_longer_than_its_time_for_the_end_before() {
        let fake = fake(vec![("commit", timed_out()); 40]);
        let ended = wait(&begin(&fake).unwrap().end(Ending::Commit).unwrap());
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Unknown);
        let error = begin(&fake).err().unwrap();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (ErrorKind::Timeout, true)
        );
        begin_at_last(&fake).map(drop).unwrap();
        assert_eq!(fake.count("commit"), 41);
    }

    #[test]
    fn conflict_leaves_the_producer_lost() {
        let unknown = Some(ErrorKind::Unknown);
        let fatal = Some(ErrorKind::Fatal);
        let answers = vec![("commit", timed_out()), ("commit", conflict())];
        check(Ending::Commit, answers, unknown, fatal);
        let answers = vec![("abort", timed_out()), ("abort", conflict())];
        check(Ending::Abort, answers, fatal, fatal);
    }

    #[test]
    fn answer_that_fits_no_state_leaves_the_producer_lost() {
        let state = failure(RDKafkaErrorCode::State);
        let fatal = Some(ErrorKind::Fatal);
        let answers = vec![("commit", state.clone())];
        check(Ending::Commit, answers, Some(ErrorKind::Unknown), fatal);
        check(Ending::Abort, vec![("abort", state.clone())], fatal, fatal);

        let fake = fake(vec![("begin", state)]);
        for _ in 0..2 {
            let error = begin(&fake).err().unwrap();
            assert_eq!((error.kind(), error.is_fatal()), (ErrorKind::Fatal, true));
        }
    }

    #[test]
    fn flush_that_fails_aborts_and_the_next_begins() {
        let aborted = Some(ErrorKind::Aborted);
        check(Ending::Commit, vec![("flush", timed_out())], aborted, None);
        let answers = vec![("flush", timed_out()), ("abort", timed_out())];
        check(Ending::Commit, answers, aborted, None);
        let fatal_error = Some(ErrorKind::Fatal);
        let answers = vec![("flush", fatal()), ("abort", fatal())];
        check(Ending::Commit, answers, fatal_error, fatal_error);

        let fake = fake(vec![("flush", timed_out())]);
        let ended = wait(&begin(&fake).unwrap().end(Ending::Commit).unwrap());
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Aborted);
        assert_eq!((fake.count("commit"), fake.count("abort")), (0, 1));
    }

    #[test]
    fn abortable_error_aborts_and_the_next_begins() {
        let aborted = Some(ErrorKind::Aborted);
        check(Ending::Commit, vec![("commit", abortable())], aborted, None);
        let answers = vec![
            ("commit", timed_out()),
            ("commit", abortable()),
            ("abort", timed_out()),
        ];
        check(Ending::Commit, answers, aborted, None);
        // Also if the abort takes longer than the caller waits.
        let mut answers = vec![("commit", abortable())];
        answers.extend(vec![("abort", timed_out()); 10]);
        check(Ending::Commit, answers, aborted, None);
    }

    #[test]
    fn fatal_error_stays() {
        let expected = Some(ErrorKind::Fatal);
        for answers in [
            vec![("commit", fatal())],
            vec![("commit", timed_out()), ("commit", fatal())],
            vec![("commit", abortable()), ("abort", fatal())],
        ] {
            check(Ending::Commit, answers, expected, expected);
        }
        check(Ending::Abort, vec![("abort", fatal())], expected, expected);
    }

    #[test]
    fn fenced_producer_stays_fenced() {
        let expected = Some(ErrorKind::Fenced);
        for code in [
            RDKafkaErrorCode::Fenced,
            RDKafkaErrorCode::ProducerFenced,
            RDKafkaErrorCode::InvalidProducerEpoch,
        ] {
            let answers = vec![("commit", failure(code))];
            check(Ending::Commit, answers, expected, expected);
        }
    }

    #[test]
    fn first_begin_that_times_out_is_resumed_by_the_next() {
        let fake = fake(vec![("init", timed_out()); 10]);
        let error = begin(&fake).err().unwrap();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (ErrorKind::Timeout, true)
        );
        begin_at_last(&fake).map(drop).unwrap();
    }

    #[test]
    fn calls_are_made_in_order_and_before_the_end() {
        let fake = fake(Vec::new());
        let mut handle = begin(&fake).unwrap();
        let first = handle.call(|fake, _| fake.call("first")).unwrap();
        let second = handle.call(|fake, _| fake.call("second")).unwrap();
        wait(&handle.end(Ending::Commit).unwrap()).unwrap();
        wait(&first).unwrap();
        wait(&second).unwrap();
        let calls = ["init", "begin", "first", "second", "commit"];
        assert_eq!(fake.lock().calls, calls);
    }

    #[test]
    fn second_begin_is_refused_while_one_is_open() {
        let fake = fake(Vec::new());
        let open = begin(&fake).unwrap();
        let error = begin(&fake).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        drop(open);
        begin(&fake).map(drop).unwrap();
    }

    #[test]
    fn thread_ends_with_the_producer_also_while_an_end_is_unfinished() {
        let fake = fake(vec![("abort", timed_out()); 1000]);
        let ended = wait(&begin(&fake).unwrap().end(Ending::Abort).unwrap());
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Timeout);
        let shared = Arc::downgrade(&fake.transactions.shared);
        drop(fake);
        let deadline = Instant::now() + SOON;
        while shared.strong_count() > 0 {
            assert!(Instant::now() < deadline, "the thread goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(wireform_model)]
mod models {
    use super::*;

    /// Runs `program` with a producer whose calls get `answers`, in many orders of all threads.
    /// In the end another transaction can begin and end, and all threads are over.
    fn check(
        answers: fn() -> Vec<(&'static str, Failure)>,
        program: fn(Arc<Fake>) -> Vec<shuttle::thread::JoinHandle<()>>,
    ) {
        let run = move || {
            let transactions = Transactions::new(Some(Duration::from_millis(50)));
            let shared = Arc::clone(&transactions.shared);
            let caller = shuttle::thread::spawn(move || shared.run());
            let fake = Fake::new(transactions, answers());
            for thread in program(Arc::clone(&fake)) {
                thread.join().unwrap();
            }
            let mut last = begin_at_last(&fake);
            wait(&last.end(Ending::Commit).unwrap()).unwrap();
            assert!(!fake.lock().is_open);
            drop((last, fake));
            caller.join().unwrap();
        };
        shuttle::check_random(run, 2000);
    }

    /// Without a time limit: an answer that never comes is a deadlock.
    fn wait<T>(answer: &Answer<T>) -> Result<T> {
        match answer.wait(None) {
            Some(Taken::Value(result)) => result,
            _ => panic!("no answer"),
        }
    }

    fn begin_at_last(fake: &Arc<Fake>) -> Handle<Fake> {
        for _ in 0..100 {
            match wait(&fake.transactions.begin(fake)) {
                Ok(handle) => return handle.in_hand(),
                // Another thread's is open, or the one before is ending.
                Err(error) => {
                    let may_help = error.is_retryable() || error.kind() == ErrorKind::Config;
                    assert!(may_help, "{error:?}");
                    shuttle::thread::yield_now();
                }
            }
        }
        panic!("no transaction begins any more");
    }

    fn ends(fake: &Arc<Fake>, how: Ending) -> shuttle::thread::JoinHandle<()> {
        let fake = Arc::clone(fake);
        shuttle::thread::spawn(move || {
            let mut handle = begin_at_last(&fake);
            match wait(&handle.end(how).unwrap()) {
                Ok(()) => {}
                Err(error) => assert!(!error.is_fatal(), "{error:?}"),
            }
        })
    }

    #[test]
    fn ends_that_time_out_let_the_next_begin() {
        check(
            || {
                let mut answers = vec![("commit", timed_out()); 3];
                answers.push(("commit", abortable()));
                answers.extend(vec![("abort", timed_out()); 3]);
                answers
            },
            |fake| vec![ends(&fake, Ending::Commit), ends(&fake, Ending::Abort)],
        );
    }

    #[test]
    fn begins_that_are_given_up_are_aborted_before_the_next() {
        check(Vec::new, |fake| {
            let given_up = Arc::clone(&fake);
            let dropped = Arc::clone(&fake);
            vec![
                shuttle::thread::spawn(move || drop(given_up.transactions.begin(&given_up))),
                shuttle::thread::spawn(move || drop(begin_at_last(&dropped))),
                ends(&fake, Ending::Commit),
            ]
        });
    }

    #[test]
    fn begin_after_one_that_was_given_up_is_not_refused() {
        check(Vec::new, |fake| {
            vec![shuttle::thread::spawn(move || {
                for _ in 0..2 {
                    let given_up = fake.transactions.begin(&fake);
                    let next = fake.transactions.begin(&fake);
                    drop(given_up);
                    match wait(&next).map(Handle::in_hand) {
                        Ok(handle) => drop(handle),
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}"),
                    }
                }
            })]
        });
    }

    #[test]
    fn producer_that_goes_away_ends_the_thread() {
        let run = || {
            let transactions = Transactions::new(Some(Duration::from_millis(50)));
            let shared = Arc::clone(&transactions.shared);
            let caller = shuttle::thread::spawn(move || shared.run());
            let fake = Fake::new(transactions, vec![("abort", timed_out()); 3]);
            drop(begin_at_last(&fake));
            drop(fake.transactions.begin(&fake));
            drop(fake);
            caller.join().unwrap();
        };
        shuttle::check_random(run, 2000);
    }
}
