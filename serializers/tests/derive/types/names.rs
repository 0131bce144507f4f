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
