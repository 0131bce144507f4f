//! The newtypes in a JSON Schema, so that schema and value switch together.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::newtype::{Epoch, Rfc3339};

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
