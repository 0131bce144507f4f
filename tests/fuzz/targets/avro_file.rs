//! A container file, all of it hostile: schema, metadata, blocks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wireform::avro::AvroValue;
use wireform::avro::file::{Options, RawReader, RawWriter, Reader};

fuzz_target!(|file: &[u8]| {
    let Ok(mut reader) = RawReader::new(file) else { return };
    let schema = reader.schema().clone();
    // A file of one text has a schema of one text.
    let mut copy = RawWriter::new(Vec::new(), &schema, &Options::new()).expect("a schema alone");
    let mut count = 0;
    while let Ok(Some(datum)) = reader.next_datum() {
        if count == 1000 {
            return;
        }
        copy.append_datum(datum).expect("what was read can be written");
        count += 1;
    }
    let copy = copy.finish().expect("a vector takes everything");
    let mut reader = RawReader::new(&*copy).expect("what was written can be read");
    for _ in 0..count {
        reader.next_datum().expect("what was written can be read").expect("as many");
    }
    assert!(reader.next_datum().expect("the end").is_none());
    let Ok(codec) = AvroValue::with_schema(&schema) else { return };
    for record in Reader::new(file, &codec).expect("its own schema").take(1000) {
        let _ = record;
    }
});
