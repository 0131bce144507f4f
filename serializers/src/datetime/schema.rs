//! The newtypes in a JSON Schema, so that schema and value switch together.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::civil::{CivilDatetime, CivilKind};
use super::newtype::{Civil, Epoch, Rfc3339};

/// `{"type": "string", "format": "date-time"}`. For a field with
/// `#[serde(with = "wireform::datetime::rfc3339::millis")]` say
/// `#[schemars(with = "Rfc3339<T, Millis>")]` beside it.
#[cfg_attr(docsrs, doc(cfg(feature = "schemars")))]
impl<T, P> JsonSchema for Rfc3339<T, P> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rfc3339".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

/// `{"type": "integer", "format": "int64"}`.
#[cfg_attr(docsrs, doc(cfg(feature = "schemars")))]
impl<T, U> JsonSchema for Epoch<T, U> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Epoch".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "format": "int64"})
    }
}

/// `{"type": "string", "format": "date"}` for a date. JSON Schema's own `time` and `date-time` have a
/// zone: a time of day is a `time-local`, a datetime a `date-time-local`, names of the OpenAPI
/// initiative's format registry, and beside them is a `pattern`, which every validator checks.
#[cfg_attr(docsrs, doc(cfg(feature = "schemars")))]
impl<T: CivilDatetime, P> JsonSchema for Civil<T, P> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Civil".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}";
        const TIME: &str = "[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?$";
        let (format, pattern) = match T::KIND {
            CivilKind::Date => return json_schema!({"type": "string", "format": "date"}),
            CivilKind::Time => ("time-local", format!("^{TIME}")),
            CivilKind::Datetime => ("date-time-local", format!("{DATE}[Tt]{TIME}")),
        };
        json_schema!({"type": "string", "format": format, "pattern": pattern})
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use serde::Serialize;

    use crate::datetime::{Epoch, Millis, Rfc3339};
    use crate::{ErrorKind, SchemaFormat, SerializerExt};

    #[test]
    fn datetimes_say_what_they_are() {
        #[derive(Serialize, schemars::JsonSchema)]
        struct Seen {
            at: Rfc3339<SystemTime, Millis>,
            #[serde(with = "wireform::datetime::rfc3339::millis")]
            #[schemars(with = "Rfc3339<SystemTime, Millis>")]
            by_module: SystemTime,
            counted: Option<Epoch<SystemTime, Millis>>,
        }
        let codec = crate::JsonSchema::<Seen>::derived().unwrap();
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

        // Text that is not a datetime does not fit the same schema.
        let text_codec = crate::JsonSchema::<serde_json::Value>::new(text).unwrap();
        let other = serde_json::json!({"at": "yesterday", "by_module": "1970-01-01T00:00:00Z"});
        let error = text_codec.to_vec(&other).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Encode, "at".to_owned())
        );
    }
}
