use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::BuildHasher;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{Error, ErrorKind, Result};
use crate::trace;

/// When to try again: after what [is retryable](Error::is_retryable), at most three times, with
/// full jitter, and never beyond the deadline.
///
/// A request that is not idempotent is repeated only while the registry cannot have acted on it: no
/// connection could be made, or the registry refused it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    deadline: Instant,
    timeout: Duration,
}

/// Facts about earlier attempts that an attempt needs.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "http"),
    expect(
        dead_code,
        reason = "the adapter over schema_registry_converter knows no nodes"
    )
)]
pub(crate) struct Turn {
    /// Until when the attempt may take.
    pub(crate) end: Instant,
    pub(crate) is_first: bool,
    /// Whether the registry may have acted on the request already.
    pub(crate) may_have_acted: bool,
}

/// An attempt that failed.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) error: Error,
    /// The registry's own wish (`Retry-After`); it is honoured up to the deadline.
    pub(crate) retry_after: Option<Duration>,
    /// Whether trying again may help, although the error alone does not say so.
    pub(crate) again: bool,
    /// Whether the registry may have acted on the request: it was sent, and not refused.
    pub(crate) may_have_acted: bool,
}

impl Retry {
    /// Starts the clock: the whole call, waits included, may take `timeout`.
    pub(crate) fn within(timeout: Duration) -> Self {
        Self {
            deadline: Instant::now() + timeout,
            timeout,
        }
    }

    /// Calls `attempt` until it succeeds, fails for good, or time is up.
    pub(crate) async fn run<T, F>(
        self,
        is_idempotent: bool,
        mut attempt: impl FnMut(Turn) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T, Attempt>>,
    {
        if Handle::try_current().is_err() {
            let message = "a registry over HTTP can only be called inside of a tokio runtime";
            return Err(Error::new(ErrorKind::Config, message));
        }
        let mut failures = 0;
        let mut may_have_acted = false;
        loop {
            let turn = Turn {
                end: self.attempt_end(failures),
                is_first: failures == 0,
                may_have_acted,
            };
            let failed = match attempt(turn).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            failures += 1;
            may_have_acted |= failed.may_have_acted;
            let delay = failed.retry_after.unwrap_or_else(|| jitter(failures));
            let no_time = delay >= self.deadline.saturating_duration_since(Instant::now());
            let is_hopeless = !failed.error.is_retryable() && !failed.again;
            let is_unsafe = may_have_acted && !is_idempotent;
            if failures > MAX_RETRIES || no_time || is_hopeless || is_unsafe {
                return Err(failed.error);
            }
            trace::retry(&failed.error, failures, delay);
            sleep(delay).await;
        }
    }

    /// The answer of one attempt, or a timeout at its `end`.
    pub(crate) async fn limit<T>(
        self,
        end: Instant,
        thing: &str,
        attempt: impl Future<Output = Result<T, Attempt>>,
    ) -> Result<T, Attempt> {
        timeout_at(end, attempt).await.unwrap_or_else(|_| {
            let message = format!(
                "{thing}: no answer from the registry (limit {:?})",
                self.timeout
            );
            Err(Attempt {
                may_have_acted: true,
                ..Error::new(ErrorKind::Timeout, message).into()
            })
        })
    }

    /// Until when one attempt may take: half of the time left, so that a registry that hangs
    /// leaves time to ask again, and all of it in the last one.
    fn attempt_end(self, failures: u32) -> Instant {
        if failures == MAX_RETRIES {
            return self.deadline;
        }
        let now = Instant::now();
        now + self.deadline.saturating_duration_since(now) / 2
    }
}

impl From<Error> for Attempt {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry_after: None,
            again: false,
            may_have_acted: false,
        }
    }
}

/// A random wait between nothing and a limit that doubles: "full jitter",
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.
fn jitter(failures: u32) -> Duration {
    let limit = BASE_DELAY * 2u32.saturating_pow(failures.saturating_sub(1).min(8));
    let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    // Every `RandomState` has keys of its own, which is as much chance as a wait needs.
    let random = RandomState::new().hash_one(failures);
    Duration::from_millis(random % limit.saturating_add(1))
}

/// At most four attempts in all.
const MAX_RETRIES: u32 = 3;
const BASE_DELAY: Duration = Duration::from_millis(100);
