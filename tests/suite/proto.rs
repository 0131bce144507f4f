//! The generated messages, and ProtoJSON of the order for comparing with Python.

include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));

pub(crate) use self::shop::orders::v1::{Item, Order, Status};
pub(crate) use self::wireform::interop;

use serde_json::{Map, Value, json};
use wireform_tests::order;

impl From<order::Order> for Order {
    fn from(order: order::Order) -> Self {
        let status = match order.status {
            order::Status::Pending => Status::Pending,
            order::Status::Paid => Status::Paid,
            order::Status::Shipped => Status::Shipped,
        };
        let item = |item: order::Item| Item {
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

impl Order {
    /// ProtoJSON with the names of the `.proto` file: 64-bit integers are text, enums names.
    pub(crate) fn to_json(&self) -> Value {
        let items: Vec<Value> = self
            .items
            .iter()
            .map(|item| json!({"sku": item.sku, "quantity": item.quantity, "price": item.price}))
            .collect();
        let tags: Map<String, Value> = self
            .tags
            .iter()
            .map(|(name, tag)| (name.clone(), json!(tag)))
            .collect();
        json!({
            "order_id": self.order_id,
            "customer": self.customer,
            "items": items,
            "total": self.total,
            "status": self.status().as_str_name(),
            "created_at": self.created_at.to_string(),
            "note": self.note,
            "tags": tags,
        })
    }
}
