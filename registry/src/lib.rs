//! Schema registries for Kafka: ids, subjects, the [`Registry`] trait and its backends.
//!
//! A registry maps a *subject* ("the values of topic `orders`") to numbered versions of a schema,
//! and gives every schema an id that records carry. This crate talks to one; it knows no codec:
//! formats teach it what a schema means through [`SchemaRules`].
//!
//! The main types are [`Registry`], the trait that every backend implements, and [`SchemaDef`],
//! what is registered: always the original text, never a canonical form.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cached;
#[cfg(feature = "schema-registry-converter")]
mod converter;
mod error;
#[cfg(feature = "http")]
mod http;
mod id;
mod level;
mod memory;
mod registry;
mod resolve;
#[cfg(any(feature = "http", feature = "schema-registry-converter"))]
mod rest;
mod rules;
mod schema;
mod subject;
mod unchecked;

pub use crate::cached::Cached;
#[cfg(feature = "schema-registry-converter")]
#[cfg_attr(docsrs, doc(cfg(feature = "schema-registry-converter")))]
pub use crate::converter::ConverterRegistry;
pub use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use crate::http::{HttpRegistry, HttpRegistryBuilder};
pub use crate::id::{SchemaGuid, SchemaId, SchemaKey, Version, VersionRef};
pub use crate::level::Level;
pub use crate::memory::{CallCounts, InMemoryRegistry, InMemoryRegistryBuilder};
pub use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry, RegistryExt};
pub use crate::resolve::resolve;
pub use crate::rules::{Incompatibility, ParsedSchema, SchemaRules};
pub use crate::schema::{
    NamedText, Reference, RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKind, StoredSchema,
};
pub use crate::subject::{RecordName, Role, Subject, SubjectNaming, TopicName, TopicRecordName};
pub use crate::unchecked::Unchecked;
