use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, VersionRef};
use crate::registry::{Compatibility, RegisterOptions, Registry, RegistryExt};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// A registry for a program that has no tokio: its calls block until they are answered.
///
/// One small thread keeps connections and clocks going; it ends when the last clone is dropped.
/// Everything asynchronous that takes a registry, such as `Framed::register`, can be
/// [waited](Self::wait) for too.
/// ```
/// use wireform_registry::{Blocking, InMemoryRegistry, RegisterOptions, SchemaDef};
/// use wireform_registry::{RegistryAdmin, SchemaKind, Subject, SubjectFilter, Unchecked};
///
/// let registry = InMemoryRegistry::builder().rules(Unchecked(SchemaKind::Json)).build();
/// let registry = Blocking::new(registry)?;
/// let orders = Subject::value("orders");
/// let schema = SchemaDef::new(SchemaKind::Json, "{}");
/// let registered = registry.register(&orders, &schema, RegisterOptions::default())?;
/// assert_eq!(registry.latest(&orders)?, registered);
/// let names = registry.wait(registry.inner().subjects(&SubjectFilter::default()))??;
/// assert_eq!(names, [orders]);
/// # Ok::<(), wireform_registry::Error>(())
/// ```
pub struct Blocking<R> {
    registry: R,
    runtime: Arc<Runtime>,
}

/// A runtime that its own thread keeps going, so that others may wait in it.
struct Runtime {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl<R> Blocking<R> {
    /// Starts the thread for calls of `registry`.
    ///
    /// # Errors
    /// `Config` if the system has no thread or no handles left.
    pub fn new(registry: R) -> Result<Self> {
        let runtime = Runtime::start().map_err(|error| {
            let message = "the thread of a blocking registry cannot be started";
            Error::new(ErrorKind::Config, message).with_source(error)
        })?;
        Ok(Self {
            registry,
            runtime: Arc::new(runtime),
        })
    }

    /// The registry inside, to be [waited](Self::wait) for.
    #[must_use]
    pub fn inner(&self) -> &R {
        &self.registry
    }

    /// Waits for anything asynchronous. A program with tokio may call it on the threads of
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    /// `Config` inside of an asynchronous task, which must not block and can await `future`. A task in
    /// `tokio::task::unconstrained` is not recognised: there the call blocks the thread.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        if is_in_task() {
            let message = "a blocking registry was called inside of a tokio runtime: await the \
                           registry inside it";
            return Err(Error::new(ErrorKind::Config, message));
        }
        // Not `Handle::block_on`, which panics in a task that `is_in_task` cannot recognise.
        let _runtime = self.runtime.handle.enter();
        Ok(park_until_ready(future))
    }
}

/// Polls `future` on this thread. The runtime that it is entered in drives its timers and sockets.
fn park_until_ready<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Returns whether tokio runs a task on this thread; if so, the thread must not block.
///
/// Its threads for blocking work have a runtime too, so [`Handle::try_current`] cannot tell. But only
/// a task is made to stop after so much work. A task in `tokio::task::unconstrained` is not recognised:
/// its call blocks the thread.
fn is_in_task() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let mut is_stopped = || {
        let work = pin!(tokio::task::consume_budget());
        work.poll(&mut context).is_pending()
    };
    Handle::try_current().is_ok() && (0..=TASK_BUDGET).any(|_| is_stopped())
}

impl<R: Registry> Blocking<R> {
    /// As [`Registry::by_id`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn by_id(&self, id: SchemaId) -> Result<StoredSchema> {
        self.wait(self.registry.by_id(id))?
    }

    /// As [`Registry::by_guid`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn by_guid(&self, guid: SchemaGuid) -> Result<StoredSchema> {
        self.wait(self.registry.by_guid(guid))?
    }

    /// As [`Registry::by_version`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn by_version(&self, subject: &Subject, version: VersionRef) -> Result<RegisteredSchema> {
        self.wait(self.registry.by_version(subject, version))?
    }

    /// As [`RegistryExt::latest`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn latest(&self, subject: &Subject) -> Result<RegisteredSchema> {
        self.wait(self.registry.latest(subject))?
    }

    /// As [`Registry::lookup`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn lookup(&self, subject: &Subject, schema: &SchemaDef) -> Result<RegisteredSchema> {
        self.wait(self.registry.lookup(subject, schema))?
    }

    /// As [`Registry::register`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn register(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<RegisteredSchema> {
        self.wait(self.registry.register(subject, schema, options))?
    }

    /// As [`Registry::check`].
    ///
    /// # Errors
    /// As that method's, and as [`wait`](Self::wait).
    pub fn check(
        &self,
        subject: &Subject,
        version: VersionRef,
        schema: &SchemaDef,
    ) -> Result<Compatibility> {
        self.wait(self.registry.check(subject, version, schema))?
    }
}

