//! The order of the other benchmarks, padded to 195 bytes of Avro: 200 with the frame.

use std::collections::BTreeMap;

use serde::Serialize;

pub const SCHEMA: &str = include_str!("../../../../schemas/orders-value/v1.avsc");

#[derive(Serialize)]
pub struct Order {
    order_id: String,
    customer: String,
    items: Vec<Item>,
    total: f64,
    status: Status,
    created_at: i64,
    note: Option<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Item {
    sku: String,
    quantity: i32,
    price: f64,
}

#[derive(Serialize)]
enum Status {
    #[serde(rename = "PAID")]
    Paid,
}

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
        note: Some("leave at the door, ring twice, and mind the step on the way out".to_owned()),
        tags: BTreeMap::from([tag("channel", "web"), tag("region", "eu-west")]),
    }
}
