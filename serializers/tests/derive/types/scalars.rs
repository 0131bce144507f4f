//! What a single field may be.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use wireform::avro::{
    Avro, Date, Decimal, Duration, LocalTimestampMicros, LocalTimestampMillis, LocalTimestampNanos,
    TimeMicros, TimeMillis, TimestampMicros, TimestampMillis, TimestampNanos,
};
use wireform::{Deserializer, SerializerExt, Uuid};

use super::random::{Arbitrary, Random, arbitrary, around};
use super::{check, check_borrowed, choice, record};

record! {
    struct Primitives {
        nothing: (),
        boolean: bool,
        int: i32,
        long: i64,
        float: f32,
        double: f64,
        bytes: Vec<u8>,
        string: String,
        boxed: Box<i64>,
    }
}

record! {
    struct Texts {
        string: String,
        shared: Arc<str>,
        in_one_thread: Rc<str>,
        boxed: Box<str>,
        boxed_twice: Box<String>,
    }
}

record! {
    struct Bytes {
        vec: Vec<u8>,
        shared: Arc<[u8]>,
        boxed: Box<[u8]>,
    }
}

record! {
    struct Logical {
        date: Date,
        time_millis: TimeMillis,
        time_micros: TimeMicros,
        timestamp_millis: TimestampMillis,
        timestamp_micros: TimestampMicros,
        timestamp_nanos: TimestampNanos,
        local_timestamp_millis: LocalTimestampMillis,
        local_timestamp_micros: LocalTimestampMicros,
        local_timestamp_nanos: LocalTimestampNanos,
        small: Decimal<1, 0>,
        price: Decimal<6, 2>,
        large: Decimal<38, 38>,
        uuid: Uuid,
        #[avro(uuid_fixed)]
        uuid_in_bytes: Uuid,
        duration: Duration,
    }
}

record! {
    struct Annotated {
        #[avro(logical = "date")]
        date: i32,
        #[avro(logical = "time-millis")]
        time: i32,
        #[avro(logical = "timestamp-micros")]
        timestamp: i64,
        #[avro(logical = "local-timestamp-nanos")]
        local: Option<i64>,
        #[avro(logical = "uuid")]
        uuid: String,
        #[avro(fixed = "Nothing")]
        nothing: [u8; 0],
        #[avro(fixed = "shop.Checksum")]
        checksum: [u8; 16],
        #[avro(fixed = "Maybe")]
        maybe: Option<[u8; 3]>,
    }
}

/// A type of somebody else.
#[derive(Clone, Debug, PartialEq)]
struct Seconds(std::time::Duration);

arbitrary! {
    Seconds: |random| Self(std::time::Duration::from_secs(random.next() >> 1));
}

/// What `with` names.
mod seconds {
    use wireform::Result;
    use wireform::avro::with::{Cursor, Encoder, Resolution, SchemaWriter};
    use wireform::avro::{AvroDecode, AvroEncode, AvroType};

    use super::Seconds;

    pub(super) const MIN_SIZE: usize = <i64 as AvroType>::MIN_SIZE;

    #[allow(
        clippy::extra_unused_type_parameters,
        reason = "the field's type, for all modules"
    )]
    pub(super) fn write_schema<T>(schema: &mut SchemaWriter) {
        <i64 as AvroType>::write_schema(schema);
    }

    pub(super) fn encode(value: &Seconds, encoder: &mut Encoder) -> Result<()> {
        i64::try_from(value.0.as_secs()).unwrap().encode(encoder)
    }

    fn new(seconds: i64) -> Seconds {
        Seconds(std::time::Duration::from_secs(seconds.unsigned_abs()))
    }

    pub(super) fn decode(cursor: &mut Cursor<'_>) -> Result<Seconds> {
        i64::decode(cursor).map(new)
    }

    pub(super) fn decode_with<'de>(
        cursor: &mut Cursor<'de>,
        resolution: Resolution<'de>,
    ) -> Result<Seconds> {
        i64::decode_with(cursor, resolution).map(new)
    }
}

record! {
    struct Foreign {
        #[avro(with = "seconds")]
        seconds: Seconds,
        after: i32,
    }
}

