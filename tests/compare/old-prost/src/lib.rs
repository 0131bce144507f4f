//! The order for the older prost that `schema-registry-client` brings along.
#![forbid(unsafe_code)]

use std::collections::HashMap;

pub use prost::Message;

/// An order, field for field that of `schemas/`.
#[derive(Clone, PartialEq, Message)]
pub struct Order {
    /// The id.
    #[prost(string, tag = "1")]
    pub order_id: String,
    /// Who ordered.
    #[prost(string, tag = "2")]
    pub customer: String,
    /// What was ordered.
    #[prost(message, repeated, tag = "3")]
    pub items: Vec<Item>,
    /// The price of all.
    #[prost(double, tag = "4")]
    pub total: f64,
    /// A number of the enum.
    #[prost(int32, tag = "5")]
    pub status: i32,
    /// Milliseconds since 1970.
    #[prost(int64, tag = "6")]
    pub created_at: i64,
    /// What else is to be said.
    #[prost(string, optional, tag = "7")]
    pub note: Option<String>,
    /// Whatever.
    #[prost(map = "string, string", tag = "8")]
    pub tags: HashMap<String, String>,
}

/// One thing of an order.
#[derive(Clone, PartialEq, Message)]
pub struct Item {
    /// What it is.
    #[prost(string, tag = "1")]
    pub sku: String,
    /// How many.
    #[prost(int32, tag = "2")]
    pub quantity: i32,
    /// The price of one.
    #[prost(double, tag = "3")]
    pub price: f64,
}
