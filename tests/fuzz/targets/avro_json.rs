//! A schema, a datum of it and a JSON text for it, all hostile; in every style.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wireform::avro::Schema;
use wireform::avro::json::AvroJson;

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (schema, text, datum) = input;
    let Ok(schema) = Schema::parse(schema) else { return };
    let json = AvroJson::new(&schema);
    for json in [json.clone(), json.clone().readable(), json.clone().plain(), json.plain().readable()] {
        for datum in [json.to_datum(text).ok(), Some(datum.to_vec())].into_iter().flatten() {
            let Ok(text) = json.to_text(&datum) else { continue };
            serde_json::from_str::<serde::de::IgnoredAny>(&text).expect("JSON");
            // What is written is read back, though a plain union may give it to another branch.
            let Ok(again) = json.to_datum(&text) else { continue };
            let Ok(text) = json.to_text(&again) else { continue };
            json.to_datum(&text).expect("what was written can be read");
        }
    }
});
