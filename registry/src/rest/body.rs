use std::fmt;

use serde::{Deserialize, Serialize};

#[cfg(feature = "http")]
use crate::admin::ImportPlace;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, Version};
use crate::registry::RegisterOptions;
use crate::schema::{Reference, RegisteredSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::subject::Subject;

/// The body of register, lookup and check. Nothing is ever `null`: Redpanda answers 422 to
/// `"metadata": null`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SchemaRequest<'a> {
    schema: &'a str,
    /// Left out for Avro, the default: old servers do not know the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<ReferenceRequest<'a>>,
    /// Where the schema goes when it is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
}

#[derive(Serialize)]
struct ReferenceRequest<'a> {
    name: &'a str,
    subject: &'a str,
    version: u32,
}

/// The answer of every call that returns a schema; each call looks at the fields it needs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SchemaAnswer {
    pub(crate) subject: Option<String>,
    pub(crate) version: Option<u32>,
    /// Signed in Confluent's server (a Java `int`), wider elsewhere.
    pub(crate) id: Option<i64>,
    /// Confluent 8 and newer.
    pub(crate) guid: Option<String>,
    pub(crate) schema_type: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) references: Option<Vec<ReferenceAnswer>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReferenceAnswer {
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) version: u32,
}

impl<'a> SchemaRequest<'a> {
    pub(crate) fn new(schema: &'a SchemaDef) -> Self {
        let references = schema.references.iter().map(|reference| ReferenceRequest {
            name: &reference.name,
            subject: reference.subject.as_str(),
            version: reference.version.as_u32(),
        });
        Self {
            schema: &schema.text,
            schema_type: (schema.kind != SchemaKind::Avro).then(|| schema.kind.as_str()),
            references: references.collect(),
            id: None,
            version: None,
        }
    }

    /// Sets the id and the version from `place`.
    #[cfg(feature = "http")]
    pub(crate) fn at(mut self, place: ImportPlace) -> Self {
        self.id = Some(place.id.as_u32());
        self.version = place.version.map(Version::as_u32);
        self
    }

    pub(crate) fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| {
            Error::new(ErrorKind::Config, "the schema cannot be sent as JSON").with_source(error)
        })
    }
}

impl SchemaAnswer {
    /// The answer to "the schema with this id".
    pub(crate) fn into_stored_by_id(self, id: SchemaId) -> Result<StoredSchema> {
        if self.id()?.is_some_and(|found| found != id) {
            return Err(contradiction("another id", "schema id", &id));
        }
        Ok(StoredSchema {
            id: Some(id),
            guid: self.guid()?,
            def: self.def()?,
        })
    }

    /// The answer to "the schema with this GUID".
    pub(crate) fn into_stored_by_guid(self, guid: SchemaGuid) -> Result<StoredSchema> {
        if self.guid()?.is_some_and(|found| found != guid) {
            return Err(contradiction("another GUID", "schema GUID", &guid));
        }
        Ok(StoredSchema {
            id: self.id()?,
            guid: Some(guid),
            def: self.def()?,
        })
    }

    /// The answer to a question about `subject`, and about `version` if there was one.
    pub(crate) fn into_registered(
        self,
        subject: &Subject,
        version: Option<Version>,
    ) -> Result<RegisteredSchema> {
        self.check_subject(subject)?;
        let found = self.version()?.ok_or_else(|| missing("version"))?;
        if version.is_some_and(|version| version != found) {
            return Err(contradiction("another version", "subject", subject));
        }
        Ok(RegisteredSchema {
            version: found,
            id: self.id()?.ok_or_else(|| missing("id"))?,
            guid: self.guid()?,
            def: self.def()?,
            subject: subject.clone(),
        })
    }

    /// Fails if the answer names another subject than the one asked about. A registry may write
    /// the context in front, `:.ctx:orders` for `orders`.
    pub(crate) fn check_subject(&self, asked: &Subject) -> Result<()> {
        match &self.subject {
            Some(found) if unqualified(found) != unqualified(asked.as_str()) => {
                Err(contradiction("another subject", "subject", asked))
            }
            _ => Ok(()),
        }
    }

    /// The answer to "is `asked` registered under `subject`?"
    pub(crate) fn into_found(
        self,
        subject: &Subject,
        asked: &SchemaDef,
    ) -> Result<RegisteredSchema> {
        let def = self.def_like(subject, asked)?;
        Ok(RegisteredSchema {
            def,
            ..self.into_registered(subject, None)?
        })
    }

