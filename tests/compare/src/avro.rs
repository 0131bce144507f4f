//! Avro: bare data, without frames.

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use wireform::avro::{Avro, Schema, SerdeAvro};
use wireform::registry::{ResolvedSchema, SchemaKind};
use wireform::{Deserializer, ReadCodec, Serializer};

use crate::generated::shop::orders as generated;
use crate::hand_written;
use crate::measure::{Group, Row};
use crate::order::{NewOrder, OLD_SCHEMA, Order, OrderRef, SCHEMA, ShortOrder, new_order, order};

pub const HAND: &str = "hand-written";

// A place is kept in each group for `wireform value`, the row of `AvroValue`.
pub fn groups() -> Vec<Group> {
    vec![encode(), decode(), evolved(), borrowed()]
}

/// A row that appends to a buffer of its own; what it writes is checked first.
pub fn writes(
    name: &'static str,
    expected: &[u8],
    mut write: impl FnMut(&mut Vec<u8>) + 'static,
) -> Row {
    let mut out = Vec::with_capacity(1024);
    write(&mut out);
    assert_eq!(out, expected, "{name}");
    Row::new(name, move || {
        out.clear();
        write(&mut out);
        out.len()
    })
}

/// A row that reads the datum; what it reads is checked first.
pub fn reads<T: PartialEq + std::fmt::Debug>(
    name: &'static str,
    datum: &[u8],
    expected: &T,
    mut read: impl FnMut(&[u8]) -> T + 'static,
) -> Row {
    let datum = datum.to_vec();
    assert_eq!(read(&datum), *expected, "{name}");
    Row::new(name, move || read(std::hint::black_box(&datum)))
}

pub fn datum() -> (Order, Vec<u8>) {
    let order = order();
    let mut datum = Vec::new();
    hand_written::encode(&order, &mut datum);
    assert_eq!(datum.len(), 147);
    (order, datum)
}

/// The same order, without what the old schema has not.
fn old_datum() -> Vec<u8> {
    let mut datum = Vec::new();
    let mut order = order();
    (order.note, order.tags) = (None, Default::default());
    hand_written::encode(&order, &mut datum);
    datum.truncate(datum.len() - 2);
    datum
}

pub fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn apache(schema: &str) -> &'static apache_avro::Schema {
    leaked(apache_avro::Schema::parse_str(schema).expect("valid"))
}

fn encode() -> Group {
    let (order, expected) = datum();
    let short = ShortOrder::from(&order);
    let same = generated::Order::from(&order);
    let order = leaked(order);
    let derived = Avro::<Order>::new();
    let from_schema = Avro::<generated::Order>::with_schema(SCHEMA).expect("the same bytes");
    let short_codec = Avro::<ShortOrder>::new();
    let serde = SerdeAvro::<Order>::new(SCHEMA).expect("valid");
    let fast_schema: &serde_avro_fast::Schema = leaked(SCHEMA.parse().expect("valid"));
    let mut fast = serde_avro_fast::ser::SerializerConfig::new(fast_schema);
    let apache_writer = GenericDatumWriter::builder(apache(SCHEMA))
        .build()
        .expect("valid");
    let value_writer = GenericDatumWriter::builder(apache(SCHEMA))
        .build()
        .expect("valid");
    let value = apache_value(&expected);
    let rows = vec![
        writes(HAND, &expected, move |out| hand_written::encode(order, out)),
        writes("wireform derive", &expected, move |out| {
            derived.serialize(order, out).expect("valid");
        }),
        writes("wireform generated", &expected, move |out| {
            from_schema.serialize(&same, out).expect("valid");
        }),
        writes("wireform short strings", &expected, move |out| {
            short_codec.serialize(&short, out).expect("valid");
        }),
        writes("wireform serde", &expected, move |out| {
            serde.serialize(order, out).expect("valid");
        }),
        writes("serde_avro_fast 2.1", &expected, move |out| {
            serde_avro_fast::to_datum(order, out, &mut fast).expect("valid");
        }),
        writes("apache-avro 0.22 serde", &expected, move |out| {
            apache_writer.write_ser(out, order).expect("valid");
        }),
        // Its maps have an order of their own: the bytes differ, the length does not.
        Row::new("apache-avro 0.22 Value", move || {
            let bytes = value_writer
                .write_value_to_vec(value.clone())
                .expect("valid");
            assert_eq!(bytes.len(), 147);
        }),
    ];
    Group {
        name: "avro-encode",
        limit: HAND,
        rows,
    }
}

fn apache_value(mut datum: &[u8]) -> Value {
    let reader = GenericDatumReader::builder(apache(SCHEMA))
        .build()
        .expect("valid");
    reader.read_value(&mut datum).expect("valid")
}

