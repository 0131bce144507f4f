//! The generated messages, and ProtoJSON of the order for comparing with Python.

include!(concat!(env!("OUT_DIR"), "/wireform_protos.rs"));

pub(crate) use self::shop::orders::v1::{Item, Order, Status};
pub(crate) use self::wireform::interop;

/// Calls a function with the generated type of a message's full name.
macro_rules! with_type {
    ($message:expr, $call:ident($($argument:expr),*)) => {{
        use $crate::proto::interop::*;
        with_type!(@ $message, $call($($argument),*),
            "shop.orders.v1.Order" => $crate::proto::Order,
            "shop.orders.v1.Item" => $crate::proto::Item,
            "wireform.interop.First" => First,
            "wireform.interop.Second" => Second,
            "wireform.interop.Second.Inner" => second::Inner,
            "wireform.interop.Third" => Third,
            "wireform.interop.Third.Left" => third::Left,
            "wireform.interop.Third.Right" => third::Right,
            "wireform.interop.Third.Right.Deep" => third::right::Deep,
            "wireform.interop.kinds.Numbers" => kinds::Numbers,
            "wireform.interop.kinds.Numbers.Whole" => kinds::numbers::Whole,
            "wireform.interop.kinds.Numbers.Fixed" => kinds::numbers::Fixed,
            "wireform.interop.kinds.Lists" => kinds::Lists,
            "wireform.interop.kinds.Maps" => kinds::Maps,
            "wireform.interop.kinds.Maps.Entry" => kinds::maps::Entry,
            "wireform.interop.kinds.Maps.Inner" => kinds::maps::Inner,
            "wireform.interop.kinds.Maps.Inner.Deepest" => kinds::maps::inner::Deepest,
            "wireform.interop.kinds.Choice" => kinds::Choice,
            "wireform.interop.kinds.Known" => kinds::Known,
            "wireform.interop.kinds.Names" => kinds::Names,
            "wireform.interop.parts.Part" => parts::Part,
            "wireform.interop.parts.Part.Hole" => parts::part::Hole,
            "wireform.interop.legacy.Old" => legacy::Old,
            "wireform.interop.edges.Empty" => edges::Empty,
            "wireform.interop.edges.Holder" => edges::Holder,
            "wireform.interop.edges.Holder.Nothing" => edges::holder::Nothing,
            "wireform.interop.edges.Holder.Wrapped" => edges::holder::Wrapped,
            "wireform.interop.edges.Widths" => edges::Widths,
            "wireform.interop.edges.Packing" => edges::Packing,
            "wireform.interop.edges.Choices" => edges::Choices,
        )
    }};
    (@ $message:expr, $call:ident $arguments:tt, $($name:literal => $type:ty,)+) => {
        match $message {
            $($name => $call::<$type> $arguments,)+
            other => panic!("no type for {other}"),
        }
    };
}

pub(crate) use with_type;

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
