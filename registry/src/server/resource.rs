use std::borrow::Cow;

use axum::http::Method;
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::admin::Include;
use crate::context::{Context, qualified};
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::server::Call;
use crate::server::answer::{Answer, Refusal};
use crate::subject::Subject;

/// The resource that a path names.
#[derive(Debug)]
pub(super) enum Resource {
    Root,
    Subjects,
    Subject(String),
    Versions(String),
    Version(String, String),
    VersionText(String, String),
    ReferencedBy(String, String),
    Schemas,
    SchemaTypes,
    Id(SchemaId),
    IdText(SchemaId),
    IdSubjects(SchemaId),
    IdVersions(SchemaId),
    Guid(String),
    GuidIds(String),
    Config(Option<String>),
    Mode(Option<String>),
    CheckAll(String),
    Check(String, String),
    Contexts,
    ServerId,
    ServerVersion,
}

/// The parameters after the `?`.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Resource {
    /// The resource at `path`; what the path says of a context goes into `query`.
    pub(super) fn parse(path: &str, query: &mut Query) -> Option<Self> {
        let segments: Option<Vec<String>> = path
            .trim_start_matches('/')
            .trim_end_matches('/')
            .split('/')
            .map(decode)
            .collect();
        let segments = segments?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["contexts", context, rest @ ..] if !rest.is_empty() => {
                let context: Context = context.trim_matches(':').parse().ok()?;
                Self::find(rest)?.within(&context, query)
            }
            segments => Self::find(segments),
        }
    }

    fn find(segments: &[&str]) -> Option<Self> {
        let own = |text: &str| text.to_owned();
        Some(match *segments {
            [""] => Self::Root,
            ["subjects"] => Self::Subjects,
            ["subjects", s] => Self::Subject(own(s)),
            ["subjects", s, "versions"] => Self::Versions(own(s)),
            ["subjects", s, "versions", v] => Self::Version(own(s), own(v)),
            ["subjects", s, "versions", v, "schema"] => Self::VersionText(own(s), own(v)),
            ["subjects", s, "versions", v, "referencedby"] => Self::ReferencedBy(own(s), own(v)),
            ["schemas"] => Self::Schemas,
            ["schemas", "types"] => Self::SchemaTypes,
            ["schemas", "ids", id] => Self::Id(parse_id(id)?),
            ["schemas", "ids", id, "schema"] => Self::IdText(parse_id(id)?),
            ["schemas", "ids", id, "subjects"] => Self::IdSubjects(parse_id(id)?),
            ["schemas", "ids", id, "versions"] => Self::IdVersions(parse_id(id)?),
            ["schemas", "guids", guid] => Self::Guid(own(guid)),
            ["schemas", "guids", guid, "ids"] => Self::GuidIds(own(guid)),
            ["config"] => Self::Config(None),
            ["config", s] => Self::Config(Some(own(s))),
            ["mode"] => Self::Mode(None),
            ["mode", s] => Self::Mode(Some(own(s))),
            ["compatibility", "subjects", s, "versions"] => Self::CheckAll(own(s)),
            ["compatibility", "subjects", s, "versions", v] => Self::Check(own(s), own(v)),
            ["contexts"] => Self::Contexts,
            ["v1", "metadata", "id"] => Self::ServerId,
            ["v1", "metadata", "version"] => Self::ServerVersion,
            _ => return None,
        })
    }

    /// Returns the resource in a context, as Confluent's `ContextFilter` does: names are prefixed
    /// with the context, and lists and ids are requested within it.
    fn within(self, context: &Context, query: &mut Query) -> Option<Self> {
        if context.is_default() {
            return Some(self);
        }
        let q = |name: &str| qualify(context, name);
        Some(match self {
            Self::Subject(s) => Self::Subject(q(&s)),
            Self::Versions(s) => Self::Versions(q(&s)),
            Self::Version(s, v) => Self::Version(q(&s), v),
            Self::VersionText(s, v) => Self::VersionText(q(&s), v),
            Self::ReferencedBy(s, v) => Self::ReferencedBy(q(&s), v),
            Self::Config(s) => Self::Config(Some(q(&s.unwrap_or_default()))),
            Self::Mode(s) => Self::Mode(Some(q(&s.unwrap_or_default()))),
            Self::CheckAll(s) => Self::CheckAll(q(&s)),
            Self::Check(s, v) => Self::Check(q(&s), v),
            list @ (Self::Subjects | Self::Schemas) => {
                query.qualify("subjectPrefix", context);
                list
            }
            id @ (Self::Id(_) | Self::IdText(_) | Self::IdSubjects(_) | Self::IdVersions(_)) => {
                query.qualify("subject", context);
                id
            }
            Self::Contexts => return None,
            other => other,
        })
    }

    pub(super) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Subject(_) => &[Method::POST, Method::DELETE],
            Self::Versions(_) => &[Method::GET, Method::POST],
            Self::Version(..) => &[Method::GET, Method::DELETE],
            Self::Config(_) | Self::Mode(Some(_)) => &[Method::GET, Method::PUT, Method::DELETE],
            Self::Mode(None) => &[Method::GET, Method::PUT],
            Self::CheckAll(_) | Self::Check(..) => &[Method::POST],
            Self::Root => &[Method::GET, Method::POST],
            _ => &[Method::GET],
        }
    }

    pub(super) async fn answer(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        match self {
            Self::Root => Ok(Answer::json(&json!({}))),
            Self::Subjects => call.subjects().await,
            Self::Subject(s) if call.method == Method::POST => call.lookup(s).await,
            Self::Subject(s) => call.delete_subject(s).await,
            Self::Versions(s) if call.method == Method::POST => call.register(s).await,
            Self::Versions(s) => call.versions(s).await,
            Self::Version(s, v) if call.method == Method::DELETE => call.delete_version(s, v).await,
            Self::Version(s, v) => call.version(s, v).await,
            Self::VersionText(s, v) => call.version_text(s, v).await,
            Self::ReferencedBy(s, v) => call.referenced_by(s, v).await,
            Self::Schemas => call.schemas().await,
            Self::SchemaTypes => call.schema_types().await,
            Self::Id(id) => call.id(*id).await,
            Self::IdText(id) => call.id_text(*id).await,
            Self::IdSubjects(id) => call.id_subjects(*id).await,
            Self::IdVersions(id) => call.id_versions(*id).await,
            Self::Guid(guid) => call.guid(guid).await,
            Self::GuidIds(guid) => call.guid_ids(guid).await,
            Self::Config(scope) => call.config(scope.as_deref()).await,
            Self::Mode(scope) => call.mode(scope.as_deref()).await,
            Self::CheckAll(s) => call.check(s, None).await,
            Self::Check(s, v) => call.check(s, Some(v)).await,
            Self::Contexts => call.contexts().await,
            Self::ServerId => Ok(Answer::json(&json!({
                "scope": {
                    "path": [],
                    "clusters": {
                        "kafka-cluster": "wireform",
                        "schema-registry-cluster": "schema-registry",
                    },
                },
                "id": "",
            }))),
            Self::ServerVersion => Ok(Answer::json(&json!({
                "version": env!("CARGO_PKG_VERSION"),
                "commitId": "",
            }))),
        }
    }
}

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_value(name), decode_value(value))
        });
        Self(decoded.collect())
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(found, _)| found == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// As Java's `Boolean.valueOf`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub(super) fn include(&self) -> Include {
        if self.flag("deletedOnly") {
            Include::DeletedOnly
        } else if self.flag("deleted") {
            Include::All
        } else {
            Include::Live
        }
    }

    /// The part of a list that `offset` and `limit` name.
    pub(super) fn page<T>(&self, items: Vec<T>) -> Vec<T> {
        let number = |name| self.value(name).and_then(|text| text.parse::<usize>().ok());
        let limit = number("limit").filter(|limit| *limit > 0);
        let rest = items.into_iter().skip(number("offset").unwrap_or(0));
        rest.take(limit.unwrap_or(usize::MAX)).collect()
    }

    pub(super) fn scope(&self) -> Result<Option<Subject>, Refusal> {
        let name = self.value("subject").filter(|name| !name.is_empty());
        name.map(subject).transpose()
    }

    fn qualify(&mut self, name: &str, context: &Context) {
        let value = qualify(context, self.value(name).unwrap_or_default());
        self.0.retain(|(found, _)| found != name);
        self.0.push((name.to_owned(), value));
    }
}

