use schemars::JsonSchema as Described;
use serde::{Deserialize, Serialize};

use crate::{JsonSchema, SchemaFormat, SerializerExt};

#[derive(Serialize, Deserialize, Described)]
struct Order {
    id: String,
    #[serde(default)]
    tags: Vec<String>,
    note: Option<String>,
}

#[test]
fn schema_of_a_type() {
    let codec = JsonSchema::<Order>::derived().unwrap();
    let expected = concat!(
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"id":{"type":"string"},"##,
        r##""note":{"type":["string","null"]},"tags":{"default":[],"items":{"type":"string"},"##,
        r##""type":"array"}},"required":["id"],"title":"Order","type":"object"}"##,
    );
    assert_eq!(&*codec.source().text, expected);
    assert_eq!(codec.source().record.as_deref(), Some("Order"));
    let order = Order {
        id: "7".to_owned(),
        tags: Vec::new(),
        note: None,
    };
    assert_eq!(
        codec.to_vec(&order).unwrap(),
        br#"{"id":"7","tags":[],"note":null}"#
    );
}

#[cfg(feature = "datetime")]
#[test]
fn datetimes_say_what_they_are() {
    use std::time::SystemTime;

    use crate::ErrorKind;
    use crate::datetime::{Epoch, Millis, Rfc3339};

    #[derive(Serialize, Described)]
    struct Seen {
        at: Rfc3339<SystemTime, Millis>,
        #[serde(with = "wireform::datetime::rfc3339::millis")]
        #[schemars(with = "Rfc3339<SystemTime, Millis>")]
        by_module: SystemTime,
        counted: Option<Epoch<SystemTime, Millis>>,
    }
    let codec = JsonSchema::<Seen>::derived().unwrap();
    let text = &*codec.source().text;
    let date_time = r#"{"format":"date-time","type":"string"}"#;
    assert!(text.contains(&format!("\"at\":{date_time}")), "{text}");
    assert!(
        text.contains(&format!("\"by_module\":{date_time}")),
        "{text}"
    );
    assert!(
        text.contains(r#""counted":{"format":"int64","type":["integer","null"]}"#),
        "{text}"
    );
    let seen = Seen {
        at: SystemTime::UNIX_EPOCH.into(),
        by_module: SystemTime::UNIX_EPOCH,
        counted: None,
    };
    let written = codec.to_vec(&seen).unwrap();
    let written = String::from_utf8(written).unwrap();
    assert!(
        written.contains(r#""at":"1970-01-01T00:00:00.000Z""#),
        "{written}"
    );

    // What is no datetime does not fit the same schema.
    let text_codec = JsonSchema::<serde_json::Value>::new(text).unwrap();
    let other = serde_json::json!({"at": "yesterday", "by_module": "1970-01-01T00:00:00Z"});
    let error = text_codec.to_vec(&other).unwrap_err();
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::Encode, "at".to_owned())
    );
}
