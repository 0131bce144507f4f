//! The order that all tests and benchmarks use, in every format.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An order, as `schemas/orders-value/v1.avsc` and `proto/shop/orders/v1/order.proto` have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Order {
    pub order_id: String,
    pub customer: String,
    pub items: Vec<Item>,
    pub total: f64,
    pub status: Status,
    pub created_at: i64,
    pub note: Option<String>,
    pub tags: BTreeMap<String, String>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Item {
    pub sku: String,
    pub quantity: i32,
    pub price: f64,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum Status {
    Pending,
    Paid,
    Shipped,
}

/// The schema of [`Order`], version 1.
pub const SCHEMA_V1: &str = include_str!("../../schemas/orders-value/v1.avsc");
/// Version 2: one more field, with a default.
pub const SCHEMA_V2: &str = include_str!("../../schemas/orders-value/v2.avsc");

/// The order of the benchmarks: 147 bytes in Avro.
#[must_use]
pub fn sample() -> Order {
    let item = |sku: &str, quantity, price| Item {
        sku: sku.to_owned(),
        quantity,
        price,
    };
    let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Order {
        order_id: "ORD-0012345".to_owned(),
        customer: "Alice Liddell".to_owned(),
        items: vec![
            item("laptop-15", 1, 999.99),
            item("mouse-usb", 2, 19.5),
            item("cable-2m", 3, 7.25),
        ],
        total: 1060.74,
        status: Status::Paid,
        created_at: 1_795_000_000_123,
        note: Some("leave at the door".to_owned()),
        tags: BTreeMap::from([tag("channel", "web"), tag("region", "eu-west")]),
    }
}
