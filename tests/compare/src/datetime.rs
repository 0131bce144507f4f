//! JSON of a record with six datetimes, whose texts are all the same.

use serde::{Deserialize, Serialize};
use wireform::datetime::{DatetimePolicy, Micros, Precision, Rfc3339};
use wireform::{DatetimeJson, Deserializer, Json, Serializer};

use crate::measure::Group;
use crate::rows::{leaked, reads, writes};

const READY: &str = "serde_json";

/// A parcel and its times.
macro_rules! parcel {
    ($name:ident: $at:ty $(, $attribute:meta)?) => {
        #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
        struct $name {
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

        impl $name {
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
    };
}

type ChronoTime = chrono::DateTime<chrono::Utc>;

parcel!(Ready: String);
parcel!(Module: ChronoTime, serde(with = "wireform::datetime::rfc3339::micros"));
parcel!(ModuleOfJiff: jiff::Timestamp, serde(with = "wireform::datetime::rfc3339::micros"));
parcel!(Newtype: Rfc3339<ChronoTime, Micros>);
parcel!(NewtypeOfJiff: Rfc3339<jiff::Timestamp, Micros>);
parcel!(Chrono: ChronoTime);
parcel!(Jiff: jiff::Timestamp);
parcel!(Time: time::OffsetDateTime, serde(with = "time::serde::rfc3339"));

pub fn groups() -> Vec<Group> {
    vec![encode(), decode()]
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

fn encode() -> Group {
    let ready: &'static Ready = leaked(Ready::new(str::to_owned));
    let text = serde_json::to_vec(ready).expect("valid");
    let module = Module::new(chrono_time);
    let module_of_jiff = ModuleOfJiff::new(jiff_time);
    let newtype = Newtype::new(|text| chrono_time(text).into());
    let newtype_of_jiff = NewtypeOfJiff::new(|text| jiff_time(text).into());
    let chrono: &'static Chrono = leaked(Chrono::new(chrono_time));
    let jiff: &'static Jiff = leaked(Jiff::new(jiff_time));
    let time = Time::new(time_time);
    let (of_module, of_newtype) = (Json::<Module>::new(), Json::<Newtype>::new());
    let of_module_of_jiff = Json::<ModuleOfJiff>::new();
    let of_newtype_of_jiff = Json::<NewtypeOfJiff>::new();
    let (of_chrono, of_jiff) = (recognised::<Chrono>(), recognised::<Jiff>());
    let rows = vec![
        writes(READY, &text, move |out| {
            serde_json::to_writer(out, ready).expect("valid");
        }),
        writes("wireform module", &text, move |out| {
            of_module.serialize(&module, out).expect("valid");
        }),
        writes("wireform module, jiff", &text, move |out| {
            of_module_of_jiff
                .serialize(&module_of_jiff, out)
                .expect("valid");
        }),
        writes("wireform newtype", &text, move |out| {
            of_newtype.serialize(&newtype, out).expect("valid");
        }),
        writes("wireform newtype, jiff", &text, move |out| {
            of_newtype_of_jiff
                .serialize(&newtype_of_jiff, out)
                .expect("valid");
        }),
        writes("wireform recognised", &text, move |out| {
            of_chrono.serialize(chrono, out).expect("valid");
        }),
        writes("wireform recognised, jiff", &text, move |out| {
            of_jiff.serialize(jiff, out).expect("valid");
        }),
        writes("chrono", &text, move |out| {
            serde_json::to_writer(out, chrono).expect("valid");
        }),
        writes("jiff", &text, move |out| {
            serde_json::to_writer(out, jiff).expect("valid");
        }),
        writes("time", &text, move |out| {
            serde_json::to_writer(out, &time).expect("valid");
        }),
    ];
    Group::new("datetime", READY, rows)
}

fn decode() -> Group {
    let ready = Ready::new(str::to_owned);
    let text = serde_json::to_vec(&ready).expect("valid");
    let (of_module, of_newtype) = (Json::<Module>::new(), Json::<Newtype>::new());
    let of_module_of_jiff = Json::<ModuleOfJiff>::new();
    let of_newtype_of_jiff = Json::<NewtypeOfJiff>::new();
    let (of_chrono, of_jiff) = (recognised::<Chrono>(), recognised::<Jiff>());
    let newtype = Newtype::new(|text| chrono_time(text).into());
    let newtype_of_jiff = NewtypeOfJiff::new(|text| jiff_time(text).into());
    let (chrono, jiff) = (Chrono::new(chrono_time), Jiff::new(jiff_time));
    let rows = vec![
        reads(READY, &text, &ready, |text| {
            serde_json::from_slice(text).expect("valid")
        }),
        reads(
            "wireform module",
            &text,
            &Module::new(chrono_time),
            move |text| of_module.deserialize(text).expect("valid"),
        ),
        reads(
            "wireform module, jiff",
            &text,
            &ModuleOfJiff::new(jiff_time),
            move |text| of_module_of_jiff.deserialize(text).expect("valid"),
        ),
        reads("wireform newtype", &text, &newtype, move |text| {
            of_newtype.deserialize(text).expect("valid")
        }),
        reads(
            "wireform newtype, jiff",
            &text,
            &newtype_of_jiff,
            move |text| of_newtype_of_jiff.deserialize(text).expect("valid"),
        ),
        reads("wireform recognised", &text, &chrono, move |text| {
            of_chrono.deserialize(text).expect("valid")
        }),
        reads("wireform recognised, jiff", &text, &jiff, move |text| {
            of_jiff.deserialize(text).expect("valid")
        }),
        reads("chrono", &text, &chrono, |text| {
            serde_json::from_slice(text).expect("valid")
        }),
        reads("jiff", &text, &jiff, |text| {
            serde_json::from_slice(text).expect("valid")
        }),
        reads("time", &text, &Time::new(time_time), |text| {
            serde_json::from_slice(text).expect("valid")
        }),
    ];
    Group::new("datetime-decode", READY, rows)
}

const TIMES: [&str; 6] = [
    "2026-11-23T09:41:07.250481Z",
    "2026-11-23T09:41:58.012004Z",
    "2026-11-24T06:15:33.999999Z",
    "2026-11-24T11:02:00.000001Z",
    "2026-11-26T16:47:12.345678Z",
    "2026-11-30T23:59:59.500001Z",
];
