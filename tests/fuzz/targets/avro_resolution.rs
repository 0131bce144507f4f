//! A writer schema, a reader schema and a datum, all hostile.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use wireform::avro::SerdeAvro;
use wireform::frame::MessageIndex;
use wireform::registry::ResolvedSchema;
use wireform::{ReadCodec, SchemaKind};

/// Reads anything.
struct Anything;

impl<'de> serde::Deserialize<'de> for Anything {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (writer, reader, datum) = input;
    let Ok(codec) = SerdeAvro::<Anything>::new(reader) else { return };
    let writer = ResolvedSchema::new(SchemaKind::Avro, writer);
    let Ok(plan) = ReadCodec::<Anything>::plan(&codec, &writer) else { return };
    let _ = plan.decode(&MessageIndex::default(), datum);
});
