//! Calls of the program's code: callbacks, hooks, wakers, loggers, recorders, subscribers.
//!
//! A panic in any of them must change nothing for the producer. So all of it is called from here,
//! with no lock held, except the partitioner: librdkafka calls that under its own locks.

use std::fmt::Display;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code of the program. A panic in it ends here, and the program's logger gets a line about
/// `what`.
pub(crate) fn call<R>(what: impl Display, run: impl FnOnce() -> R) -> Option<R> {
    let result = contain(run);
    if result.is_none() {
        log(|| log::error!("{what} panicked"));
    }
    result
}

/// Runs a call of the program's logger or subscriber. A panic in it ends here: there is no other
/// place to report it to.
pub(crate) fn log(run: impl FnOnce()) {
    contain(run);
}

/// Runs code of the program. A panic in it ends here, and gives `None`.
pub(crate) fn contain<R>(run: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // The payload is the program's too, and its `drop` may panic.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                mem::forget(payload);
            }
            None
        }
    }
}