fn decode() -> Group {
    let (order, datum) = datum();
    let short = ShortOrder::from(&order);
    let same = generated::Order::from(&order);
    let derived = Avro::<Order>::new();
    let from_schema = Avro::<generated::Order>::with_schema(SCHEMA).expect("the same bytes");
    let short_codec = Avro::<ShortOrder>::new();
    let serde = SerdeAvro::<Order>::new(SCHEMA).expect("valid");
    let fast: &serde_avro_fast::Schema = leaked(SCHEMA.parse().expect("valid"));
    let apache_reader = GenericDatumReader::builder(apache(SCHEMA))
        .build()
        .expect("valid");
    let value_reader = GenericDatumReader::builder(apache(SCHEMA))
        .build()
        .expect("valid");
    let value = apache_value(&datum);
    let rows = vec![
        reads(HAND, &datum, &order, |datum| {
            hand_written::decode(datum).expect("valid")
        }),
        reads("wireform derive", &datum, &order, move |datum| {
            derived.deserialize(datum).expect("valid")
        }),
        reads("wireform generated", &datum, &same, move |datum| {
            from_schema.deserialize(datum).expect("valid")
        }),
        reads("wireform short strings", &datum, &short, move |datum| {
            short_codec.deserialize(datum).expect("valid")
        }),
        reads("wireform serde", &datum, &order, move |datum| {
            serde.deserialize(datum).expect("valid")
        }),
        reads("serde_avro_fast 2.1", &datum, &order, |datum| {
            serde_avro_fast::from_datum_slice(datum, fast).expect("valid")
        }),
        reads(
            "apache-avro 0.22 serde",
            &datum,
            &order,
            move |mut datum| apache_reader.read_deser(&mut datum).expect("valid"),
        ),
        reads(
            "apache-avro 0.22 Value",
            &datum,
            &value,
            move |mut datum| value_reader.read_value(&mut datum).expect("valid"),
        ),
    ];
    Group {
        name: "avro-decode",
        limit: HAND,
        rows,
    }
}

fn evolved() -> Group {
    let (datum, expected) = (old_datum(), new_order());
    let (same_order, same_datum) = self::datum();
    let codec = Avro::<NewOrder>::new();
    let writer = Schema::parse(OLD_SCHEMA).expect("valid");
    let plan = leaked(codec.plan_for(&writer).expect("compatible"));
    let serde = SerdeAvro::<NewOrder>::new(codec.avro_schema().text()).expect("valid");
    let resolved = ResolvedSchema::new(SchemaKind::Avro, OLD_SCHEMA);
    let serde_plan = serde.plan(&resolved).expect("compatible");
    // It does not know the aliases of fields: for it the field keeps its name.
    let unnamed = codec
        .avro_schema()
        .text()
        .replace("customer_name", "customer");
    let reader = apache(&unnamed);
    let value_reader = GenericDatumReader::builder(apache(OLD_SCHEMA))
        .reader_schema(reader)
        .build()
        .expect("compatible");
    let rows = vec![
        reads(HAND, &datum, &expected, |datum| {
            hand_written::decode_old(datum).expect("valid")
        }),
        reads(
            "hand-written, the whole order",
            &same_datum,
            &same_order,
            |datum| hand_written::decode(datum).expect("valid"),
        ),
        reads("wireform derive", &datum, &expected, move |datum| {
            wireform::ReadPlan::<NewOrder>::decode(plan, &Default::default(), datum).expect("valid")
        }),
        reads("wireform serde", &datum, &expected, move |datum| {
            serde_plan
                .decode(&Default::default(), datum)
                .expect("valid")
        }),
        Row::new("apache-avro 0.22 Value", move || {
            value_reader.read_value(&mut &*datum).expect("valid")
        }),
    ];
    Group {
        name: "avro-evolved",
        limit: HAND,
        rows,
    }
}

fn borrowed() -> Group {
    let (order, datum) = datum();
    let codec = Avro::<OrderRef<'_>>::new();
    assert_eq!(
        codec.decode_ref(&datum).expect("valid"),
        OrderRef::from(&order)
    );
    let owned = datum.clone();
    let rows = vec![
        reads(HAND, &datum, &order, |datum| {
            hand_written::decode(datum).expect("valid")
        }),
        Row::new("wireform derive", move || {
            std::hint::black_box(
                codec
                    .decode_ref(std::hint::black_box(&owned))
                    .expect("valid"),
            );
        }),
    ];
    Group {
        name: "avro-borrowed",
        limit: HAND,
        rows,
    }
}
