use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use crate::error::Result;
use crate::sync::Mutex;

/// A request that several callers wait for. Each of them drives it, so that it goes on while one is
/// left, and is given up with the last one. It needs no runtime and starts no task.
pub(super) struct Flight<V> {
    work: Shared<Work<V>>,
    panic: Panic,
}

/// A flight that others may join. It does not keep the request going.
pub(super) struct Joinable<V> {
    pub(super) number: u64,
    /// `None` if it has ended.
    work: Option<WeakShared<Work<V>>>,
    panic: Panic,
}

/// The answer; `None` if the request panicked.
type Work<V> = BoxFuture<'static, Option<Arc<Result<V>>>>;
/// The panic of the request, for the one caller that gets it.
type Panic = Arc<Mutex<Option<Box<dyn Any + Send>>>>;

impl<V: Clone + Send + Sync + 'static> Flight<V> {
    pub(super) fn new(request: BoxFuture<'static, Result<V>>) -> Self {
        let panic = Panic::default();
        let caught = panic.clone();
        let work = AssertUnwindSafe(request).catch_unwind().map(move |ended| {
            ended
                .map(Arc::new)
                .map_err(|panic| *caught.lock() = Some(panic))
                .ok()
        });
        Self {
            work: work.boxed().shared(),
            panic,
        }
    }

    /// `number` distinguishes the flight from others.
    pub(super) fn joinable(&self, number: u64) -> Joinable<V> {
        Joinable {
            number,
            work: self.work.downgrade(),
            panic: self.panic.clone(),
        }
    }

    /// The answer; `None` if the request panicked and another caller has the panic.
    ///
    /// # Panics
    /// As the request did, for one of the callers.
    pub(super) async fn answer(self) -> Option<Result<V>> {
        let Some(answer) = self.work.await else {
            let panic = self.panic.lock().take();
            if let Some(panic) = panic {
                resume_unwind(panic);
            }
            return None;
        };
        Some(match &*answer {
            Ok(value) => Ok(value.clone()),
            Err(error) => Err(error.share()),
        })
    }
}

impl<V> Joinable<V> {
    /// `None` if its callers have all gone.
    pub(super) fn join(&self) -> Option<Flight<V>> {
        Some(Flight {
            work: self.work.as_ref()?.upgrade()?,
            panic: self.panic.clone(),
        })
    }
}

impl<V> fmt::Debug for Joinable<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joinable")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
