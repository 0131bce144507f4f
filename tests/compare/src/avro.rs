//! Avro: bare data, without frames.

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use wireform::avro::{Avro, AvroValue, Schema, SerdeAvro};
use wireform::registry::{ResolvedSchema, SchemaKind};
use wireform::{Deserializer, ReadCodec, ReadPlan, Serializer, SerializerExt};

use crate::generated;
use crate::hand_written;
use crate::measure::{Group, Row};
use crate::order::{
    NEW_SCHEMA, NewOrder, OLD_SCHEMA, Order, OrderRef, SCHEMA, ShortOrder, new_order, order,
};
use crate::rows::{appends, leaked, reads, writes};

pub const HAND: &str = "hand-written";

pub fn groups() -> Vec<Group> {
    vec![encode(), decode(), evolved(), borrowed()]
}

#[track_caller]
pub fn assert_same_order(datum: &[u8], order: &Order) {
    assert_eq!(hand_written::decode(datum).as_ref(), Ok(order));
}

pub fn datum() -> (Order, Vec<u8>) {
    let order = order();
    let mut datum = Vec::new();
    hand_written::encode(&order, &mut datum);
    assert_eq!(datum.len(), 147);
    (order, datum)
}

/// The same order, without what the old schema has not.
pub fn old_datum() -> Vec<u8> {
    let mut datum = Vec::new();
    let mut order = order();
    (order.note, order.tags) = (None, Default::default());
    hand_written::encode(&order, &mut datum);
    datum.truncate(datum.len() - 2);
    datum
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
    let from_schema = Avro::<generated::Order>::new();
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
    let (values, same_value) = (AvroValue::new(SCHEMA).expect("valid"), value.clone());
    let written = value_writer.write_value_to_vec(value.clone());
    assert_same_order(&written.expect("valid"), order);
    assert_same_order(&values.to_vec(&value).expect("valid"), order);
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
        // The maps of this type have an order of their own: the bytes differ, the order does not.
        appends("wireform value", move |out| {
            values.serialize(&same_value, out).expect("valid");
        }),
        writes("serde_avro_fast 2.1", &expected, move |out| {
            serde_avro_fast::to_datum(order, out, &mut fast).expect("valid");
        }),
        writes("apache-avro 0.22 serde", &expected, move |out| {
            apache_writer.write_ser(out, order).expect("valid");
        }),
        Row::new("apache-avro 0.22 Value", move || {
            value_writer
                .write_value_to_vec(value.clone())
                .expect("valid")
        }),
    ];
    Group::new("avro-encode", HAND, rows)
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
    let from_schema = Avro::<generated::Order>::new();
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
    let values = AvroValue::new(SCHEMA).expect("valid");
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
        reads("wireform value", &datum, &value, move |datum| {
            values.deserialize(datum).expect("valid")
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
    Group::new("avro-decode", HAND, rows)
}

fn evolved() -> Group {
    let (datum, expected) = (old_datum(), new_order());
    let (same_order, same_datum) = self::datum();
    let writer = Schema::parse(OLD_SCHEMA).expect("valid");
    let codec = Avro::<NewOrder>::new();
    let plan = leaked(codec.plan_for(&writer).expect("compatible"));
    let generated_codec = Avro::<generated::new::Order>::new();
    let generated_plan = leaked(generated_codec.plan_for(&writer).expect("compatible"));
    let generated_order = generated::new::Order::from(&expected);
    let serde = SerdeAvro::<NewOrder>::new(NEW_SCHEMA).expect("valid");
    let resolved = ResolvedSchema::new(SchemaKind::Avro, OLD_SCHEMA);
    let serde_plan = serde.plan(&resolved).expect("compatible");
    let values = AvroValue::new(NEW_SCHEMA).expect("valid");
    let value_plan = values.plan_for(&writer).expect("compatible");
    let value = new_value(&values);
    let (value_reader, unnamed) = apache_evolved();
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
            ReadPlan::<NewOrder>::decode(plan, &Default::default(), datum).expect("valid")
        }),
        reads(
            "wireform generated",
            &datum,
            &generated_order,
            move |datum| generated_plan.decode(datum).expect("valid"),
        ),
        reads("wireform serde", &datum, &expected, move |datum| {
            serde_plan
                .decode(&Default::default(), datum)
                .expect("valid")
        }),
        reads("wireform value", &datum, &value, move |datum| {
            value_plan.decode(datum).expect("valid")
        }),
        reads(
            "apache-avro 0.22 Value",
            &datum,
            &unnamed,
            move |mut datum| value_reader.read_value(&mut datum).expect("valid"),
        ),
    ];
    Group::new("avro-evolved", HAND, rows)
}

/// The order as generic values of today's schema.
fn new_value(values: &AvroValue) -> Value {
    let datum = Avro::<NewOrder>::new().to_vec(&new_order());
    values.deserialize(&datum.expect("valid")).expect("valid")
}

/// Its reader, and what it is to read. It does not know the aliases of fields: for it the field
/// keeps its name.
fn apache_evolved() -> (GenericDatumReader<'static>, Value) {
    let unnamed = apache(leaked(NEW_SCHEMA.replace("customer_name", "customer")));
    let reader = GenericDatumReader::builder(apache(OLD_SCHEMA))
        .reader_schema(unnamed)
        .build()
        .expect("compatible");
    let datum = Avro::<NewOrder>::new().to_vec(&new_order()).expect("valid");
    let same = GenericDatumReader::builder(unnamed).build().expect("valid");
    (reader, same.read_value(&mut &*datum).expect("valid"))
}

fn borrowed() -> Group {
    let (order, datum) = datum();
    let (order, datum) = (leaked(order), leaked(datum));
    let derived = Avro::<OrderRef<'_>>::new();
    let generated_codec = Avro::<generated::OrderRef<'_>>::new();
    let rows = vec![
        reads(HAND, datum, order, |datum| {
            hand_written::decode(datum).expect("valid")
        }),
        borrows("wireform derive", datum, &order.into(), move |datum| {
            derived.decode_ref(datum).expect("valid")
        }),
        borrows("wireform generated", datum, &order.into(), move |datum| {
            generated_codec.decode_ref(datum).expect("valid")
        }),
    ];
    Group::new("avro-borrowed", HAND, rows)
}

/// As [`reads`], for values that point into the datum.
fn borrows<T: PartialEq + std::fmt::Debug>(
    name: &'static str,
    datum: &'static [u8],
    expected: &T,
    read: impl Fn(&'static [u8]) -> T + 'static,
) -> Row {
    assert_eq!(read(datum), *expected, "{name}");
    Row::new(name, move || read(std::hint::black_box(datum)))
}
