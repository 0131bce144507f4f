//! The record: an order of 147 bytes, in the shapes that the rows need.

use std::collections::HashMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use wireform::avro::Avro;

use crate::generated;

#[derive(Avro, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[avro(namespace = "shop.orders")]
pub struct Order {
    pub order_id: String,
    pub customer: String,
    pub items: Vec<Item>,
    pub total: f64,
    pub status: Status,
    pub created_at: i64,
    pub note: Option<String>,
    pub tags: HashMap<String, String>,
}

#[derive(Avro, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Item {
    pub sku: String,
    pub quantity: i32,
    pub price: f64,
}

#[derive(Avro, Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[avro(rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Pending,
    Paid,
    Shipped,
}

/// Strings of up to 24 bytes in place, and the map as it was written.
#[derive(Avro, Clone, Debug, PartialEq)]
#[avro(namespace = "shop.orders", rename = "Order")]
pub struct ShortOrder {
    pub order_id: CompactString,
    pub customer: CompactString,
    pub items: Vec<ShortItem>,
    pub total: f64,
    pub status: Status,
    pub created_at: i64,
    pub note: Option<CompactString>,
    #[avro(map)]
    pub tags: Vec<(CompactString, CompactString)>,
}

#[derive(Avro, Clone, Debug, PartialEq)]
#[avro(rename = "Item")]
pub struct ShortItem {
    pub sku: CompactString,
    pub quantity: i32,
    pub price: f64,
}

/// Strings that point into the datum.
#[derive(Avro, Clone, Debug, PartialEq)]
#[avro(namespace = "shop.orders", rename = "Order")]
pub struct OrderRef<'a> {
    pub order_id: &'a str,
    pub customer: &'a str,
    pub items: Vec<ItemRef<'a>>,
    pub total: f64,
    pub status: Status,
    pub created_at: i64,
    pub note: Option<&'a str>,
    #[avro(map)]
    pub tags: Vec<(&'a str, &'a str)>,
}

#[derive(Avro, Clone, Debug, PartialEq)]
#[avro(rename = "Item")]
pub struct ItemRef<'a> {
    pub sku: &'a str,
    pub quantity: i32,
    pub price: f64,
}

/// What became of the order: two fields more, a wider number, another name.
#[derive(Avro, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[avro(namespace = "shop.orders", rename = "Order")]
pub struct NewOrder {
    pub order_id: String,
    #[avro(alias = "customer")]
    pub customer_name: String,
    pub items: Vec<NewItem>,
    pub total: f64,
    pub status: Status,
    pub created_at: i64,
    pub note: Option<String>,
    #[avro(default)]
    pub tags: HashMap<String, String>,
}

#[derive(Avro, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[avro(rename = "Item")]
pub struct NewItem {
    pub sku: String,
    pub quantity: i64,
    pub price: f64,
}

pub const SCHEMA: &str = include_str!("../schemas/order.avsc");

/// With two fields more, a wider number, another name.
pub const NEW_SCHEMA: &str = include_str!("../schemas/new_order.avsc");

/// The order as it was before it had `note` and `tags`.
pub const OLD_SCHEMA: &str = include_str!("../schemas/old_order.avsc");

pub fn order() -> Order {
    let item = |sku: &str, quantity, price| Item {
        sku: sku.to_owned(),
        quantity,
        price,
    };
    let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
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
        tags: [("channel", "web"), ("region", "eu-west")]
            .map(pair)
            .into_iter()
            .collect(),
    }
}

/// The order as a reader of today sees it, written by a program of before.
pub fn new_order() -> NewOrder {
    let old = order();
    let items = old.items.into_iter().map(|item| NewItem {
        sku: item.sku,
        quantity: item.quantity.into(),
        price: item.price,
    });
    NewOrder {
        order_id: old.order_id,
        customer_name: old.customer,
        items: items.collect(),
        total: old.total,
        status: old.status,
        created_at: old.created_at,
        note: None,
        tags: HashMap::new(),
    }
}

impl From<&Order> for ShortOrder {
    fn from(order: &Order) -> Self {
        let items = order.items.iter().map(|item| ShortItem {
            sku: (&*item.sku).into(),
            quantity: item.quantity,
            price: item.price,
        });
        let tags = order.tags.iter();
        Self {
            order_id: (&*order.order_id).into(),
            customer: (&*order.customer).into(),
            items: items.collect(),
            total: order.total,
            status: order.status,
            created_at: order.created_at,
            note: order.note.as_deref().map(Into::into),
            tags: tags.map(|(k, v)| ((&**k).into(), (&**v).into())).collect(),
        }
    }
}

impl<'a> From<&'a Order> for OrderRef<'a> {
    fn from(order: &'a Order) -> Self {
        let items = order.items.iter().map(|item| ItemRef {
            sku: &item.sku,
            quantity: item.quantity,
            price: item.price,
        });
        Self {
            order_id: &order.order_id,
            customer: &order.customer,
            items: items.collect(),
            total: order.total,
            status: order.status,
            created_at: order.created_at,
            note: order.note.as_deref(),
            tags: order.tags.iter().map(|(k, v)| (&**k, &**v)).collect(),
        }
    }
}

impl From<&Order> for generated::Order {
    fn from(order: &Order) -> Self {
        let items = order.items.iter().map(|item| generated::Item {
            sku: item.sku.clone(),
            quantity: item.quantity,
            price: item.price,
        });
        Self {
            order_id: order.order_id.clone(),
            customer: order.customer.clone(),
            items: items.collect(),
            total: order.total,
            status: order.status.into(),
            created_at: order.created_at,
            note: order.note.clone(),
            tags: order.tags.clone(),
        }
    }
}

impl<'a> From<&'a Order> for generated::OrderRef<'a> {
    fn from(order: &'a Order) -> Self {
        let items = order.items.iter().map(|item| generated::ItemRef {
            sku: &item.sku,
            quantity: item.quantity,
            price: item.price,
        });
        Self {
            order_id: &order.order_id,
            customer: &order.customer,
            items: items.collect(),
            total: order.total,
            status: order.status.into(),
            created_at: order.created_at,
            note: order.note.as_deref(),
            tags: order.tags.iter().map(|(k, v)| (&**k, &**v)).collect(),
        }
    }
}

impl From<Status> for generated::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Paid => Self::Paid,
            Status::Shipped => Self::Shipped,
        }
    }
}

impl From<&NewOrder> for generated::new::Order {
    fn from(order: &NewOrder) -> Self {
        let items = order.items.iter().map(|item| generated::new::Item {
            sku: item.sku.clone(),
            quantity: item.quantity,
            price: item.price,
        });
        Self {
            order_id: order.order_id.clone(),
            customer_name: order.customer_name.clone(),
            items: items.collect(),
            total: order.total,
            status: match order.status {
                Status::Pending => generated::new::Status::Pending,
                Status::Paid => generated::new::Status::Paid,
                Status::Shipped => generated::new::Status::Shipped,
            },
            created_at: order.created_at,
            note: order.note.clone(),
            tags: order.tags.clone(),
        }
    }
}
