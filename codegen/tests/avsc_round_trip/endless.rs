//! Records that hold themselves without end: there is no value of them, but there are lists without
//! one.

use wireform::avro::{Avro, AvroType};
use wireform::{Deserializer, ErrorKind, SerializerExt};

mod owned {
    include!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden_avsc/endless.rs"
    ));
}

mod lean {
    include!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden_avsc/lean_endless.rs"
    ));
}

/// No places, none by name, null, no pairs, 7.
const DATUM: [u8; 5] = [0, 0, 0, 0, 14];

#[test]
fn lists_without_a_record_are_read_and_written() {
    let codec = Avro::<owned::endless::World>::new();
    let world = codec.deserialize(&DATUM).unwrap();
    assert_eq!(world.number, 7);
    assert!(world.places.is_empty() && world.pairs.is_empty() && world.maybe.is_none());
    assert_eq!(codec.to_vec(&world).unwrap(), DATUM);
    let plan = codec.plan_for(codec.avro_schema()).unwrap();
    assert_eq!(plan.decode(&DATUM).unwrap(), world);

    let lean = Avro::<lean::endless::WorldRef<'_>>::new();
    assert_eq!(lean.decode_ref(&DATUM).unwrap().number, 7);
    let file = <owned::endless::World as AvroType>::FILE.unwrap();
    assert!(file.text().starts_with("// Records that hold themselves"));
}

#[test]
fn a_record_without_end_is_an_error() {
    let codec = Avro::<owned::endless::World>::new();
    let endless = [&[2_u8][..], &[2, b'x'].repeat(200)].concat();
    let error = codec.deserialize(&endless).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
    let error = codec.deserialize(&[2, 2, b'x']).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}
