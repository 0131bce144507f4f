//! Progress of a long run, on standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::encode::eprintln;

/// One line that is overwritten. Not shown if standard error is not a terminal, or if standard
/// output is one, whose lines show the progress already.
pub(crate) struct Progress {
    is_shown: bool,
    start: Instant,
    last: Instant,
}

/// Time between two updates.
const PAUSE: Duration = Duration::from_millis(200);
/// Number of records between two looks at the clock.
const STEP: u64 = 1 << 10;

impl Progress {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            is_shown: io::stderr().is_terminal() && !io::stdout().is_terminal(),
            start: now,
            last: now,
        }
    }

    /// Creates the progress of a verb that writes nothing to standard output.
    #[cfg(feature = "kafka")]
    pub(crate) fn of_silent() -> Self {
        Self {
            is_shown: io::stderr().is_terminal(),
            ..Self::new()
        }
    }

    /// Shows that `count` records are done.
    pub(crate) fn at(&mut self, count: u64) {
        if !self.is_shown || !count.is_multiple_of(STEP) || self.last.elapsed() < PAUSE {
            return;
        }
        self.last = Instant::now();
        let rate = rate(count, self.start.elapsed());
        // An error here is ignored: it is only the progress.
        let _ = write!(io::stderr(), "\r\x1b[K{count} records, {rate:.0} a second");
    }

    /// Prints a message on a line of its own.
    pub(crate) fn say(&self, text: &str) {
        self.clear();
        eprintln(text);
    }

    /// Removes the progress line, before other output.
    pub(crate) fn clear(&self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Prints a message on standard error in place of the progress line, from any thread.
#[cfg(feature = "kafka")]
pub(crate) fn say(text: &str) {
    if io::stderr().is_terminal() {
        eprintln(&format!("\r\x1b[K{text}"));
    } else {
        eprintln(text);
    }
}

/// Returns the number of records in a second.
#[allow(clippy::cast_precision_loss, reason = "a rate for people")]
pub(crate) fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(0.001)
}
