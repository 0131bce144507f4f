//! Real servers, as `tests/servers/with` names them.

use std::env;

/// The bootstrap servers in `WIREFORM_BROKERS`.
///
/// # Panics
/// If it is not set: tests that call this are ignored unless servers are there.
#[must_use]
pub fn brokers() -> String {
    variable("WIREFORM_BROKERS")
}

/// The registry in `WIREFORM_REGISTRY_URL`.
///
/// # Panics
/// As [`brokers`].
#[must_use]
pub fn registry_url() -> String {
    variable("WIREFORM_REGISTRY_URL")
}

/// A name that no other test or run uses, for a topic or a subject.
#[must_use]
pub fn unique(name: &str) -> String {
    let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
    format!("{name}-{}-{nanos:x}", std::process::id())
}

fn variable(name: &str) -> String {
    match env::var(name) {
        Ok(value) => value,
        Err(_) => panic!("{name} is not set: run `tests/servers/with cargo test …`"),
    }
}
