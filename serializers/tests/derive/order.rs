//! The order of the benchmarks, owned and borrowed.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wireform::avro::{Avro, SerdeAvro, schema_text};
use wireform::{Deserializer, SerializerExt};

#[derive(Avro, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[avro(namespace = "shop.orders")]
pub(crate) struct Order {
    pub(crate) order_id: String,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
    pub(crate) total: f64,
    pub(crate) status: Status,
    pub(crate) created_at: i64,
    pub(crate) note: Option<String>,
    pub(crate) tags: HashMap<String, String>,
}

#[derive(Avro, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Item {
    pub(crate) sku: String,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
}

#[derive(Avro, Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[avro(rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Pending,
    Paid,
    Shipped,
}

#[derive(Avro, Debug, PartialEq)]
#[avro(namespace = "shop.orders", rename = "Order")]
pub(crate) struct OrderRef<'a> {
    order_id: &'a str,
    customer: Cow<'a, str>,
    items: Vec<ItemRef<'a>>,
    total: f64,
    status: Status,
    created_at: i64,
    note: Option<&'a str>,
    #[avro(map)]
    tags: Vec<(&'a str, &'a str)>,
}

#[derive(Avro, Debug, PartialEq)]
#[avro(rename = "Item")]
pub(crate) struct ItemRef<'a> {
    sku: &'a str,
    quantity: i32,
    price: f64,
}

pub(crate) const SCHEMA: &str = r#"{"type":"record","name":"Order","namespace":"shop.orders","fields":[{"name":"order_id","type":"string"},{"name":"customer","type":"string"},{"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[{"name":"sku","type":"string"},{"name":"quantity","type":"int"},{"name":"price","type":"double"}]}}},{"name":"total","type":"double"},{"name":"status","type":{"type":"enum","name":"Status","symbols":["PENDING","PAID","SHIPPED"]}},{"name":"created_at","type":"long"},{"name":"note","type":["null","string"],"default":null},{"name":"tags","type":{"type":"map","values":"string"}}]}"#;

pub(crate) fn order() -> Order {
    let item = |sku: &str, quantity, price| Item {
        sku: sku.to_owned(),
        quantity,
        price,
    };
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
        tags: HashMap::from([("channel".to_owned(), "web".to_owned())]),
    }
}

#[test]
fn schema_is_the_one_that_a_person_writes() {
    assert_eq!(schema_text::<Order>().unwrap(), SCHEMA);
    assert_eq!(schema_text::<OrderRef<'_>>().unwrap(), SCHEMA);
    assert_eq!(
        <Order as wireform::avro::AvroRecord>::FULL_NAME,
        "shop.orders.Order"
    );
}

#[test]
fn bytes_are_those_of_the_serde_codec() {
    let derived = Avro::<Order>::new();
    let serde = SerdeAvro::<Order>::new(SCHEMA).unwrap();
    let bytes = derived.to_vec(&order()).unwrap();
    assert_eq!(bytes, serde.to_vec(&order()).unwrap());
    assert_eq!(derived.deserialize(&bytes).unwrap(), order());
    assert_eq!(serde.deserialize(&bytes).unwrap(), order());
}

#[test]
fn borrowed_values_point_into_the_datum() {
    let bytes = Avro::<Order>::new().to_vec(&order()).unwrap();
    let codec = Avro::<OrderRef<'_>>::new();
    for _ in 0..2 {
        // A buffer that lives shorter than the codec.
        let datum = bytes.clone();
        let read = codec.decode_ref(&datum).unwrap();
        let range = datum.as_ptr_range();
        assert!(range.contains(&read.order_id.as_ptr()));
        assert!(matches!(read.customer, Cow::Borrowed("Alice Liddell")));
        assert_eq!(read.tags, [("channel", "web")]);
        assert_eq!(Avro::<OrderRef<'_>>::new().to_vec(&read).unwrap(), bytes);
    }
}

#[test]
fn codecs_go_behind_the_traits() {
    let codec = Avro::<Order>::new();
    let as_trait: &dyn wireform::Serializer<Order> = &codec;
    assert_eq!(
        as_trait.to_vec(&order()).unwrap(),
        codec.to_vec(&order()).unwrap()
    );
    let text = format!("{:?}", codec.clone());
    assert!(text.contains("shop.orders.Order"), "{text}");
    assert_eq!(
        as_trait.format(&order()).content_type().as_str(),
        "application/avro"
    );
}
