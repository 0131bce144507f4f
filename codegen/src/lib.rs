//! Build-time code generator of [wireform](https://docs.rs/wireform): `.proto` files to Rust,
//! without protoc.
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
//!
//! [`Protos::generate`] gives the text instead of writing it, for other tools.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod comments;
mod compile;
mod error;
mod literal;
mod messages;
mod modules;
mod protos;

pub use crate::error::{Error, ErrorKind, Result};
pub use crate::protos::{Generated, Protos, protos};
