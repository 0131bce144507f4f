//! The order of the other comparisons with a longer note: 195 bytes of Avro, 200 with the frame.

use std::collections::BTreeMap;

use wireform::avro::Avro;

#[derive(Avro)]
#[avro(namespace = "shop.orders")]
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

#[derive(Avro)]
struct Item {
    sku: String,
    quantity: i32,
    price: f64,
}

#[derive(Avro)]
#[avro(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
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
        note: Some("leave it at the door, ring twice and mind the step on the way up".to_owned()),
        tags: BTreeMap::from([tag("channel", "web"), tag("region", "eu-west")]),
    }
}
