use axum::body::{Body as Stream, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use serde_json::{Map, Value};

use crate::admin::ImportPlace;
use crate::id::{SchemaId, Version};
use crate::schema::{Reference, SchemaDef, SchemaKind};
use crate::server::answer::Refusal;
use crate::server::resource::subject;

/// The body of a request: a JSON object, or nothing.
pub(super) struct Body(Option<Map<String, Value>>);

/// The content of a body that holds a schema.
pub(super) struct SchemaBody {
    pub(super) schema: SchemaDef,
    pub(super) id: Option<SchemaId>,
    pub(super) version: Option<Version>,
}

impl Body {
    pub(super) fn empty() -> Self {
        Self(None)
    }

    /// Reads at most 8 MiB; a longer body is refused as soon as its length is announced.
    pub(super) async fn read(headers: &HeaderMap, stream: Stream) -> Result<Self, Refusal> {
        let announced = headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > BODY_LIMIT as u64) {
            return Err(Refusal::status(413));
        }
        let bytes = to_bytes(stream, BODY_LIMIT).await.map_err(|error| {
            // axum has one error for a body that is too long and for one that broke off; in the
            // second case, the client cannot read the answer any more.
            drop(error);
            Refusal::status(413)
        })?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::empty());
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Null) => Ok(Self::empty()),
            Ok(Value::Object(fields)) => Ok(Self(Some(fields))),
            Ok(_) => Err(malformed("the request is not a JSON object")),
            Err(error) => Err(malformed(&error.to_string())),
        }
    }

    /// The fields; `null` counts as absent. Unknown fields are ignored: Confluent's requests are
    /// `ignoreUnknown`, so that newer clients work with older servers.
    pub(super) fn fields(&self) -> Result<Fields<'_>, Refusal> {
        let fields = self.0.as_ref();
        fields
            .map(Fields)
            .ok_or_else(|| Refusal::code(422, "The request must not be null"))
    }

    pub(super) fn schema(&self) -> Result<SchemaBody, Refusal> {
        let fields = self.fields()?;
        for name in [
            "metadata",
            "ruleSet",
            "schemaTagsToAdd",
            "schemaTagsToRemove",
        ] {
            fields.refuse(name)?;
        }
        let text = fields.text("schema")?.unwrap_or_default();
        let kind = kind(fields.text("schemaType")?)?;
        let schema = SchemaDef::new(kind, text).with_references(fields.references()?);
        Ok(SchemaBody {
            schema,
            // -1 is Confluent's "none", 0 that of versions.
            id: fields
                .number("id")?
                .filter(|id| *id >= 0)
                .map(to_id)
                .transpose()?,
            version: fields.version("version")?,
        })
    }
}

impl SchemaBody {
    /// Returns where to import the schema, if the request is an import.
    pub(super) fn place(&self) -> Option<ImportPlace> {
        let version = self.version;
        self.id.map(|id| ImportPlace { id, version })
    }
}

/// The fields of a body.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A string; numbers and truth values are taken for one, as Jackson does.
    pub(super) fn text(self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
            Some(_) => Err(malformed(&format!("the field {name:?} is not a string"))),
        }
    }

    pub(super) fn truth(self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_str().and_then(|text| text.parse().ok());
        let truth = value.as_bool().or(text).map(Some);
        truth.ok_or_else(|| malformed(&format!("the field {name:?} is not true or false")))
    }

    /// Fails if the field is there and holds anything: what cannot be kept is not dropped
    /// silently.
    pub(super) fn refuse(self, name: &str) -> Result<(), Refusal> {
        let is_empty = self.get(name).is_none_or(|value| match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.values().all(Value::is_null),
            Value::Bool(is_set) => !is_set,
            _ => false,
        });
        if is_empty {
            return Ok(());
        }
        let message = format!("this registry does not support the field {name:?}");
        Err(Refusal::code(42201, message))
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn number(self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_str().and_then(|text| text.parse().ok());
        value
            .as_i64()
            .or(text)
            .map(Some)
            .ok_or_else(|| malformed(&format!("the field {name:?} is not a number")))
    }

    fn version(self, name: &str) -> Result<Option<Version>, Refusal> {
        let number = self.number(name)?.filter(|number| *number > 0);
        let number = number.and_then(|number| u32::try_from(number).ok());
        Ok(number.map(Version::new).transpose()?)
    }

    fn references(self) -> Result<Vec<Reference>, Refusal> {
        let references = match self.get("references") {
            None => return Ok(Vec::new()),
            Some(Value::Array(references)) => references,
            Some(_) => return Err(malformed("the field \"references\" is not a list")),
        };
        references.iter().map(reference).collect()
    }
}

fn reference(value: &Value) -> Result<Reference, Refusal> {
    let incomplete = || Refusal::code(42201, "a reference lacks its name, subject or version");
    let fields = Fields(value.as_object().ok_or_else(incomplete)?);
    Ok(Reference {
        name: fields.text("name")?.ok_or_else(incomplete)?,
        subject: subject(&fields.text("subject")?.ok_or_else(incomplete)?)?,
        version: fields.version("version")?.ok_or_else(incomplete)?,
    })
}

fn kind(name: Option<String>) -> Result<SchemaKind, Refusal> {
    let Some(name) = name else {
        return Ok(SchemaKind::Avro);
    };
    // Types are written in upper case: the parser is kinder than the server.
    let kind = name
        .parse()
        .ok()
        .filter(|kind: &SchemaKind| kind.as_str() == name);
    kind.ok_or_else(|| Refusal::code(42201, format!("Invalid schema type {name}")))
}

fn to_id(number: i64) -> Result<SchemaId, Refusal> {
    let number = u32::try_from(number).map_err(|_| malformed("the field \"id\" is too large"))?;
    Ok(SchemaId::new(number))
}

fn malformed(message: &str) -> Refusal {
    Refusal::code(400, message)
}

const BODY_LIMIT: usize = 8 * 1024 * 1024;
