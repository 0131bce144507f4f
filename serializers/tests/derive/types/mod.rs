//! Every shape that can derive `Avro`, with every type that a program may choose: random values are
//! written and read again, also by way of another writer's schema.

use std::fmt::Debug;

use serde_json::{Map, Value as Json, json};
use wireform::__private::AvroBorrow;
use wireform::avro::json::AvroJson;
use wireform::avro::{Avro, AvroDecode, AvroEncode, Schema, Transcoder};
use wireform::{Deserializer, ErrorKind, SerializerExt};

mod collections;
mod names;
mod random;
mod records;
mod scalars;
mod unions;

use self::random::{Arbitrary, Random};

/// Of each type.
const VALUES: u64 = 150;
/// Of each value.
const DAMAGES: usize = 40;

/// A struct, and random values of it.
macro_rules! record {
    ($(#[$meta:meta])* struct $name:ident { $($(#[$of_field:meta])* $field:ident: $type:ty,)* }) => {
        #[derive(wireform::Avro, Clone, Debug, PartialEq)]
        $(#[$meta])*
        struct $name { $($(#[$of_field])* $field: $type,)* }

        impl $crate::types::random::Arbitrary for $name {
            #[allow(unused_variables, reason = "a record without fields")]
            fn arbitrary(random: &mut $crate::types::random::Random) -> Self {
                Self { $($field: random.value(),)* }
            }
        }
    };
}

/// An enum, and random values of it.
macro_rules! choice {
    ($(#[$meta:meta])* enum $name:ident {
        $($(#[$of_variant:meta])* $variant:ident $(($type:ty))?,)+
    }) => {
        #[derive(wireform::Avro, Clone, Debug, PartialEq)]
        $(#[$meta])*
        enum $name { $($(#[$of_variant])* $variant $(($type))?,)+ }

        impl $crate::types::random::Arbitrary for $name {
            fn arbitrary(random: &mut $crate::types::random::Random) -> Self {
                type Make = fn(&mut $crate::types::random::Random) -> $name;
                let all: &[Make] = &[$(|_random| $name::$variant $((_random.value::<$type>()))?,)+];
                all[random.below(all.len())](random)
            }
        }
    };
}
pub(crate) use {choice, record};

/// Random values of `T`.
#[track_caller]
fn check<T>()
where
    T: AvroEncode + for<'de> AvroDecode<'de> + Arbitrary + PartialEq + Debug,
{
    let codec = Avro::<T>::new();
    let own = codec.avro_schema();
    let other = changed(own);
    let (transcoder, json) = (Transcoder::new(own, &other).unwrap(), AvroJson::new(own));
    let plan = codec.plan_for(&other).unwrap();
    for seed in 0..VALUES {
        let value = Random::new(seed).value::<T>();
        let datum = codec.to_vec(&value).unwrap();
        assert_eq!(codec.deserialize(&datum).unwrap(), value, "{datum:?}");

        let mut written = Vec::new();
        transcoder.transcode(&datum, &mut written).unwrap();
        assert_eq!(plan.decode(&written).unwrap(), value, "{written:?}");

        let text = json.to_text(&datum).unwrap();
        assert_eq!(json.to_datum(&text).unwrap(), datum, "{text}");
        check_damaged(&codec, &datum);
    }
}

/// What borrows has the same schema as `Owned`, and is written as it was read.
#[track_caller]
fn check_borrowed<T, Owned>()
where
    T: AvroBorrow,
    for<'a> T::For<'a>: AvroEncode + PartialEq + Debug,
    Owned: AvroEncode + Arbitrary + Debug,
{
    let (owned, borrowed) = (Avro::<Owned>::new(), Avro::<T>::new());
    let own = owned.avro_schema();
    let other = changed(own);
    assert_eq!(
        own.canonical_form(),
        borrowed.avro_schema().canonical_form()
    );
    let transcoder = Transcoder::new(own, &other).unwrap();
    let plan = borrowed.plan_for(&other).unwrap();
    for seed in 0..VALUES {
        let value = Random::new(seed).value::<Owned>();
        let datum = owned.to_vec(&value).unwrap();
        let mut written = Vec::new();
        transcoder.transcode(&datum, &mut written).unwrap();
        let read = borrowed.decode_ref(&datum).unwrap();
        let mut again = Vec::new();
        let codec = Avro::<T::For<'_>>::new();
        wireform::Serializer::serialize(&codec, &read, &mut again).unwrap();
        assert_eq!(again, datum, "{value:?}");

        assert_eq!(plan.decode_ref(&written).unwrap(), read, "{value:?}");
    }
}

/// Cut off anywhere or with a byte more, no value; with any byte another one, a value or an error.
/// Of long data, at some places.
#[track_caller]
fn check_damaged<T>(codec: &Avro<T>, datum: &[u8])
where
    T: AvroEncode + for<'de> AvroDecode<'de> + Debug,
{
    let step = 1 + datum.len() / DAMAGES;
    for end in (0..datum.len()).step_by(step) {
        let error = codec.deserialize(&datum[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}: cut at {end}");
    }
    let mut damaged = [datum, &[0]].concat();
    let error = codec.deserialize(&damaged).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}: a byte more");
    damaged.pop();
    for place in (0..datum.len()).step_by(step) {
        damaged[place] ^= 1 << (place % 8);
        if let Ok(value) = codec.deserialize(&damaged) {
            // A decimal of too many digits is read, and not written.
            let _ = codec.to_vec(&value);
        }
        damaged[place] = datum[place];
    }
}

/// The schema of another writer of the same values: fields, symbols and branches in another order,
/// fields and symbols that nobody knows, text as bytes.
fn changed(schema: &Schema) -> Schema {
    let json: Json = serde_json::from_str(schema.text()).unwrap();
    let text = change(json, false).to_string();
    Schema::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn change(schema: Json, is_in_union: bool) -> Json {
    match schema {
        Json::Array(branches) => branches
            .into_iter()
            .rev()
            .map(|branch| change(branch, true))
            .collect(),
        // Bytes and text may both be branches.
        Json::String(name) if name == "string" && !is_in_union => json!("bytes"),
        Json::Object(mut object) => {
            match object["type"].as_str() {
                Some("record") => change_fields(&mut object),
                Some("enum") => change_symbols(&mut object),
                Some("array") => change_inner(&mut object, "items"),
                Some("map") => change_inner(&mut object, "values"),
                _ => {}
            }
            Json::Object(object)
        }
        name => name,
    }
}

fn change_inner(object: &mut Map<String, Json>, key: &str) {
    let inner = object[key].take();
    object[key] = change(inner, false);
}

fn change_symbols(object: &mut Map<String, Json>) {
    let symbols = object["symbols"].as_array_mut().unwrap();
    symbols.reverse();
    symbols.insert(0, json!("NobodyKnows"));
}

/// A name is defined where it is met first, so the fields keep their order where they hold types.
fn change_fields(object: &mut Map<String, Json>) {
    let fields = object["fields"].as_array_mut().unwrap();
    for field in fields.iter_mut() {
        let field = field.as_object_mut().unwrap();
        change_inner(field, "type");
        field.remove("default");
    }
    let is_simple = |field: &Json| !field["type"].to_string().contains("\"name\":");
    let (mut simple, complex): (Vec<_>, Vec<_>) =
        std::mem::take(fields).into_iter().partition(is_simple);
    simple.reverse();
    fields.extend(complex);
    fields.push(json!({
        "name": "nobody_knows",
        "type": {"type": "array", "items": ["null", "string"]},
        "default": [null, "text"]
    }));
    fields.extend(simple);
}
