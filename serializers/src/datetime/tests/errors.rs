//! The messages of errors, and their paths.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

use crate::datetime::{DatetimeFormat, DatetimeJson, DatetimePolicy, Epoch, Nanos, Rfc3339};
use crate::error::ErrorKind;
use crate::json::Json;
use crate::limits::Limits;
use crate::serializer::{Deserializer, Serializer, SerializerExt};

#[derive(Serialize)]
struct Order {
    placed_at: civil::DateTime,
}

#[derive(Serialize)]
enum Event {
    Newtype(Order),
    Struct { order: Order },
    Tuple(u8, Order),
}

fn order() -> Order {
    Order {
        placed_at: civil::datetime(2024, 1, 2, 3, 4, 5, 0),
    }
}

#[track_caller]
fn check<T: Serialize>(value: &T, path: &str) {
    let mut out = b"before".to_vec();
    let json = DatetimeJson::default();
    let error = json.serialize(value, &mut out).unwrap_err();
    assert_eq!(out, b"before");
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert_eq!(error.path(), path);
    assert!(error.to_string().contains("no zone"), "{error}");
    assert!(!error.to_string().contains("2024"), "{error}");
}

#[test]
fn the_path_leads_to_the_datetime() {
    check(&order().placed_at, "");
    check(&order(), "placed_at");
    check(&Some(Box::new(order())), "placed_at");
    let orders = BTreeMap::from([("orders", (1, 2, [order()]))]);
    check(&orders, "[entry 1][2][0].placed_at");
    check(&BTreeMap::from([(7, order())]), "[entry 1].placed_at");
    check(&Event::Newtype(order()), "Newtype.placed_at");
    let event = Event::Struct { order: order() };
    check(&[event], "[0].Struct.order.placed_at");
    check(&Event::Tuple(0, order()), "Tuple[1].placed_at");
}

#[test]
fn keys_of_maps_are_not_in_the_text() {
    let orders = BTreeMap::from([("4111 1111".to_owned(), Some(order()))]);
    check(&orders, "[entry 1].placed_at");
}

#[test]
fn a_long_key_is_counted() {
    let long = "k".repeat(1_000);
    let orders = BTreeMap::from([("a".to_owned(), None), (long, Some(order()))]);
    check(&orders, "[entry 2].placed_at");
}

#[test]
fn other_errors_have_a_path_too() {
    #[derive(Serialize)]
    struct Times {
        at: Vec<SystemTime>,
    }
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let value = Times {
        at: vec![SystemTime::UNIX_EPOCH, before],
    };
    let error = DatetimeJson::default().to_vec(&value).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert_eq!(error.path(), "at[1]");
}

#[test]
fn exact_datetimes_say_what_is_wrong() {
    #[derive(Serialize)]
    struct Late {
        at: Epoch<SystemTime, Nanos>,
    }
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
    let error = DatetimeJson::default().to_vec(&Late { at: at.into() });
    let error = error.unwrap_err();
    assert_eq!(error.path(), "at");
    assert!(error.to_string().contains("outside of what"), "{error}");
}

#[test]
fn an_unreadable_datetime_is_told_and_placed() {
    #[derive(Debug, Deserialize)]
    struct Read {
        #[serde(rename = "at")]
        _at: Rfc3339<SystemTime>,
    }
    let json = DatetimeJson::<Read>::default();
    let error = json.deserialize(b"{\"at\":\n\"2024-01-02T03:04:05\"}");
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("no zone"), "{error}");
    assert!(error.to_string().contains("line 2 column"), "{error}");
    assert!(!error.to_string().contains("2024"), "{error}");
}

#[test]
fn an_epoch_format_is_for_writing() {
    let policy = DatetimePolicy::new().format(DatetimeFormat::EpochMillis);
    let json = DatetimeJson::<Timestamp>::new(policy);
    let error = json.deserialize(b"1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    for way_out in [
        "wireform::datetime::epoch::millis",
        "wireform::datetime::Epoch<T, Millis>",
    ] {
        assert!(error.to_string().contains(way_out), "{error}");
    }
}

#[test]
fn an_error_quotes_no_value() {
    let body = br#""secret""#;
    let ours = DatetimeJson::<Timestamp>::default().deserialize(body);
    let json = Json::<Timestamp>::new().deserialize(body);
    let (ours, json) = (ours.unwrap_err().to_string(), json.unwrap_err().to_string());
    assert_eq!(ours, json);
    assert!(!ours.contains("secret"), "{ours}");
}

#[test]
fn a_payload_over_the_limit_is_an_error() {
    let json = DatetimeJson::<Vec<u8>>::default().limits(Limits::default().payload(4));
    let error = json.deserialize(b"[1,2]").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert_eq!(json.deserialize(b"[12]").unwrap(), [12]);
}