macro_rules! newtypes {
    ($($(#[$meta:meta])* struct $name:ident($(#[$of_field:meta])* $type:ty);)+) => {
        $(
            #[derive(wireform::Avro, Clone, Debug, PartialEq)]
            $(#[$meta])*
            struct $name($(#[$of_field])* $type);
        )+
        around! { $($name: $name;)+ }
    };
}

choice! {
    enum Letter {
        A,
        B,
    }
}

newtypes! {
    struct Number(i64);
    struct Text(Arc<str>);
    struct List(Vec<String>);
    struct Maybe(Option<i32>);
    struct LastNull(#[avro(null_last)] Option<i32>);
    struct Pairs(#[avro(map)] Vec<(String, i32)>);
    struct At(#[avro(logical = "timestamp-millis")] i64);
    struct Hash(#[avro(fixed = "shop.Hash")] [u8; 4]);
    struct Id(#[avro(fixed = "shop.Id", uuid_fixed)] Uuid);
    struct Span(#[avro(fixed = "shop.Span")] Duration);
    struct Of(Primitives);
    struct OfEnum(Letter);
    struct Twice(Number);
    struct With(#[avro(with = "seconds")] Seconds);
}

record! {
    struct Newtypes {
        number: Number,
        text: Text,
        list: List,
        maybe: Maybe,
        last_null: LastNull,
        pairs: Pairs,
        at: At,
        hash: Hash,
        hash_again: Hash,
        id: Id,
        maybe_id: Option<Id>,
        span: Span,
        of: Of,
        of_enum: OfEnum,
        twice: Twice,
        with: With,
        hashes: Vec<Hash>,
    }
}

#[test]
fn primitives_round_trip() {
    check::<Primitives>();
    check::<bool>();
    check::<i32>();
    check::<i64>();
    check::<f32>();
    check::<f64>();
}

#[test]
fn strings_and_bytes_round_trip() {
    check::<Texts>();
    check::<Bytes>();
    check::<String>();
    check::<Vec<u8>>();
    check::<Arc<str>>();
    check::<Box<[u8]>>();
}

#[cfg(feature = "compact_str")]
#[test]
fn short_strings_round_trip() {
    use wireform::avro::CompactString;

    record! {
        struct Short {
            text: CompactString,
            maybe: Option<CompactString>,
            all: Vec<CompactString>,
            by_name: std::collections::BTreeMap<CompactString, CompactString>,
            #[avro(map)]
            pairs: Vec<(CompactString, CompactString)>,
        }
    }
    check::<Short>();
    check::<CompactString>();
}

#[cfg(feature = "bytes")]
#[test]
fn shared_bytes_round_trip() {
    use wireform::avro::Bytes;

    record! {
        struct Shared {
            bytes: Bytes,
            maybe: Option<Bytes>,
            all: Vec<Bytes>,
            by_name: std::collections::HashMap<String, Bytes>,
        }
    }
    check::<Shared>();
    check::<Bytes>();
}

#[test]
fn logical_types_round_trip() {
    check::<Logical>();
    check::<Duration>();
    check::<Uuid>();
    check::<Decimal<12, 4>>();
}

#[test]
fn annotated_fields_round_trip() {
    // A text that is no UUID is text all the same: the annotation is the program's promise.
    check::<Annotated>();
}

#[test]
fn modules_of_ones_own_round_trip() {
    check::<Foreign>();
}

#[test]
fn newtypes_round_trip() {
    check::<Newtypes>();
    check::<Number>();
    check::<Pairs>();
    check::<LastNull>();
    check::<Hash>();
    check::<Id>();
    check::<With>();
}

#[test]
fn borrowed_scalars_are_written_as_they_were_read() {
    #[derive(wireform::Avro, Debug, PartialEq)]
    #[avro(rename = "Texts")]
    struct TextsRef<'a> {
        string: &'a str,
        shared: Cow<'a, str>,
        in_one_thread: String,
        boxed: Arc<str>,
        boxed_twice: &'a str,
    }
    #[derive(wireform::Avro, Debug, PartialEq)]
    #[avro(rename = "Bytes")]
    struct BytesRef<'a> {
        vec: &'a [u8],
        shared: Cow<'a, [u8]>,
        boxed: Arc<[u8]>,
    }
    check_borrowed::<TextsRef<'_>, Texts>();
    check_borrowed::<BytesRef<'_>, Bytes>();
    check_borrowed::<&str, String>();
    check_borrowed::<&[u8], Vec<u8>>();
}

#[test]
fn nan_keeps_its_bits() {
    let (float, double) = (Avro::<f32>::new(), Avro::<f64>::new());
    for bits in [0x7fc0_0000, 0x7fc0_1234, 0xffff_ffff, 0x7f80_0001] {
        let datum = float.to_vec(&f32::from_bits(bits)).unwrap();
        assert_eq!(datum, bits.to_le_bytes());
        assert_eq!(float.deserialize(&datum).unwrap().to_bits(), bits);
    }
    for bits in [
        0x7ff8_0000_0000_0000,
        0xffff_ffff_ffff_ffff,
        0x7ff0_0000_0000_0001,
    ] {
        let datum = double.to_vec(&f64::from_bits(bits)).unwrap();
        assert_eq!(datum, bits.to_le_bytes());
        assert_eq!(double.deserialize(&datum).unwrap().to_bits(), bits);
    }
}

#[test]
fn a_decimal_of_too_many_digits_is_not_written() {
    let codec = Avro::<Decimal<3, 1>>::new();
    assert_eq!(codec.to_vec(&Decimal(-999)).unwrap(), [4, 0xfc, 0x19]);
    for value in [1000, -1000, i128::MAX, i128::MIN] {
        codec.to_vec(&Decimal(value)).unwrap_err();
    }
}
