//! `#[avro(logical = …)]` and `#[avro(fixed = …)]` are of the field that they are written on.

use std::collections::BTreeMap;

use wireform::ErrorKind;
use wireform::avro::{Avro, AvroType, schema_text};

#[derive(Avro)]
struct Inner {
    at: i64,
    code: String,
}

#[derive(Avro)]
struct Hash {
    #[avro(fixed = "Bytes")]
    bytes: [u8; 4],
}

#[derive(Avro)]
enum Choice {
    Number(i64),
    Text(String),
}

#[derive(Avro)]
enum Level {
    Low,
    High,
}

#[derive(Avro)]
struct Day(#[avro(logical = "date")] i32);

#[derive(Avro)]
struct Plain(i64);

/// The type is refused, and the error names the attribute.
#[track_caller]
fn check_refused<T: AvroType>(attribute: &str) {
    let error = schema_text::<T>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSchema);
    assert!(error.to_string().contains(attribute), "{error}");
}

/// Defines structs with one annotated field, and the other fields before it.
macro_rules! refused {
    ($attribute:literal, #[$($meta:tt)*] $field:ty $(, after $before:ty)?) => {{
        #[derive(Avro)]
        struct Outer {
            $(before: $before,)?
            #[$($meta)*]
            field: $field,
        }
        check_refused::<Outer>($attribute);
    }};
}

#[test]
fn a_logical_type_on_a_record_is_an_error() {
    const LOGICAL: &str = "timestamp-millis";
    refused!(
        "timestamp-millis",
        #[avro(logical = "timestamp-millis")]
        Inner
    );
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] Inner, after Inner);
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] Box<Inner>);
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] Option<Inner>);
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] Vec<Inner>);
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] BTreeMap<String, Inner>);
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] Vec<Option<Inner>>, after Vec<Inner>);
    #[derive(Avro)]
    struct Transparent(#[avro(logical = "timestamp-millis")] Inner);
    check_refused::<Transparent>(LOGICAL);
    #[derive(Avro)]
    enum Branches {
        Text(String),
        #[avro(logical = "timestamp-millis")]
        Inner(Inner),
    }
    check_refused::<Branches>(LOGICAL);
}

#[test]
fn a_logical_type_on_another_types_union_or_enum_is_an_error() {
    refused!(
        "timestamp-millis",
        #[avro(logical = "timestamp-millis")]
        Choice
    );
    refused!("timestamp-millis", #[avro(logical = "timestamp-millis")] Vec<Choice>);
    refused!(
        "uuid",
        #[avro(logical = "uuid")]
        Level
    );
}

#[test]
fn the_name_of_a_fixed_on_a_record_is_an_error() {
    refused!(
        "Mine",
        #[avro(fixed = "Mine")]
        Hash
    );
    refused!("Mine", #[avro(fixed = "Mine")] Hash, after Hash);
    refused!("Mine", #[avro(fixed = "Mine")] Option<Hash>);
    refused!("Mine", #[avro(fixed = "Mine")] Vec<Hash>);
    refused!(
        "Mine",
        #[avro(fixed = "Mine")]
        Choice
    );
    refused!(
        "Mine",
        #[avro(fixed = "Mine")]
        i64
    );
}

#[test]
fn a_second_logical_type_is_an_error() {
    refused!(
        "time-millis",
        #[avro(logical = "time-millis")]
        Day
    );
}

#[test]
fn annotations_reach_the_number_in_an_option_an_array_or_a_transparent_type() {
    #[derive(Avro)]
    struct Outer {
        #[avro(logical = "timestamp-millis")]
        maybe: Option<i64>,
        #[avro(logical = "timestamp-millis")]
        all: Vec<i64>,
        #[avro(logical = "timestamp-millis")]
        plain: Plain,
        inner: Inner,
    }
    let text = schema_text::<Outer>().unwrap();
    assert_eq!(text.matches("timestamp-millis").count(), 3, "{text}");
    assert!(text.contains(r#""name":"at","type":"long""#), "{text}");
}
