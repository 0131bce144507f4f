//! Enums, and unions: `Option`s, and enums with data.

use std::collections::BTreeMap;
use std::sync::Arc;

use wireform::Uuid;
use wireform::avro::{Date, Decimal, Duration};

use super::random::{Arbitrary, Random, around};
use super::{check, check_borrowed, choice, record};

choice! {
    enum Level {
        Low,
        #[avro(default)]
        Middle,
        High,
    }
}

choice! {
    enum Single {
        Only,
    }
}

choice! {
    enum Everything {
        Null,
        Boolean(bool),
        Int(i32),
        Long(i64),
        Float(f32),
        Double(f64),
        Bytes(Vec<u8>),
        String(String),
        Array(Vec<Option<i32>>),
        Map(BTreeMap<String, Level>),
        Record(Point),
        Boxed(Box<Other>),
        Enum(Level),
        #[avro(fixed = "Four")]
        Fixed([u8; 4]),
    }
}

choice! {
    enum Logical {
        Date(Date),
        Price(Decimal<9, 3>),
        Null,
        Uuid(Uuid),
        #[avro(fixed = "Id", uuid_fixed)]
        Id(Uuid),
        Duration(Duration),
        #[avro(logical = "timestamp-millis")]
        At(i64),
    }
}

choice! {
    enum LastNull {
        #[avro(map)]
        Pairs(Vec<(String, i32)>),
        Text(Arc<str>),
        Null,
    }
}

choice! {
    #[avro(null_at = 0)]
    enum First {
        Int(i32),
        Text(String),
    }
}

choice! {
    #[avro(null_at = 1)]
    enum Middle {
        Int(i32),
        Text(String),
    }
}

choice! {
    #[avro(null_at = 2)]
    enum Last {
        Int(i32),
        Text(String),
    }
}

choice! {
    enum OfOne {
        Int(i32),
    }
}

choice! {
    #[avro(union)]
    enum NullAlone {
        Null,
    }
}

record! {
    struct Point {
        x: i32,
        y: i32,
    }
}

record! {
    struct Other {
        either: LastNull,
        level: Level,
    }
}

record! {
    struct Options {
        number: Option<i32>,
        text: Option<String>,
        bytes: Option<Vec<u8>>,
        list: Option<Vec<Option<bool>>>,
        map: Option<BTreeMap<String, Option<i64>>>,
        record: Option<Point>,
        boxed: Option<Box<Point>>,
        in_a_box: Box<Option<i32>>,
        level: Option<Level>,
        uuid: Option<Uuid>,
        #[avro(null_last)]
        last_number: Option<i64>,
        #[avro(null_last)]
        last_record: Option<Box<Point>>,
        #[avro(no_default)]
        without_default: Option<f64>,
        first: Option<First>,
        middle: Option<Middle>,
        last: Option<Last>,
        all: Vec<Option<Middle>>,
    }
}

record! {
    struct Unions {
        everything: Everything,
        all: Vec<Everything>,
        by_name: BTreeMap<String, LastNull>,
        logical: Logical,
        single: Single,
        of_one: OfOne,
        null_alone: NullAlone,
        level: Level,
    }
}

#[derive(wireform::Avro, Clone, Debug, PartialEq)]
struct Wrapped(Option<Last>);

around! {
    Wrapped: Wrapped;
}

#[test]
fn enums_round_trip() {
    check::<Level>();
    check::<Single>();
}

#[test]
fn options_round_trip() {
    check::<Options>();
    check::<Option<i32>>();
    check::<Option<Middle>>();
    check::<Wrapped>();
}

#[test]
fn unions_round_trip() {
    check::<Unions>();
    check::<Everything>();
    check::<Logical>();
    check::<LastNull>();
    check::<OfOne>();
    check::<NullAlone>();
}

#[test]
fn borrowed_unions_are_written_as_they_were_read() {
    choice! {
        enum Owned {
            Text(String),
            Bytes(Vec<u8>),
            #[avro(map)]
            Pairs(Vec<(String, i32)>),
            Null,
        }
    }
    #[derive(wireform::Avro, Debug, PartialEq)]
    enum Borrowed<'a> {
        Text(&'a str),
        Bytes(&'a [u8]),
        #[avro(map)]
        Pairs(Vec<(&'a str, i32)>),
        Null,
    }
    #[derive(wireform::Avro, Debug, PartialEq)]
    #[avro(null_at = 1)]
    enum MiddleRef<'a> {
        Int(i32),
        Text(&'a str),
    }
    check_borrowed::<Borrowed<'_>, Owned>();
    check_borrowed::<Option<MiddleRef<'_>>, Option<Middle>>();
}
