//! Code shared by the clients of Confluent's REST API: bodies, paths, error codes, retries.
//!
//! Source: <https://docs.confluent.io/platform/current/schema-registry/develop/api.html>.

mod body;
mod failure;
mod path;
mod retry;
#[cfg(test)]
pub(crate) mod stub;

#[cfg(feature = "schema-registry-converter")]
pub(crate) use self::body::ReferenceAnswer;
pub(crate) use self::body::{SchemaAnswer, SchemaRequest, bounded};
#[cfg(feature = "http")]
pub(crate) use self::body::{invalid, schema_id};
pub(crate) use self::failure::Failure;
#[cfg(feature = "http")]
pub(crate) use self::path::query_value;
pub(crate) use self::path::segment;
#[cfg(feature = "http")]
pub(crate) use self::retry::Turn;
pub(crate) use self::retry::{Attempt, Retry};