    /// Fails if the answer names another id than `id`.
    pub(crate) fn check_id(&self, id: SchemaId, subject: &Subject) -> Result<()> {
        if self.id()?.is_none_or(|found| found == id) {
            return Ok(());
        }
        Err(contradiction("two ids", "subject", subject))
    }

    /// The answer to registering `schema`; `None` if it leaves open what was registered.
    #[cfg_attr(
        not(feature = "http"),
        allow(dead_code, reason = "`http` registers so")
    )]
    pub(crate) fn as_registration(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<Option<RegisteredSchema>> {
        self.check_subject(subject)?;
        let id = self.id()?.ok_or_else(|| missing("id"))?;
        let Some(version) = self.version()? else {
            return Ok(None);
        };
        if options.normalize && self.schema.is_none() {
            return Ok(None);
        }
        Ok(Some(RegisteredSchema {
            subject: subject.clone(),
            version,
            id,
            guid: self.guid()?,
            def: self.def_like(subject, schema)?,
        }))
    }

    pub(crate) fn id(&self) -> Result<Option<SchemaId>> {
        self.id.map(schema_id).transpose()
    }

    pub(crate) fn version(&self) -> Result<Option<Version>> {
        self.version
            .map(|number| Version::new(number).map_err(|_| invalid("version")))
            .transpose()
    }

    pub(crate) fn guid(&self) -> Result<Option<SchemaGuid>> {
        self.guid
            .as_deref()
            .map(|text| text.parse().map_err(|_| invalid("guid")))
            .transpose()
    }

    pub(crate) fn def(&self) -> Result<SchemaDef> {
        let text = self.schema.as_deref().ok_or_else(|| missing("schema"))?;
        let kind = self.kind()?.unwrap_or(SchemaKind::Avro);
        let references = self.references()?.unwrap_or_default();
        Ok(SchemaDef::new(kind, text).with_references(references))
    }

    /// The schema in an answer to a question that held one. What the answer leaves out is as in
    /// the question: Apicurio 3.3 answers a lookup without the type, whichever it is.
    fn def_like(&self, subject: &Subject, asked: &SchemaDef) -> Result<SchemaDef> {
        let kind = self.kind()?.unwrap_or(asked.kind);
        if kind != asked.kind {
            return Err(contradiction("another schema type", "subject", subject));
        }
        let references = self.references()?;
        Ok(SchemaDef {
            kind,
            text: self
                .schema
                .as_deref()
                .map_or_else(|| asked.text.clone(), Into::into),
            references: references.unwrap_or_else(|| asked.references.clone()),
        })
    }

    fn kind(&self) -> Result<Option<SchemaKind>> {
        let name = self.schema_type.as_deref().filter(|name| !name.is_empty());
        name.map(|name| {
            name.parse().map_err(|_| {
                let message = format!("unknown schema type \"{}\"", bounded(name, 40));
                Error::new(ErrorKind::Unsupported, message)
            })
        })
        .transpose()
    }

    fn references(&self) -> Result<Option<Vec<Reference>>> {
        let Some(references) = &self.references else {
            return Ok(None);
        };
        let references = references.iter().map(|reference| {
            Ok(Reference {
                name: reference.name.clone(),
                subject: Subject::new(reference.subject.as_str())?,
                version: Version::new(reference.version)?,
            })
        });
        let references: Result<_> = references.collect();
        references.map(Some).map_err(|_| invalid("references"))
    }
}

/// An id as JSON writes it: a negative one is a Java `int` with its highest bit set.
pub(crate) fn schema_id(number: i64) -> Result<SchemaId> {
    u32::try_from(number)
        .or_else(|_| i32::try_from(number).map(i32::cast_unsigned))
        .map(SchemaId::new)
        .map_err(|_| invalid("id"))
}

/// `name` without the context in front of it, `:.ctx:name`. Two contexts are never asked about
/// in one call, so the names alone decide.
fn unqualified(name: &str) -> &str {
    name.strip_prefix(":.")
        .and_then(|rest| rest.split_once(':'))
        .map_or(name, |(_, name)| name)
}

/// Text from outside, fit for a message: at most `limit` characters on one line.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    let mut out: String = text
        .chars()
        .take(limit)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(limit).is_some() {
        out.push('…');
    }
    out
}

fn missing(field: &str) -> Error {
    let message = format!("the registry's answer has no {field:?}");
    Error::new(ErrorKind::InvalidResponse, message)
}

pub(crate) fn invalid(field: &str) -> Error {
    let message = format!("the registry's answer has an impossible {field:?}");
    Error::new(ErrorKind::InvalidResponse, message)
}

