//! Schema registries for Kafka: ids, subjects, the [`Registry`] trait and its backends.
//!
//! A registry maps a *subject* ("the values of topic `orders`") to numbered versions of a schema,
//! and gives every schema an id that records carry. This crate is a client for such a registry. It
//! has no codecs: formats implement [`SchemaRules`], which says what a schema means.
//!
//! The main types are [`Registry`], the trait that every backend implements, and [`SchemaDef`], the
//! schema to register: always the original text, never a canonical form.
//!
//! # Backends
//!
//! - [`InMemoryRegistry`]: in this process, for tests and examples; it checks compatibility.
//! - `HttpRegistry` (feature `http`): Confluent's REST API.
//! - `ConverterRegistry` (feature `schema-registry-converter`): a client set up with that crate.
//! - [`LockFile`]: the text file `wireform.lock`; needs no network.
//! - [`Cached`]: wraps any of them and requests each schema once.
//! - `Blocking` (feature `blocking`): wraps any of them, for programs without tokio.
//!
//! All of them except `Blocking` can be used as `Arc<dyn Registry>`.
//! ```
//! use std::sync::Arc;
//! use wireform_registry::{Cached, InMemoryRegistry, RegisterOptions, Registry, RegistryExt};
//! use wireform_registry::{SchemaDef, SchemaKind, Subject, Unchecked};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let registry = InMemoryRegistry::builder().rules(Unchecked(SchemaKind::Json)).build();
//! let registry: Arc<dyn Registry> = Arc::new(Cached::new(registry));
//!
//! let subject = Subject::value("orders");
//! let schema = SchemaDef::new(SchemaKind::Json, r#"{"type": "object"}"#);
//! let registered = registry.register(&subject, &schema, RegisterOptions::default()).await?;
//! assert_eq!(registry.latest(&subject).await?, registered);
//! assert_eq!(registry.by_id(registered.id).await?.def, schema);
//! # Ok::<(), wireform_registry::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | Name | Description | Default? |
//! |---|---|---|
//! | `http` | `HttpRegistry` over clear-text http; adds reqwest without TLS | no |
//! | `rustls` | https through rustls and ring, with the system's trust store | no |
//! | `native-tls` | https through the system's TLS library | no |
//! | `blocking` | `Blocking`: any registry from a program without tokio; adds tokio's runtime | no |
//! | `server` | `serve`: any backend over Confluent's REST API; adds axum | no |
//! | `tracing` | events of retries, changes of node and stale answers; adds tracing | no |
//! | `schema-registry-converter` | `ConverterRegistry`; adds schema_registry_converter | no |
//!
//! Without features, this crate has no network code; its dependencies are futures-util,
//! percent-encoding, serde, serde_json and uuid.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod admin;
#[cfg(feature = "blocking")]
mod blocking;
mod cached;
mod context;
#[cfg(test)]
#[cfg(all(feature = "http", feature = "server"))]
mod contract;
#[cfg(feature = "schema-registry-converter")]
mod converter;
mod error;
mod fault;
mod folder;
#[cfg(feature = "http")]
mod http;
mod id;
mod level;
mod lock;
mod memory;
mod mode;
mod registry;
mod resolve;
#[cfg(any(feature = "http", feature = "schema-registry-converter"))]
mod rest;
mod rules;
mod schema;
#[doc(hidden)]
pub mod secrets;
#[cfg(feature = "server")]
mod server;
mod subject;
mod sync;
mod text_file;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "trace_off.rs"]
mod trace;
mod unchecked;

pub use crate::admin::{
    Deletion, ImportPlace, Include, LookupOptions, RegistryAdmin, SchemaFilter, SubjectFilter,
};
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub use crate::blocking::Blocking;
pub use crate::cached::{CacheCounts, Cached};
pub use crate::context::Context;
#[cfg(feature = "schema-registry-converter")]
#[cfg_attr(docsrs, doc(cfg(feature = "schema-registry-converter")))]
pub use crate::converter::ConverterRegistry;
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::fault::{Fault, Faults};
pub use crate::folder::{FolderVersion, SchemaFolder, SchemaTexts};
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use crate::http::{HttpRegistry, HttpRegistryBuilder, OAuth};
pub use crate::id::{SchemaGuid, SchemaId, SchemaKey, Version, VersionRef};
pub use crate::level::Level;
pub use crate::lock::LockFile;
pub use crate::memory::{CallCounts, InMemoryRegistry, InMemoryRegistryBuilder};
pub use crate::mode::Mode;
pub use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry, RegistryExt};
pub use crate::resolve::{resolve, resolve_for};
pub use crate::rules::{Incompatibility, ParsedSchema, SchemaRules};
pub use crate::schema::{
    NamedText, Reference, RegisteredSchema, ResolvedSchema, SchemaDef, SchemaKind, StoredSchema,
};
#[cfg(feature = "server")]
#[cfg_attr(docsrs, doc(cfg(feature = "server")))]
pub use crate::server::{Server, serve};
pub use crate::subject::{RecordName, Role, Subject, SubjectNaming, TopicName, TopicRecordName};
pub use crate::text_file::{decode_text, read_text, replace_file};
pub use crate::unchecked::Unchecked;
