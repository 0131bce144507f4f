//! Orders that Python wrote with version 1 of their schema, read as the types that are generated from
//! version 2.

use wireform::avro::Avro;
use wireform_tests::golden::Golden;

use self::avro::shop::orders::{Order, OrderRef, Status};
use super::reader;

mod avro {
    include!(concat!(env!("OUT_DIR"), "/wireform_avro.rs"));
}

#[track_caller]
fn check(case: &str, note: Option<&str>) {
    let golden = Golden::one("avro", case);
    let order = reader(&golden, Avro::<Order>::new())
        .decode(&golden.headers(), Some(&golden.payload))
        .unwrap()
        .unwrap()
        .value;
    assert_eq!(order.order_id, golden.value["order_id"]);
    assert_eq!(
        order.items.len(),
        golden.value["items"].as_array().unwrap().len()
    );
    for (item, expected) in order
        .items
        .iter()
        .zip(golden.value["items"].as_array().unwrap())
    {
        assert_eq!(item.sku, expected["sku"]);
        assert_eq!(item.quantity, expected["quantity"]);
        assert_eq!(item.price, expected["price"]);
    }
    assert_eq!(order.status, Status::Paid);
    assert_eq!(order.created_at, golden.value["created_at"]);
    assert_eq!(order.note.as_deref(), note);
    assert_eq!(
        order.tags.len(),
        golden.value["tags"].as_object().unwrap().len()
    );
    assert_eq!(order.currency, "EUR", "version 1 has no currency");

    let body = match case.ends_with("prefix") {
        true => &golden.payload[5..],
        false => &golden.payload[..],
    };
    let plan = Avro::<OrderRef<'_>>::new()
        .plan_for(&golden.schema.parse().unwrap())
        .unwrap();
    let borrowed = plan.decode_ref(body).unwrap();
    assert_eq!(borrowed.customer, order.customer);
    assert_eq!(borrowed.note, order.note.as_deref());
    assert!(
        body.as_ptr_range().contains(&borrowed.customer.as_ptr()),
        "a copy"
    );
}

#[test]
fn generated_types_read_what_python_wrote_with_an_older_schema() {
    check("order-prefix", Some("leave at the door"));
    check("order-header", Some("leave at the door"));
    check("order-without-note-prefix", None);
    check("order-without-note-header", None);
}
