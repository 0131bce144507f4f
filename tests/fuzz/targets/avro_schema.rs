//! Texts of Avro schemas.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wireform::avro::{Schema, check_compatibility};

fuzz_target!(|text: &str| {
    let Ok(schema) = Schema::parse(text) else { return };
    assert_eq!(schema.text(), text);
    let canonical = schema.canonical_form();
    let again = Schema::parse(&canonical).expect("a canonical form is a schema");
    assert_eq!(again.canonical_form(), canonical);
    assert_eq!(again.fingerprint(), schema.fingerprint());
    assert!(check_compatibility(&schema, &schema).is_empty(), "a schema reads its own data");
});
