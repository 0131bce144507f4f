//! JSON with datetimes, whose texts are all the same: in an order that has three, and in a record
//! of six that has little else.

use std::collections::HashMap;
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wireform::datetime::{DatetimePolicy, Micros, Precision, Rfc3339};
use wireform::{DatetimeJson, Deserializer, Json, Serializer};

use crate::measure::{Group, Row};
use crate::order::{Item, Status, order};
use crate::rows::{reads, writes};

const READY: &str = "serde_json";

/// An order that says when, and a parcel's times.
macro_rules! records {
    ($module:ident: $at:ty $(, $attribute:meta)?) => {
        mod $module {
            use super::*;

            #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
            pub struct Order {
                order_id: String,
                customer: String,
                items: Vec<Item>,
                total: f64,
                status: Status,
                $(#[$attribute])?
                placed_at: $at,
                $(#[$attribute])?
                paid_at: $at,
                $(#[$attribute])?
                shipped_at: $at,
                note: Option<String>,
                tags: HashMap<String, String>,
            }

            #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
            pub struct Parcel {
                id: String,
                $(#[$attribute])?
                ordered: $at,
                $(#[$attribute])?
                paid: $at,
                $(#[$attribute])?
                packed: $at,
                $(#[$attribute])?
                shipped: $at,
                $(#[$attribute])?
                delivered: $at,
                $(#[$attribute])?
                updated: $at,
            }

            impl Timed for Order {
                type At = $at;

                fn new(at: impl Fn(&str) -> $at) -> Self {
                    let order = order();
                    let [placed_at, paid_at, shipped_at, ..] = TIMES.map(at);
                    Self {
                        order_id: order.order_id,
                        customer: order.customer,
                        items: order.items,
                        total: order.total,
                        status: order.status,
                        placed_at,
                        paid_at,
                        shipped_at,
                        note: order.note,
                        // One only: in no order of its own.
                        tags: [("channel".to_owned(), "web".to_owned())].into(),
                    }
                }
            }

            impl Timed for Parcel {
                type At = $at;

                fn new(at: impl Fn(&str) -> $at) -> Self {
                    let [ordered, paid, packed, shipped, delivered, updated] = TIMES.map(at);
                    Self {
                        id: "PARCEL-000123".to_owned(),
                        ordered,
                        paid,
                        packed,
                        shipped,
                        delivered,
                        updated,
                    }
                }
            }
        }
    };
}

trait Timed: DeserializeOwned + Serialize + PartialEq + Debug + 'static {
    type At;

    fn new(at: impl Fn(&str) -> Self::At) -> Self;
}

type ChronoTime = chrono::DateTime<chrono::Utc>;

records!(ready: String);
records!(module: ChronoTime, serde(with = "wireform::datetime::rfc3339::micros"));
records!(module_of_jiff: jiff::Timestamp, serde(with = "wireform::datetime::rfc3339::micros"));
records!(newtype: Rfc3339<ChronoTime, Micros>);
records!(newtype_of_jiff: Rfc3339<jiff::Timestamp, Micros>);
records!(of_chrono: ChronoTime);
records!(of_jiff: jiff::Timestamp);
records!(of_time: time::OffsetDateTime, serde(with = "time::serde::rfc3339"));

/// The rows of one group: `(name, value, codec)`.
macro_rules! groups {
    ($direction:ident $name:literal, $record:ident) => {{
        let ready = ready::$record::new(str::to_owned);
        let text = serde_json::to_vec(&ready).expect("valid");
        let chrono = || of_chrono::$record::new(chrono_time);
        let jiff = || of_jiff::$record::new(jiff_time);
        let rows = vec![
            $direction(READY, &text, ready, Plain),
            $direction(
                "wireform module",
                &text,
                module::$record::new(chrono_time),
                Json::new(),
            ),
            $direction(
                "wireform module, jiff",
                &text,
                module_of_jiff::$record::new(jiff_time),
                Json::new(),
            ),
            $direction(
                "wireform newtype",
                &text,
                newtype::$record::new(|text| chrono_time(text).into()),
                Json::new(),
            ),
            $direction(
                "wireform newtype, jiff",
                &text,
                newtype_of_jiff::$record::new(|text| jiff_time(text).into()),
                Json::new(),
            ),
            $direction("wireform recognised", &text, chrono(), recognised()),
            $direction("wireform recognised, jiff", &text, jiff(), recognised()),
            $direction("chrono", &text, chrono(), Plain),
            $direction("jiff", &text, jiff(), Plain),
            $direction("time", &text, of_time::$record::new(time_time), Plain),
        ];
        Group::new($name, READY, rows)
    }};
}

pub fn groups() -> Vec<Group> {
    vec![
        groups!(encode "datetime", Order),
        groups!(decode "datetime-decode", Order),
        groups!(encode "datetime-only", Parcel),
        groups!(decode "datetime-only-decode", Parcel),
    ]
}

/// serde_json itself.
struct Plain;

trait Codec<T> {
    fn write(&self, value: &T, out: &mut Vec<u8>);

    fn read(&self, text: &[u8]) -> T;
}

impl<T: Timed> Codec<T> for Plain {
    fn write(&self, value: &T, out: &mut Vec<u8>) {
        serde_json::to_writer(out, value).expect("valid");
    }

    fn read(&self, text: &[u8]) -> T {
        serde_json::from_slice(text).expect("valid")
    }
}

macro_rules! of_wireform {
    ($($codec:ident),+) => {$(
        impl<T: Timed> Codec<T> for $codec<T> {
            fn write(&self, value: &T, out: &mut Vec<u8>) {
                self.serialize(value, out).expect("valid");
            }

            fn read(&self, text: &[u8]) -> T {
                self.deserialize(text).expect("valid")
            }
        }
    )+};
}

of_wireform!(Json, DatetimeJson);

fn encode<T: Timed>(
    name: &'static str,
    text: &[u8],
    value: T,
    codec: impl Codec<T> + 'static,
) -> Row {
    writes(name, text, move |out| codec.write(&value, out))
}

fn decode<T: Timed>(
    name: &'static str,
    text: &[u8],
    value: T,
    codec: impl Codec<T> + 'static,
) -> Row {
    reads(name, text, &value, move |text| codec.read(text))
}

fn chrono_time(text: &str) -> ChronoTime {
    text.parse().expect("valid")
}

fn jiff_time(text: &str) -> jiff::Timestamp {
    text.parse().expect("valid")
}

fn time_time(text: &str) -> time::OffsetDateTime {
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(text, format).expect("valid")
}

fn recognised<T>() -> DatetimeJson<T> {
    DatetimeJson::new(DatetimePolicy::rfc3339(Precision::Micros))
}

const TIMES: [&str; 6] = [
    "2026-11-23T09:41:07.250481Z",
    "2026-11-23T09:41:58.012004Z",
    "2026-11-24T06:15:33.999999Z",
    "2026-11-24T11:02:00.000001Z",
    "2026-11-26T16:47:12.345678Z",
    "2026-11-30T23:59:59.500001Z",
];
