//! Build-time code generator of [wireform](https://docs.rs/wireform): `.avsc`, `.proto` and JSON
//! Schema files to Rust, without protoc and without Java.
//!
//! # Protobuf
//!
//! A build script:
//!
//! ```no_run
//! fn main() -> Result<(), wireform_build::Error> {
//!     wireform_build::protos()
//!         .include("../proto")
//!         .compile(&["shop/orders/v1/order.proto"])
//! }
//! ```
//!
//! and the module that includes the result:
//!
//! ```text
//! mod proto {
//!     include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));
//! }
//! use proto::shop::orders::v1::Order;
//! ```
//!
//! The messages are those of [prost](https://docs.rs/prost), in a module for each part of their
//! package. They implement `wireform::ProtobufRecord`: they carry the text of their file and of all
//! its imports, which is the text that is registered. The crate with the messages needs `wireform`
//! with the feature `protobuf`, and no prost of its own.
//!
//! - Maps are `BTreeMap`, so that the same message always gives the same bytes
//!   ([`Protos::btree_map`] changes that).
//! - Comments become documentation. Code and HTML in them are escaped: a `.proto` file from
//!   elsewhere adds no doctests.
//! - The same input gives the same output, byte for byte, formatted.
//! - Names that would clash in Rust get a number: `ID` and `id` are the fields `id` and `id2`.
//!   Bytes, the registered text and the names that prost writes keep the names of the file.
//!
//! Files are compiled by [protox](https://docs.rs/protox), which is part of this crate. A file that
//! it refuses is compiled by the real protoc, if the environment variable `PROTOC` names one;
//! [`Protos::protoc`] always uses protoc. protox 0.10 refuses these, which protoc accepts:
//!
//! | In the file | Upstream |
//! |---|---|
//! | `option (a) = { [ext]: … }` with a relative extension name, and `extensions … [declaration = …]` | no issue yet: prost-reflect 0.16 resolves such names in the global scope only |
//! | proto3 fields that differ only in case and underscores | as protoc before 22: [protobuf#7192](https://github.com/protocolbuffers/protobuf/issues/7192) |
//! | a oneof with the name that `optional` makes up (`_name`) | protoc puts an `X` in front of its own name: [protobuf#10413](https://github.com/protocolbuffers/protobuf/issues/10413) |
//! | editions | [protox#31](https://github.com/andrewhickman/protox/issues/31); refused with protoc too, since prost does not know them |
//!
//! Two values of an enum with the same Rust name, and a message that requires itself, are refused
//! with both.
//!
//! # Avro
//!
//! ```no_run
//! fn main() -> Result<(), wireform_build::Error> {
//!     wireform_build::avsc()
//!         .borrowed(true)
//!         .compile(&["../schemas/orders-value/v1.avsc"])
//! }
//! ```
//!
//! and the module that includes the result:
//!
//! ```text
//! mod avro {
//!     include!(concat!(env!("OUT_DIR"), "/wireform_avro.rs"));
//! }
//! use avro::shop::orders::Order;
//! ```
//!
//! Records are structs, enums are enums, each `fixed` is a struct around its bytes, unions are
//! enums with a variant for each branch; a union with `null` is an `Option`. All types derive
//! `wireform::Avro`, in a module for each part of their namespace. The outermost type of a file
//! carries the text of the file, which is registered, and its fingerprint. Logical types are types
//! of `wireform::avro` (`TimestampMillis`, `Decimal`, `Date`, …) and `Uuid`. A record whose fields
//! all have defaults implements `Default` with them. The crate needs `wireform` with the features
//! `avro` and `derive`.
//!
//! [`Avsc::strings`], [`Avsc::bytes`] and [`Avsc::maps`] choose the types of strings, bytes and
//! maps, and [`Avsc::borrowed`] adds types that borrow from the payload.
//!
//! # JSON Schema
//!
//! ```no_run
//! fn main() -> Result<(), wireform_build::Error> {
//!     wireform_build::json_schema()
//!         .reference("common.json", "../schemas/common-value/v1.json")
//!         .compile(&["../schemas/orders-value/v1.json"])
//! }
//! ```
//!
//! and the module that includes the result:
//!
//! ```text
//! mod json {
//!     include!(concat!(env!("OUT_DIR"), "/wireform_json.rs"));
//! }
//! use json::Order;
//! ```
//!
//! The types implement serde's traits. They do not validate. They keep data: each value that is
//! valid under the schema is read, and is written as an equal JSON value. An open object keeps its
//! other members in a map, absent and null stay apart, and `serde_json::Value` is used only where
//! Rust cannot express the schema. The type of a file has the schema's text as its constant
//! `SCHEMA`, for `wireform::JsonSchema::new`. The crate needs `serde` with `derive`, and
//! `serde_json`.
//!
//! [`JsonSchema::integers`] and [`JsonSchema::numbers`] choose the types of numbers.
//!
//! # From types to files
//!
//! [`write_schema`] writes the schema of a type that derives `Avro` to a file, [`write_schema_of`]
//! that of any codec; a test with [`check_schema`] fails if file and type differ.
//!
//! [`Protos::generate`], [`Avsc::generate`] and [`JsonSchema::generate`] return the text instead of
//! writing it, for other tools.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod avsc;
mod comments;
mod compile;
mod error;
mod generated;
mod json_schema;
mod literal;
mod messages;
mod modules;
mod names;
mod protos;
mod rename;
mod rust_names;
mod schema_file;

pub use crate::avsc::{Avsc, Bytes, Maps, Strings, avsc};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::generated::Generated;
pub use crate::json_schema::{Integers, JsonSchema, Numbers, json_schema};
pub use crate::protos::{Protos, protos};
pub use crate::schema_file::{check_schema, check_schema_of, write_schema, write_schema_of};