pub(super) fn subject(name: &str) -> Result<Subject, Refusal> {
    Subject::new(name).map_err(|_| {
        let message = format!("The specified subject '{name}' is not a valid.");
        Refusal::code(42208, message)
    })
}

/// As Confluent's `VersionId`: -1 is the newest, too.
pub(super) fn version(text: &str) -> Result<VersionRef, Refusal> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("latest") || text == "-1" {
        return Ok(VersionRef::Latest);
    }
    let number = text
        .parse()
        .ok()
        .and_then(|number| Version::new(number).ok());
    number.map(VersionRef::Number).ok_or_else(|| {
        let message = format!(
            "The specified version '{text}' is not a valid version id. Allowed values are \
             between [1, 2^31-1] and the string \"latest\""
        );
        Refusal::code(42202, message)
    })
}

pub(super) fn guid(text: &str) -> Result<SchemaGuid, Refusal> {
    text.parse()
        .map_err(|_| Refusal::code(40403, format!("Schema {text} not found")))
}

fn parse_id(text: &str) -> Option<SchemaId> {
    // Confluent's server writes ids as a Java `int`: the highest bit makes them negative.
    let number: i64 = text.parse().ok()?;
    let number = u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned));
    number.ok().map(SchemaId::new)
}

fn qualify(context: &Context, name: &str) -> String {
    if qualified(name).is_some() {
        return name.to_owned();
    }
    format!(":{context}:{name}")
}

/// One segment of a path, without the part after a semicolon (a matrix parameter for Jersey).
fn decode(segment: &str) -> Option<String> {
    let segment = segment.split(';').next()?;
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    Some(text.into_owned())
}

fn decode_value(text: &str) -> String {
    let text = text.replace('+', " ");
    let decoded: Cow<'_, str> = percent_decode_str(&text).decode_utf8_lossy();
    decoded.into_owned()
}
