use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a [`Cached`](crate::Cached) registry, for a program's metrics.
///
/// Registering and checking are not counted: they always ask the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheCounts {
    /// Calls answered from the cache.
    pub hits: u64,
    /// Calls answered "not found" from the cache.
    pub known_missing: u64,
    /// Requests to the registry inside.
    pub requests: u64,
    /// Calls that waited for the request of another.
    pub joined: u64,
    /// Requests that failed, including those answered "not found".
    pub failures: u64,
    /// Calls answered with something too old, because the registry failed.
    pub stale: u64,
    /// Answers driven out by newer ones.
    pub evicted: u64,
    /// Answers kept now.
    pub entries: usize,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: AtomicU64,
    pub(super) known_missing: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) joined: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) stale: AtomicU64,
}

impl Counters {
    /// The counts, but for what the tables know.
    pub(super) fn read(&self) -> CacheCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CacheCounts {
            hits: read(&self.hits),
            known_missing: read(&self.known_missing),
            requests: read(&self.requests),
            joined: read(&self.joined),
            failures: read(&self.failures),
            stale: read(&self.stale),
            evicted: 0,
            entries: 0,
        }
    }
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
