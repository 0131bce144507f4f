//! Generic values of two hostile schemas, and the same datum without a value in between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wireform::avro::{AvroValue, Schema, Transcoder};
use wireform::{Deserializer, SerializerExt};

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (writer, reader, datum) = input;
    let (Ok(writer), Ok(reader)) = (Schema::parse(writer), Schema::parse(reader)) else { return };
    let Ok(transcoder) = Transcoder::new(&writer, &reader) else { return };
    let codec = AvroValue::with_schema(&reader).expect("it was planned for already");
    let plan = codec.plan_for(&writer).expect("it was planned for already");
    let Ok(value) = plan.decode(datum) else { return };
    let mut out = Vec::new();
    if transcoder.transcode(datum, &mut out).is_err() {
        return;
    }
    // The reader's own limits go by what it reads.
    let Ok(same) = codec.deserialize(&out) else { return };
    assert_eq!(format!("{same:?}").len(), format!("{value:?}").len());
    if let Ok(written) = codec.to_vec(&value) {
        assert_eq!(written.len(), codec.to_vec(&same).expect("it is the same").len());
    }
});