fn contradiction(what: &str, thing: &str, asked: &impl fmt::Display) -> Error {
    let message = format!("{thing} \"{asked}\": the registry answered about {what}");
    Error::new(ErrorKind::InvalidResponse, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_request(schema: &SchemaDef, expected: &str) {
        let json = SchemaRequest::new(schema).to_json().ok();
        assert_eq!(json.as_deref(), Some(expected));
    }

    #[test]
    fn avro_is_not_named_and_nothing_is_null() {
        check_request(
            &SchemaDef::new(SchemaKind::Avro, "\"string\""),
            r#"{"schema":"\"string\""}"#,
        );
    }

    #[test]
    fn other_types_and_references_are_named() {
        let reference = Reference {
            name: "a.proto".into(),
            subject: Subject::new("a").unwrap(),
            version: Version::new(2).unwrap(),
        };
        check_request(
            &SchemaDef::new(SchemaKind::Protobuf, "x").with_references(vec![reference]),
            r#"{"schema":"x","schemaType":"PROTOBUF","references":[{"name":"a.proto","subject":"a","version":2}]}"#,
        );
    }

    #[track_caller]
    fn check_answer(json: &str, expected: Result<u32, ErrorKind>) {
        let answer: SchemaAnswer = serde_json::from_str(json).unwrap();
        let subject = Subject::new("orders").unwrap();
        let registered = answer.into_registered(&subject, Version::new(2).ok());
        let found = registered.map(|schema| schema.id.as_u32());
        assert_eq!(found.map_err(|error| error.kind()), expected, "{json}");
    }

    #[test]
    fn answers_that_contradict_the_question_are_refused() {
        let no = Err(ErrorKind::InvalidResponse);
        check_answer(
            r#"{"subject":"orders","version":2,"id":7,"schema":"x"}"#,
            Ok(7),
        );
        check_answer(
            r#"{"subject":":.ctx:orders","version":2,"id":7,"schema":"x"}"#,
            Ok(7),
        );
        check_answer(r#"{"subject":"other","version":2,"id":7,"schema":"x"}"#, no);
        check_answer(
            r#"{"subject":"orders","version":3,"id":7,"schema":"x"}"#,
            no,
        );
        check_answer(r#"{"version":0,"id":7,"schema":"x"}"#, no);
        check_answer(r#"{"id":7,"schema":"x"}"#, no);
        check_answer(r#"{"version":2,"schema":"x"}"#, no);
        check_answer(r#"{"version":2,"id":7}"#, no);
        check_answer(r#"{"version":2,"id":7,"schema":"x","guid":"1"}"#, no);
        check_answer(
            r#"{"version":2,"id":7,"schema":"x","schemaType":"FLAT"}"#,
            Err(ErrorKind::Unsupported),
        );
    }

    #[test]
    fn an_answer_may_leave_out_what_the_question_said() {
        let subject = Subject::new("orders").unwrap();
        let reference = Reference {
            name: "a.proto".into(),
            subject: Subject::new("a").unwrap(),
            version: Version::new(2).unwrap(),
        };
        let asked = SchemaDef::new(SchemaKind::Protobuf, "x").with_references(vec![reference]);
        let found = |json: &str| {
            let answer: SchemaAnswer = serde_json::from_str(json).unwrap();
            let found = answer.into_found(&subject, &asked);
            found.map(|found| found.def).map_err(|error| error.kind())
        };
        assert_eq!(
            found(r#"{"version":1,"id":1,"schema":"x"}"#),
            Ok(asked.clone())
        );
        assert_eq!(
            found(r#"{"version":1,"id":1,"schema":"x","schemaType":"AVRO"}"#),
            Err(ErrorKind::InvalidResponse)
        );
    }

    #[test]
    fn ids_use_all_32_bits() {
        check_answer(
            r#"{"version":2,"id":4294967295,"schema":"x"}"#,
            Ok(u32::MAX),
        );
        check_answer(r#"{"version":2,"id":-1,"schema":"x"}"#, Ok(u32::MAX));
        for id in ["4294967296", "-2147483649"] {
            check_answer(
                &format!(r#"{{"version":2,"id":{id},"schema":"x"}}"#),
                Err(ErrorKind::InvalidResponse),
            );
        }
    }

    #[test]
    fn foreign_text_is_cut_and_kept_on_one_line() {
        assert_eq!(bounded("a\nb\u{1b}[1mc", 5), "a b […");
        assert_eq!(bounded("abc", 3), "abc");
    }
}
