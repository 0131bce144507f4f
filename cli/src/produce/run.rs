//! A run of the producer: delivery results by line, and the end of the run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use wireform_producer::{CloseReport, ErrorKind, Outcome, Producer};

use super::journal::Journal;
use crate::exit::{Error, with_causes};
use crate::progress::{rate, say};
use crate::signals::Signals;
use crate::{Result, exit};

/// Time between two updates of the journal.
const NOTING: Duration = Duration::from_millis(500);

/// Lines that are printed for each reason why records are not written.
const SHOWN: u64 = 10;

/// A run; clones share it.
#[derive(Clone)]
pub(super) struct Run(Arc<Inner>);

struct Inner {
    producer: Producer,
    journal: Option<Journal>,
    timeout: Duration,
    start: Instant,
    counts: Counts,
    /// The number of lines that are not in the log, and the last of them, for each reason.
    reasons: Mutex<BTreeMap<String, (u64, u64)>>,
    /// True if a thread is ending the run; that thread ends the process.
    is_ending: AtomicBool,
    is_reported: AtomicBool,
    /// True if the journal cannot be written any more.
    has_failed: AtomicBool,
}

#[derive(Default)]
struct Counts {
    lines: AtomicU64,
    empty: AtomicU64,
    /// Refused by the schema or the client.
    refused: AtomicU64,
    /// Refused by a broker; the producer counts them as not written.
    refused_by_broker: AtomicU64,
    accepted: AtomicU64,
    delivered: AtomicU64,
    not_written: AtomicU64,
    unknown: AtomicU64,
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

fn get(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

impl Run {
    pub(super) fn new(producer: Producer, journal: Option<Journal>, timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            producer,
            journal,
            timeout,
            start: Instant::now(),
            counts: Counts::default(),
            reasons: Mutex::default(),
            is_ending: AtomicBool::new(false),
            is_reported: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
        }))
    }

    pub(super) fn producer(&self) -> &Producer {
        &self.0.producer
    }

    pub(super) fn journal(&self) -> Option<&Journal> {
        self.0.journal.as_ref()
    }

    /// Counts a line. Fails if the journal cannot be written, so that no more may be sent.
    pub(super) fn begin_line(&self) -> Result<()> {
        if self.0.has_failed.load(Ordering::Relaxed) {
            // The error of the journal is returned first.
            self.note()?;
        }
        add(&self.0.counts.lines);
        Ok(())
    }

    pub(super) fn empty(&self, number: u64) {
        add(&self.0.counts.empty);
        self.is_done(number);
    }

    pub(super) fn accepted(&self) {
        add(&self.0.counts.accepted);
    }

    /// Reverts [`accepted`](Self::accepted).
    pub(super) fn not_accepted(&self) {
        self.0.counts.accepted.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a line that is not sent, and prints the reason.
    pub(super) fn refused(&self, number: u64, reason: &str) {
        add(&self.0.counts.refused);
        self.say_refused(number, reason);
    }

    fn say_refused(&self, number: u64, reason: &str) {
        say(&format!("line {number}: {reason}"));
        if let Some(journal) = self.journal() {
            journal.is_refused(number, reason);
        }
    }

    /// Counts the delivery result of an accepted record.
    pub(super) fn settle(&self, number: u64, outcome: Outcome) {
        let counts = &self.0.counts;
        let error = match outcome {
            Ok(_) => {
                add(&counts.delivered);
                return self.is_done(number);
            }
            Err(error) => error,
        };
        let reason = with_causes(&error);
        match error.kind() {
            ErrorKind::TooLarge => {
                add(&counts.refused_by_broker);
                return self.say_refused(number, &reason);
            }
            ErrorKind::Unknown => add(&counts.unknown),
            _ => add(&counts.not_written),
        }
        if let Some(journal) = self.journal() {
            journal.is_lost(number, &reason);
        }
        let mut reasons = self
            .0
            .reasons
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (count, last) = reasons.entry(reason.clone()).or_default();
        (*count, *last) = (*count + 1, number);
        if *count <= SHOWN {
            say(&format!("line {number}: {reason}"));
        }
    }

    fn is_done(&self, number: u64) {
        if let Some(journal) = self.journal() {
            journal.is_done(number);
        }
    }

    fn note(&self) -> Result<()> {
        self.journal().map_or(Ok(()), Journal::note)
    }

    /// Updates the journal periodically, also while waiting for input, so that a run that is killed
    /// sends few records twice.
    pub(super) fn note_from_time_to_time(&self) {
        if self.journal().is_none() {
            return;
        }
        let run = self.clone();
        let note = move || {
            while run.note().is_ok() {
                std::thread::sleep(NOTING);
            }
            run.0.has_failed.store(true, Ordering::Relaxed);
        };
        let _ = std::thread::Builder::new().spawn(note);
    }

    /// Closes the producer at a signal, reports, and ends the process. A second signal ends the
    /// wait.
    pub(super) fn end_at_signals(&self, mut signals: Signals) {
        let run = self.clone();
        let wait = move || {
            if signals.wait().is_err() {
                return;
            }
            let in_flight = run.0.producer.in_flight();
            if in_flight > 0 {
                let s = if in_flight == 1 { "" } else { "s" };
                let again = "another signal ends the wait";
                say(&format!(
                    "interrupted: waiting for {in_flight} record{s}; {again}"
                ));
            }
            // At the end of the input the run is ending already.
            if run.begin_end() {
                let closing = run.clone();
                let close = move || {
                    if let Err(error) = closing.close("interrupted: ") {
                        let _ = error.report();
                    }
                    std::process::exit(1);
                };
                let _ = std::thread::Builder::new().spawn(close);
            }
            if signals.wait().is_ok() {
                let _ = run.note();
                run.report("interrupted: ", &run.given_up());
                std::process::exit(1);
            }
        };
        let _ = std::thread::Builder::new().spawn(wait);
    }

    /// Returns whether this thread is the one that ends the run.
    pub(super) fn begin_end(&self) -> bool {
        !self.0.is_ending.swap(true, Ordering::SeqCst)
    }

    /// Ends the run: waits for all accepted records, updates the journal and reports. `sent` is the
    /// result of reading the input.
    pub(super) fn end(&self, sent: Result<()>) -> Result {
        if !self.begin_end() {
            // The other thread ends the process.
            loop {
                std::thread::park();
            }
        }
        let report = self.close("");
        // The reason why not all lines were sent comes first.
        sent?;
        let (is_whole, counts) = (report?, &self.0.counts);
        match (
            is_whole,
            get(&counts.refused) + get(&counts.refused_by_broker),
        ) {
            (false, _) => Err(Error::Io("not every record was delivered".to_owned())),
            (true, 0) => Ok(exit::Outcome::Fine),
            (true, _) => Ok(exit::Outcome::Findings),
        }
    }

    /// Closes the producer. Returns whether every record that was not refused is delivered.
    fn close(&self, why: &str) -> Result<bool> {
        // librdkafka looks for late records once a second.
        let patience = self.0.timeout + Duration::from_secs(10);
        let report = self.0.producer.close_blocking(patience);
        let noted = self.note();
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                self.report(why, &self.given_up());
                return Err(Error::io(&error));
            }
        };
        self.report(why, &report);
        noted?;
        Ok(self.not_written(&report) == 0 && report.unknown == 0)
    }

    fn not_written(&self, report: &CloseReport) -> u64 {
        let refused = get(&self.0.counts.refused_by_broker);
        report.not_written.saturating_sub(refused)
    }

    /// Returns the counts of a run that does not wait for all deliveries.
    fn given_up(&self) -> CloseReport {
        let counts = &self.0.counts;
        let mut report = CloseReport::default();
        report.delivered = get(&counts.delivered);
        report.not_written = get(&counts.not_written) + get(&counts.refused_by_broker);
        let settled = report.delivered + report.not_written;
        report.unknown = get(&counts.accepted).saturating_sub(settled);
        report
    }

    fn report(&self, why: &str, report: &CloseReport) {
        if self.0.is_reported.swap(true, Ordering::SeqCst) {
            return;
        }
        let reasons = self
            .0
            .reasons
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (reason, (count, last)) in reasons.iter().filter(|(_, (count, _))| *count > SHOWN) {
            let more = count - SHOWN;
            say(&format!("{more} more up to line {last}: {reason}"));
        }
        drop(reasons);
        let counts = &self.0.counts;
        let lines = get(&counts.lines);
        let refused = get(&counts.refused) + get(&counts.refused_by_broker);
        let some = |count: u64, what: &str| match count {
            0 => String::new(),
            count => format!(", {count} {what}"),
        };
        say(&format!(
            "{why}{lines} line{}: {} delivered{}{}, {} not written, {} unknown; {:.0} a second",
            if lines == 1 { "" } else { "s" },
            report.delivered,
            some(refused, "refused"),
            some(get(&counts.empty), "empty"),
            self.not_written(report),
            report.unknown,
            rate(report.delivered, self.0.start.elapsed())
        ));
    }
}
