//! Names that Rust has other ideas of.

use super::{check, choice, record};

record! {
    #[avro(namespace = "a.b", rename = "record", alias = "Old", alias = "c.Older")]
    struct Names {
        r#type: i32,
        #[avro(rename = "self")]
        this: String,
        #[avro(rename = "Upper", alias = "lower", alias = "not a name")]
        upper: Option<String>,
        cursor: i32,
        encoder: i32,
        resolution: i32,
        fields: Vec<i32>,
        field_0: i64,
        line: String,
        value: r#Match,
        error: bool,
    }
}

choice! {
    #[avro(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Match {
        FirstOne,
        #[avro(rename = "None")]
        Nothing,
        r#Type,
    }
}

record! {
    #[avro(rename_all = "camelCase", namespace = "")]
    struct Cased {
        first_field: i32,
        second_field: Vec<String>,
    }
}

/// A type that shadows what everybody uses.
mod shadows {
    use crate::types::record;

    struct Option;
    struct Result;
    struct Vec;
    struct String;
    type Box = ();
    #[allow(dead_code, non_upper_case_globals, reason = "hostile on purpose")]
    const Some: u8 = 0;
    #[allow(dead_code, non_upper_case_globals, reason = "hostile on purpose")]
    const Ok: u8 = 0;

    record! {
        struct Shadowed {
            maybe: std::option::Option<i32>,
            list: std::vec::Vec<std::string::String>,
        }
    }

    #[test]
    fn names_of_the_prelude_round_trip() {
        let _ = (Option, Result, Vec, String, Box::default());
        crate::types::check::<Shadowed>();
    }
}

#[test]
fn odd_names_round_trip() {
    check::<Names>();
    check::<Cased>();
    check::<Match>();
}

record! {
    #[avro(namespace = "shop")]
    struct InNamespace {
        #[avro(fixed = ".Outside")]
        outside: [u8; 2],
        #[avro(fixed = "Inside")]
        inside: [u8; 2],
        #[avro(fixed = "other.Elsewhere")]
        elsewhere: [u8; 2],
    }
}

#[test]
fn a_fixed_may_be_in_no_namespace() {
    check::<InNamespace>();
    let schema = wireform::avro::schema_of::<InNamespace>().unwrap();
    let names = [
        "Outside",
        "other.Elsewhere",
        "shop.InNamespace",
        "shop.Inside",
    ];
    assert_eq!(schema.names(), names);
}

#[test]
fn a_name_with_two_meanings_is_an_error() {
    #[derive(wireform::Avro)]
    struct TwoSizes {
        #[avro(fixed = "Id")]
        _four: [u8; 4],
        #[avro(fixed = "Id")]
        _eight: [u8; 8],
    }
    #[derive(wireform::Avro)]
    struct TwoKinds {
        #[avro(fixed = "Id")]
        _bytes: [u8; 16],
        #[avro(fixed = "Id", uuid_fixed)]
        _uuid: wireform::Uuid,
    }
    #[derive(wireform::Avro)]
    #[avro(rename = "Id")]
    struct Id {}
    #[derive(wireform::Avro)]
    struct TwoTypes {
        _id: Id,
        #[avro(fixed = "Id")]
        _bytes: [u8; 16],
    }
    let expected = "a fixed of 8 bytes and a fixed of 4 bytes are both called Id";
    let error = wireform::avro::schema_text::<TwoSizes>().unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    wireform::avro::schema_text::<TwoKinds>().unwrap_err();
    wireform::avro::schema_text::<TwoTypes>().unwrap_err();
}
