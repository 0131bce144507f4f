//! Protobuf frames: the writer's message index is honoured, whatever the nesting.

use std::fmt::Debug;

use wireform::ErrorKind;
use wireform::protobuf::{Protobuf, ProtobufRecord};
use wireform_tests::golden::Golden;

use super::{check_all_damage, check_written, reader};
use crate::proto::interop::{First, Second, Third, second, third};
use crate::proto::{Item, Order};

/// Reads every frame of a message in both framings, writes it again, and damages it.
fn check<T>(case: &str, expected: impl Fn(&T) -> bool) -> usize
where
    T: ProtobufRecord + PartialEq + Debug + 'static,
{
    let mut tried = 0;
    for framing in ["prefix", "header"] {
        let golden = Golden::one("protobuf", &format!("{case}-{framing}"));
        let reader = reader(&golden, Protobuf::<T>::new());
        let decoded = reader
            .decode(&golden.headers(), Some(&golden.payload))
            .unwrap()
            .unwrap();
        assert!(expected(&decoded.value), "{case}: {:?}", decoded.value);
        check_written(&golden, Protobuf::<T>::new(), &decoded.value);
        tried += check_all_damage(&golden, Protobuf::<T>::new());
    }
    tried
}

#[test]
fn protobuf_frames_are_read_and_written() {
    let order = |order: &Order| order.order_id == "ORD-0012345" && order.items.len() == 3;
    let mut tried = check::<Order>("order", order);
    tried += check::<Order>("order-empty", |order| *order == Order::default());
    tried += check::<Item>("item", |item| item.sku == "laptop-15");
    tried += check::<First>("first", |first| first.name == "x");
    tried += check::<Second>("second", |second| {
        second
            .inner
            .as_ref()
            .is_some_and(|inner| inner.at.is_some() && inner.number == 3)
    });
    tried += check::<second::Inner>("second-inner", |inner| inner.number == 7);
    tried += check::<Third>("third", |third| third.left.is_some_and(|left| left.id == 9));
    tried += check::<third::Left>("third-left", |left| left.id == 9);
    tried += check::<third::Right>("third-right", |right| right.deep.is_some());
    tried += check::<third::right::Deep>("third-right-deep", |deep| deep.values == [-1, 2]);
    assert!(tried > 1_000, "{tried} damaged frames");
}

#[test]
fn another_message_is_refused_by_name() {
    let golden = Golden::one("protobuf", "item-prefix");
    let reader = reader(&golden, Protobuf::<Order>::new());
    let error = reader
        .decode(&golden.headers(), Some(&golden.payload))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    let text = error.to_string();
    assert!(text.contains("shop.orders.v1.Item"), "{text}");
    assert!(text.contains("shop.orders.v1.Order"), "{text}");
}

#[test]
fn index_of_no_message_is_an_error() {
    let golden = Golden::one("protobuf", "item-prefix");
    let reader = reader(&golden, Protobuf::<Item>::new());
    let mut payload = golden.payload.clone();
    payload.splice(5..7, [2, 18]);
    let error = reader
        .decode(&golden.headers(), Some(&payload))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Framing | ErrorKind::WrongType),
        "{error}"
    );
}
