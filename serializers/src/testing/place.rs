use std::env;
use std::ffi::OsString;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

#[cfg(feature = "testing-http")]
use wireform_registry::{Blocking, HttpRegistry};
use wireform_registry::{InMemoryRegistry, RegistryAdmin};

use crate::error::{Error, ErrorKind, Result};

use super::rules::in_memory;

/// The registry that a test asks.
#[derive(Debug)]
pub(super) enum Place {
    InMemory(InMemoryRegistry),
    #[cfg(feature = "testing-http")]
    Real(Blocking<HttpRegistry>),
}

impl Place {
    /// The registry of the environment, else an empty one in memory.
    pub(super) fn chosen() -> Result<Self> {
        Ok(Self::named(env::var_os(URL))?.unwrap_or_else(|| Self::InMemory(in_memory())))
    }

    /// The registry of the environment, if there is one.
    pub(super) fn real() -> Result<Option<Self>> {
        Self::named(env::var_os(URL))
    }

    #[cfg(feature = "testing-http")]
    fn named(url: Option<OsString>) -> Result<Option<Self>> {
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let url = url.into_string().map_err(|_| {
            let message = format!("{URL} is not UTF-8");
            Error::new(ErrorKind::Config, message)
        })?;
        let registry = HttpRegistry::new(url)?;
        Ok(Some(Self::Real(Blocking::new(registry)?)))
    }

    #[cfg(not(feature = "testing-http"))]
    fn named(url: Option<OsString>) -> Result<Option<Self>> {
        if url.is_none_or(|url| url.is_empty()) {
            return Ok(None);
        }
        let message = format!(
            "{URL} is set, and the feature `testing-http` of `wireform`, which would ask that \
             registry, is not"
        );
        Err(Error::new(ErrorKind::Config, message))
    }

    pub(super) fn registry(&self) -> &dyn RegistryAdmin {
        match self {
            Self::InMemory(registry) => registry,
            #[cfg(feature = "testing-http")]
            Self::Real(registry) => registry.inner(),
        }
    }

    /// Returns the name of the place for messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::InMemory(_) => "a registry in memory",
            #[cfg(feature = "testing-http")]
            Self::Real(_) => "the registry of WIREFORM_REGISTRY_URL",
        }
    }

    /// The outcome of `future`, which asks this registry. Also for tests that are async
    /// themselves, which it blocks.
    pub(super) fn wait<T: Send>(
        &self,
        future: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        match self {
            Self::InMemory(_) => block_on(future),
            #[cfg(feature = "testing-http")]
            Self::Real(registry) => thread::scope(|scope| {
                let waiting = scope.spawn(|| registry.wait(future));
                let outcome = waiting
                    .join()
                    .map_err(|_| Error::new(ErrorKind::Config, "asking the registry panicked"))?;
                outcome?
            }),
        }
    }
}

/// Waits on this thread for what needs no runtime.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => thread::park(),
        }
    }
}

const URL: &str = "WIREFORM_REGISTRY_URL";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_url_there_is_no_real_registry() {
        for url in [None, Some(OsString::new())] {
            assert!(Place::named(url).unwrap().is_none());
        }
    }

    #[cfg(not(feature = "testing-http"))]
    #[test]
    fn a_url_without_the_feature_is_an_error_that_names_it() {
        let error = Place::named(Some("http://127.0.0.1:1".into())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("`testing-http`"), "{error}");
    }

    #[cfg(feature = "testing-http")]
    #[test]
    fn a_url_names_the_registry() {
        let place = Place::named(Some("http://127.0.0.1:1".into())).unwrap();
        assert!(matches!(place, Some(Place::Real(_))));
        let error = Place::named(Some("no url".into())).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Registry(_)));
    }
}
