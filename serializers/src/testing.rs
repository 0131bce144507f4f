//! For the tests of programs that write and read records: a registry that needs no server, a check
//! that versions of a schema follow each other, and a check that a program's types, its schema
//! files, its lock file and its registry are still the same.
//!
//! All of it is for `cargo test`; turn the feature on for tests alone:
//! ```toml
//! [dev-dependencies]
//! wireform = { version = "0.1", features = ["testing"] }
//! ```
//!
//! # A registry in the process
//! [`registry`] gives the one of a name, with the rules of every schema type whose feature is on:
//! it checks compatibility as Confluent's server does, counts its calls, and fails where a test
//! wants it to (`registry.faults()`).
//!
//! # Versions that follow each other
//! ```
//! # #[cfg(feature = "avro")] {
//! use wireform::testing::{Level, assert_evolves, avro};
//!
//! let v1 = avro(r#"{"type": "record", "name": "Order", "fields": [
//!     {"name": "id", "type": "string"}]}"#);
//! let v2 = avro(r#"{"type": "record", "name": "Order", "fields": [
//!     {"name": "id", "type": "string"},
//!     {"name": "currency", "type": "string", "default": "EUR"}]}"#);
//! assert_evolves(&[v1, v2], Level::FullTransitive);
//! # }
//! ```
//! The versions may come from files ([`history`]) and from codecs (`codec.source()`) too.
//!
//! # Nothing has moved
//! [`Drift`] compares what a program's codecs write with `schemas/`, `wireform.lock` and the
//! registry, and says which of them moved and what to run.
//!
//! # The same tests on a real registry
//! With the feature `testing-http`, [`assert_evolves`] and [`Drift`] ask the registry that
//! `WIREFORM_REGISTRY_URL` names, if it is set. The subjects that they register there have names of
//! their own, and are deleted in the end. Without the feature a URL that is set is an error, so
//! that no test says what it did not try.

mod drift;
mod evolution;
mod files;
mod place;
mod rules;

pub use wireform_registry::{Fault, Faults, InMemoryRegistry, Level};

pub use self::drift::Drift;
pub use self::evolution::assert_evolves;
pub use self::files::history;
pub use self::rules::{avro, json_schema, protobuf, registry};
