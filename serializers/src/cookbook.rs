//! Whole programs, a page for each format: writing with headers, reading, evolving, errors.
//!
//! `docs/formats.md` in the repository helps to choose a format. The programs use an in-memory
//! registry; a service uses `HttpRegistry` of `wireform-registry` (feature `http`) in its place.

#[doc = include_str!("cookbook/avro.md")]
pub mod avro {}

#[doc = include_str!("cookbook/datetimes.md")]
pub mod datetimes {}

#[doc = include_str!("cookbook/events.md")]
pub mod events {}

#[doc = include_str!("cookbook/json.md")]
pub mod json {}

#[doc = include_str!("cookbook/json_schema.md")]
pub mod json_schema {}

#[doc = include_str!("cookbook/protobuf.md")]
pub mod protobuf {}
