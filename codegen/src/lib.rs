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
//! and the module that takes what it wrote:
//!
//! ```text
//! mod proto {
//!     include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));
//! }
//! use proto::shop::orders::v1::Order;
//! ```
//!
//! The messages are [prost](https://docs.rs/prost)'s, in a module for each part of their package,
//! and implement `wireform::ProtobufRecord`: they carry the text of their file and of all it
//! imports, so that what is registered is what they were generated from. The crate that takes
//! them needs `wireform` with the feature `protobuf`, and no prost of its own.
//!
//! - Maps are `BTreeMap`, so that the same message always gives the same bytes
//!   ([`Protos::btree_map`] changes that).
//! - Comments become documentation. What would be code or HTML in there is defused: a `.proto`
//!   file from elsewhere adds no doctests.
//! - The same input gives the same output, byte for byte, formatted.
//! - Names that would clash in Rust get a number: `ID` and `id` are the fields `id` and `id2`. Bytes,
//!   the registered text and the names that prost writes stay those of the file.
//!
//! Files are compiled by [protox](https://docs.rs/protox), which is part of this crate. What it
//! refuses is given to the real protoc, if the environment variable `PROTOC` names one;
//! [`Protos::protoc`] uses protoc from the start. protox 0.10 refuses these, which protoc takes:
//!
//! | In the file | Upstream |
//! |---|---|
//! | `option (a) = { [ext]: … }` with a relative extension name, and `extensions … [declaration = …]` | prost-reflect resolves such names in the global scope only |
//! | proto3 fields that differ only in case and underscores | as protoc before 22: [protobuf#7192](https://github.com/protocolbuffers/protobuf/issues/7192) |
//! | a oneof with the name that `optional` makes up (`_name`) | protoc puts an `X` in front of the made-up one |
//! | editions | [protox#31](https://github.com/andrewhickman/protox/issues/31); refused with protoc too, since prost does not know them |
//!
//! Two values of an enum that would be one variant, and a message that requires itself, are refused
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
//! and the module that takes what it wrote:
//!
//! ```text
//! mod avro {
//!     include!(concat!(env!("OUT_DIR"), "/wireform_avro.rs"));
//! }
//! use avro::shop::orders::Order;
//! ```
//!
//! Records are structs, enums are enums, each `fixed` is a struct around its bytes, unions are enums
//! with a variant for each branch; wherever `null` stands in a union, it becomes an `Option`. All
//! derive `wireform::Avro`, in a module for each part of their namespace; the outermost type of a
//! file carries the file's text, which is what is registered, and its fingerprint. Logical types
//! are types of `wireform::avro` (`TimestampMillis`, `Decimal`, `Date`, …) and `Uuid`. A record all
//! of whose fields have defaults has them as its `Default`. The crate needs `wireform` with the
//! features `avro` and `derive`.
//!
//! Types of strings, bytes and maps are yours to choose ([`Avsc::strings`], [`Avsc::bytes`],
//! [`Avsc::maps`]), and [`Avsc::borrowed`] adds types that borrow from the payload.
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
//! valid under the schema is read, and is written as an equal JSON value. An open object has its
//! other members in a map, absent and null stay apart, and `serde_json::Value` is only where the
//! schema says nothing that Rust can express. The type of a file has the schema's text as its
//! constant `SCHEMA`, for `wireform::JsonSchema::new`. The crate needs `serde` with `derive`, and
//! `serde_json`.
//!
//! [`JsonSchema::integers`] and [`JsonSchema::numbers`] choose the types of numbers.
//!
//! # From types to files
//!
//! [`write_schema`] writes the schema of a type that derives `Avro` to a file, [`write_schema_of`]
//! that of any codec; a test with [`check_schema`] fails where file and type have moved apart.
//!
//! [`Protos::generate`], [`Avsc::generate`] and [`JsonSchema::generate`] give the text instead of
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
