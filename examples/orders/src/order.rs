use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::proto;

/// An order; `T` is how it keeps the time: milliseconds for JSON and Avro, a timestamp for
/// datetime-aware JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order<T = i64> {
    pub(crate) order_id: String,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
    pub(crate) total: f64,
    pub(crate) status: Status,
    pub(crate) created_at: T,
    pub(crate) note: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) sku: String,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Pending,
    Paid,
    Shipped,
}

/// The three orders of every tutorial.
pub(crate) fn orders(created_at: i64) -> Vec<Order> {
    vec![
        order("ORD-001", "Alice", &[("laptop", 999.99)], created_at),
        order(
            "ORD-002",
            "Bob",
            &[("keyboard", 49.99), ("mouse", 30.00)],
            created_at,
        ),
        order(
            "ORD-003",
            "Charlie",
            &[("monitor", 299.99), ("webcam", 50.00)],
            created_at,
        ),
    ]
}

fn order(order_id: &str, customer: &str, items: &[(&str, f64)], created_at: i64) -> Order {
    let cents: f64 = items.iter().map(|(_, price)| (price * 100.0).round()).sum();
    let item = |&(sku, price): &(&str, f64)| Item {
        sku: sku.to_owned(),
        quantity: 1,
        price,
    };
    Order {
        order_id: order_id.to_owned(),
        customer: customer.to_owned(),
        items: items.iter().map(item).collect(),
        total: cents / 100.0,
        status: Status::Pending,
        created_at,
        note: None,
        tags: BTreeMap::from([("channel".to_owned(), "web".to_owned())]),
    }
}

impl<T> Order<T> {
    /// The same order with the time kept otherwise.
    pub(crate) fn map_time<U>(self, convert: impl FnOnce(T) -> U) -> Order<U> {
        Order {
            order_id: self.order_id,
            customer: self.customer,
            items: self.items,
            total: self.total,
            status: self.status,
            created_at: convert(self.created_at),
            note: self.note,
            tags: self.tags,
        }
    }
}

impl From<Order> for proto::Order {
    fn from(order: Order) -> Self {
        let status = match order.status {
            Status::Pending => proto::Status::Pending,
            Status::Paid => proto::Status::Paid,
            Status::Shipped => proto::Status::Shipped,
        };
        let item = |item: Item| proto::Item {
            sku: item.sku,
            quantity: item.quantity,
            price: item.price,
        };
        Self {
            order_id: order.order_id,
            customer: order.customer,
            items: order.items.into_iter().map(item).collect(),
            total: order.total,
            status: status.into(),
            created_at: order.created_at,
            note: order.note,
            tags: order.tags,
        }
    }
}
