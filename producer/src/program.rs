//! Calls of the program's code.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code of the program. A panic in it ends here and is logged.
pub(crate) fn call(what: &str, run: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(run)).is_err() {
        log::error!("{what} panicked");
    }
}