impl Runtime {
    fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("wireform-registry".to_owned())
            // Sent or dropped: both mean stop.
            .spawn(move || drop(runtime.block_on(stopped)))?;
        Ok(Self {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && Handle::try_current().is_err()
        {
            // It has nothing left to do. Inside of a runtime nothing blocks, not even this.
            drop(thread.join());
        }
    }
}

impl<R: Clone> Clone for Blocking<R> {
    fn clone(&self) -> Self {
        Self {
            registry: self.registry.clone(),
            runtime: self.runtime.clone(),
        }
    }
}

impl<R: fmt::Debug> fmt::Debug for Blocking<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blocking").field(&self.registry).finish()
    }
}

/// As much as a task may do before it is stopped: 128 in tokio 1, and room for more.
const TASK_BUDGET: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::InMemoryRegistry;
    use crate::schema::SchemaKind;
    use crate::unchecked::Unchecked;

    fn registry() -> Blocking<InMemoryRegistry> {
        let rules = Unchecked(SchemaKind::Avro);
        Blocking::new(InMemoryRegistry::builder().rules(rules).build()).unwrap()
    }

    fn register(registry: &Blocking<impl Registry>) -> Result<RegisteredSchema> {
        let schema = SchemaDef::new(SchemaKind::Avro, "x");
        let options = RegisterOptions::default();
        registry.register(&Subject::value("orders"), &schema, options)
    }

    #[test]
    fn many_threads_may_wait_at_once() {
        let registry = registry();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| register(&registry).unwrap());
            }
        });
        let error = registry.by_id(SchemaId::new(9)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SchemaNotFound);
    }

    #[test]
    fn inside_of_a_runtime_it_is_refused() {
        let registry = registry();
        let runtime = Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(async { register(&registry) }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        runtime.block_on(async { drop(registry) });
    }

    #[test]
    fn threads_for_blocking_work_may_wait() {
        let registry = registry();
        let runtime = Builder::new_multi_thread().worker_threads(1).build();
        let runtime = runtime.unwrap();
        let blocking = registry.clone();
        let registered = runtime.block_on(async {
            let work = tokio::task::spawn_blocking(move || register(&blocking));
            work.await.unwrap().unwrap()
        });
        assert_eq!(registered.version.as_u32(), 1);
        let refused = runtime.block_on(async {
            let task = tokio::spawn(async move { register(&registry).map(drop) });
            task.await.unwrap().unwrap_err()
        });
        assert_eq!(refused.kind(), ErrorKind::Config);
    }

    #[test]
    fn a_task_without_a_budget_waits_without_a_panic() {
        let registry = registry();
        let runtime = Builder::new_current_thread().build().unwrap();
        let task = tokio::task::unconstrained(async { register(&registry) });
        let registered = runtime.block_on(task).unwrap();
        assert_eq!(registered.version.as_u32(), 1);
    }

    #[cfg(all(feature = "http", feature = "server"))]
    #[test]
    fn http_works_without_a_runtime_of_the_programs_own() {
        let served = registry();
        let serving = crate::serve(served.inner().clone(), ([127, 0, 0, 1], 0).into());
        let server = served.wait(serving).unwrap().unwrap();
        let client = crate::HttpRegistry::new(server.url()).unwrap();
        let client = Blocking::new(crate::Cached::new(client)).unwrap();
        let registered = register(&client).unwrap();
        let found = thread::scope(|scope| scope.spawn(|| client.by_id(registered.id)).join());
        assert_eq!(found.unwrap().unwrap().def, registered.def);
        served.wait(server.stop()).unwrap();
    }
}
