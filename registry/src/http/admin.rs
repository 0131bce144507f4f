use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::admin::{
    Deletion, ImportPlace, Include, LookupOptions, RegistryAdmin, SchemaFilter, SubjectFilter,
};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::http::query::Query;
use crate::http::transport::Request;
use crate::http::{CompatibilityAnswer, HttpRegistry, about, about_version};
use crate::id::{SchemaGuid, SchemaId, Version, VersionRef};
use crate::level::Level;
use crate::mode::Mode;
use crate::registry::{BoxFuture, Compatibility};
use crate::rest::{Retry, SchemaAnswer, SchemaRequest, bounded, invalid, schema_id, segment};
use crate::schema::{RegisteredSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::subject::Subject;

#[derive(Deserialize)]
struct ConfigAnswer {
    /// Confluent's answer to GET is `compatibilityLevel`, to PUT `compatibility`.
    #[serde(rename = "compatibilityLevel", alias = "compatibility")]
    level: Option<String>,
    normalize: Option<bool>,
}

#[derive(Deserialize)]
struct ModeAnswer {
    mode: String,
}

#[derive(Deserialize)]
struct PlaceAnswer {
    subject: String,
    version: u32,
}

#[derive(Deserialize)]
struct ContextIdAnswer {
    #[serde(default)]
    context: Option<String>,
    id: i64,
}

impl HttpRegistry {
    async fn ask<T: DeserializeOwned>(&self, request: Result<Request>) -> Result<T> {
        let retry = self.transport.start();
        self.transport.call(&request?, retry).await
    }

    async fn ask_config(&self, scope: Option<&Subject>, inherit: bool) -> Result<ConfigAnswer> {
        let query = inherited(scope, inherit);
        let path = format!("{}{query}", scope_path("config", scope)?);
        self.ask(Ok(Request::get(path, &about_scope(scope)))).await
    }

    async fn put_config(&self, scope: Option<&Subject>, body: String) -> Result<()> {
        let path = scope_path("config", scope)?;
        let request = Request::put(path, body, &about_scope(scope));
        let _: IgnoredAny = self.ask(Ok(request)).await?;
        Ok(())
    }

    /// The newest version that can be deleted so. Its number is what is deleted then: `latest` would
    /// be another version when the request is sent again.
    async fn newest(&self, subject: &Subject, deletion: Deletion, retry: Retry) -> Result<Version> {
        let query = Query::default().flag("deleted", deletion == Deletion::Permanent);
        let path = format!("{}/versions/latest{}", subject_path(subject)?, query.0);
        let request = Request::get(path, &about_version(subject, VersionRef::Latest));
        let answer: SchemaAnswer = self.transport.call(&request, retry).await?;
        Ok(answer.into_registered(subject, None)?.version)
    }

    async fn import_at(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        place: ImportPlace,
    ) -> Result<RegisteredSchema> {
        let path = format!("{}/versions", subject_path(subject)?);
        let request = Request::post(path, &SchemaRequest::new(schema).at(place), &about(subject));
        let answer: SchemaAnswer = self.ask(request).await?;
        answer.check_id(place.id, subject)?;
        if let Some(version) = place.version {
            return Ok(RegisteredSchema {
                subject: subject.clone(),
                version,
                id: place.id,
                guid: answer.guid()?,
                def: schema.clone(),
            });
        }
        let retry = self.transport.start();
        self.find(subject, schema, false, retry).await
    }
}

#[deny(clippy::missing_trait_methods)]
impl RegistryAdmin for HttpRegistry {
    fn subjects<'a>(&'a self, filter: &'a SubjectFilter) -> BoxFuture<'a, Result<Vec<Subject>>> {
        Box::pin(async move {
            let query = Query::default().value("subjectPrefix", filter.prefix.as_deref());
            let path = format!("/subjects{}", query.include(filter.include).0);
            let mut names: Vec<String> = self.ask(Ok(Request::get(path, "subjects"))).await?;
            // Apicurio 3.3 answers with every subject.
            if let Some(prefix) = filter
                .prefix
                .as_deref()
                .filter(|prefix| !is_wildcard(prefix))
            {
                names.retain(|name| name.starts_with(prefix));
            }
            names.into_iter().map(subject).collect()
        })
    }

    fn versions<'a>(
        &'a self,
        subject: &'a Subject,
        include: Include,
    ) -> BoxFuture<'a, Result<Vec<Version>>> {
        Box::pin(async move {
            let query = Query::default().include(include).0;
            let path = format!("{}/versions{query}", subject_path(subject)?);
            let numbers: Vec<u32> = self.ask(Ok(Request::get(path, &about(subject)))).await?;
            numbers.into_iter().map(version).collect()
        })
    }

    /// The API knows no way to ask for deleted versions only: those that are not count too.
    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        include: Include,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let query = Query::default().flag("deleted", include != Include::Live).0;
            let path = format!("{}/versions/{version}{query}", subject_path(subject)?);
            let request = Request::get(path, &about_version(subject, version));
            let answer: SchemaAnswer = self.ask(Ok(request)).await?;
            let asked = match version {
                VersionRef::Latest => None,
                VersionRef::Number(version) => Some(version),
            };
            answer.into_registered(subject, asked)
        })
    }

    fn lookup_with<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: LookupOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let query = Query::default()
                .flag("normalize", options.normalize)
                .flag("deleted", options.include != Include::Live);
            let path = format!("{}{}", subject_path(subject)?, query.0);
            let request = Request::post(path, &SchemaRequest::new(schema), &about(subject));
            let answer: SchemaAnswer = self.ask(request).await?;
            answer.into_found(subject, schema)
        })
    }

    fn import<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        place: ImportPlace,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.import_at(subject, schema, place))
    }

    fn check_all<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        Box::pin(async move {
            let path = subject_path(subject)?;
            let path = format!("/compatibility{path}/versions?verbose=true");
            let request = Request::post(path, &SchemaRequest::new(schema), &about(subject));
            let answer: CompatibilityAnswer = self.ask(request).await?;
            Ok(answer.into())
        })
    }

    fn schemas<'a>(
        &'a self,
        filter: &'a SchemaFilter,
    ) -> BoxFuture<'a, Result<Vec<RegisteredSchema>>> {
        Box::pin(async move {
            let query = Query::default()
                .value("subjectPrefix", filter.prefix.as_deref())
                .include(filter.include)
                .flag("latestOnly", filter.latest_only);
            let request = Request::get(format!("/schemas{}", query.0), "schemas");
            let answers: Vec<SchemaAnswer> = self.ask(Ok(request)).await?;
            answers.into_iter().map(registered).collect()
        })
    }

    fn by_id_in<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<StoredSchema>> {
        Box::pin(async move {
            let query = Query::default().scope(scope).0;
            let path = format!("/schemas/ids/{id}{query}");
            let request = Request::get(path, &about_id(id));
            let answer: SchemaAnswer = self.ask(Ok(request)).await?;
            answer.into_stored_by_id(id)
        })
    }

    fn formatted<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
        format: &'a str,
    ) -> BoxFuture<'a, Result<String>> {
        Box::pin(async move {
            let query = Query::default().value("format", Some(format)).scope(scope);
            let path = format!("/schemas/ids/{id}{}", query.0);
            let request = Request::get(path, &about_id(id));
            let answer: SchemaAnswer = self.ask(Ok(request)).await?;
            Ok(answer.into_stored_by_id(id)?.def.text.to_string())
        })
    }

    fn places_of<'a>(
        &'a self,
        id: SchemaId,
        scope: Option<&'a Subject>,
        include: Include,
    ) -> BoxFuture<'a, Result<Vec<(Subject, Version)>>> {
        Box::pin(async move {
            let query = Query::default().scope(scope);
            let query = query.flag("deleted", include != Include::Live).0;
            let path = format!("/schemas/ids/{id}/versions{query}");
            let answers: Vec<PlaceAnswer> = self.ask(Ok(Request::get(path, &about_id(id)))).await?;
            let place =
                |answer: PlaceAnswer| Ok((subject(answer.subject)?, version(answer.version)?));
            answers.into_iter().map(place).collect()
        })
    }

    fn ids_of(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<Vec<(Context, SchemaId)>>> {
        Box::pin(async move {
            let path = format!("/schemas/guids/{guid}/ids");
            let request = Request::get(path, &format!("schema GUID {guid}"));
            let answers: Vec<ContextIdAnswer> = self.ask(Ok(request)).await?;
            let id = |answer: ContextIdAnswer| {
                let name = answer.context.unwrap_or_default();
                Ok((context(&name)?, schema_id(answer.id)?))
            };
            answers.into_iter().map(id).collect()
        })
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<Vec<SchemaId>>> {
        Box::pin(async move {
            let path = subject_path(subject)?;
            let path = format!("{path}/versions/{version}/referencedby");
            let request = Request::get(path, &about_version(subject, version));
            let ids: Vec<i64> = self.ask(Ok(request)).await?;
            ids.into_iter().map(schema_id).collect()
        })
    }

    fn delete_subject<'a>(
        &'a self,
        subject: &'a Subject,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Vec<Version>>> {
        Box::pin(async move {
            let path = format!("{}{}", subject_path(subject)?, permanent(deletion));
            let request = Request::delete(path, &about(subject));
            let numbers: Vec<u32> = self.ask(Ok(request)).await?;
            numbers.into_iter().map(version).collect()
        })
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Version>> {
        Box::pin(async move {
            let retry = self.transport.start();
            let number = match version {
                VersionRef::Latest => self.newest(subject, deletion, retry).await?,
                VersionRef::Number(number) => number,
            };
            let path = subject_path(subject)?;
            let path = format!("{path}/versions/{number}{}", permanent(deletion));
            let request = Request::delete(path, &about_version(subject, number.into()));
            match self.transport.delete(&request, retry).await? {
                Some(deleted) => self::version(deleted),
                None => Ok(number),
            }
        })
    }

    fn compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Level>> {
        Box::pin(async move {
            let answer = self.ask_config(scope, inherit).await?;
            level(&answer, scope)
        })
    }

    fn set_compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        level: Level,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let body = format!(r#"{{"compatibility":"{level}"}}"#);
            self.put_config(scope, body).await
        })
    }

    fn clear_compatibility_level<'a>(
        &'a self,
        scope: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Level>> {
        Box::pin(async move {
            let path = scope_path("config", scope)?;
            let request = Request::delete(path, &about_scope(scope));
            let answer: ConfigAnswer = self.ask(Ok(request)).await?;
            if answer.level.is_none() && answer.normalize.is_some() {
                return self.compatibility_level(scope, true).await;
            }
            level(&answer, scope)
        })
    }

    fn normalizes<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Option<bool>>> {
        Box::pin(async move {
            match self.ask_config(scope, inherit).await {
                Err(error) if error.code() == Some(NO_OWN_LEVEL) => Ok(None),
                answer => Ok(answer?.normalize),
            }
        })
    }

    fn set_normalizes<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        normalizes: bool,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.put_config(scope, format!(r#"{{"normalize":{normalizes}}}"#)))
    }

    fn mode<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        inherit: bool,
    ) -> BoxFuture<'a, Result<Mode>> {
        Box::pin(async move {
            let query = inherited(scope, inherit);
            let path = format!("{}{query}", scope_path("mode", scope)?);
            let answer: ModeAnswer = self
                .ask(Ok(Request::get(path, &about_scope(scope))))
                .await?;
            mode(&answer)
        })
    }

    fn set_mode<'a>(
        &'a self,
        scope: Option<&'a Subject>,
        mode: Mode,
        force: bool,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let query = Query::default().flag("force", force).0;
            let path = format!("{}{query}", scope_path("mode", scope)?);
            let body = format!(r#"{{"mode":"{mode}"}}"#);
            let _: IgnoredAny = self
                .ask(Ok(Request::put(path, body, &about_scope(scope))))
                .await?;
            Ok(())
        })
    }

    fn clear_mode<'a>(&'a self, scope: &'a Subject) -> BoxFuture<'a, Result<Mode>> {
        Box::pin(async move {
            let path = scope_path("mode", Some(scope))?;
            let request = Request::delete(path, &about_scope(Some(scope)));
            let answer: ModeAnswer = self.ask(Ok(request)).await?;
            mode(&answer)
        })
    }

    fn contexts(&self) -> BoxFuture<'_, Result<Vec<Context>>> {
        Box::pin(async move {
            let request = Request::get("/contexts".to_owned(), "contexts");
            let names: Vec<String> = self.ask(Ok(request)).await?;
            names.iter().map(|name| context(name)).collect()
        })
    }

    /// Types that this crate does not know are left out.
    fn schema_types(&self) -> BoxFuture<'_, Result<Vec<SchemaKind>>> {
        Box::pin(async move {
            let request = Request::get("/schemas/types".to_owned(), "schema types");
            let names: Vec<String> = self.ask(Ok(request)).await?;
            Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
        })
    }
}

fn subject_path(subject: &Subject) -> Result<String> {
    Ok(format!("/subjects/{}", segment(subject.as_str())?))
}

/// `/config` or `/mode`, of the registry or of a subject.
fn scope_path(what: &str, scope: Option<&Subject>) -> Result<String> {
    match scope {
        None => Ok(format!("/{what}")),
        Some(subject) => Ok(format!("/{what}/{}", segment(subject.as_str())?)),
    }
}

fn inherited(scope: Option<&Subject>, inherit: bool) -> String {
    Query::default()
        .flag("defaultToGlobal", inherit && scope.is_some())
        .0
}

fn permanent(deletion: Deletion) -> String {
    Query::default()
        .flag("permanent", deletion == Deletion::Permanent)
        .0
}

fn about_id(id: SchemaId) -> String {
    format!("schema id {id}")
}

fn about_scope(scope: Option<&Subject>) -> String {
    scope.map_or_else(|| "the registry".to_owned(), about)
}

fn registered(answer: SchemaAnswer) -> Result<RegisteredSchema> {
    let name = answer.subject.clone().ok_or_else(|| invalid("subject"))?;
    answer.into_registered(&subject(name)?, None)
}

fn subject(name: String) -> Result<Subject> {
    Subject::new(name).map_err(|_| invalid("subject"))
}

fn version(number: u32) -> Result<Version> {
    Version::new(number).map_err(|_| invalid("version"))
}

fn context(name: &str) -> Result<Context> {
    if name.is_empty() {
        return Ok(Context::default());
    }
    // Confluent writes them with colons around where they qualify something.
    let name = name.trim_matches(':');
    name.parse().map_err(|_| invalid("context"))
}

fn level(answer: &ConfigAnswer, scope: Option<&Subject>) -> Result<Level> {
    let Some(name) = answer.level.as_deref() else {
        let message = format!("{}: no compatibility level of its own", about_scope(scope));
        return Err(Error::new(ErrorKind::Rejected, message).with_code(NO_OWN_LEVEL));
    };
    name.parse()
        .map_err(|_| unknown("compatibility level", name))
}

fn mode(answer: &ModeAnswer) -> Result<Mode> {
    answer
        .mode
        .parse()
        .map_err(|_| unknown("mode", &answer.mode))
}

fn unknown(what: &str, name: &str) -> Error {
    let message = format!(
        "the registry answered an unknown {what} \"{}\"",
        bounded(name, 40)
    );
    Error::new(ErrorKind::InvalidResponse, message)
}

/// Returns whether a prefix asks for every context, as Confluent's server understands it.
fn is_wildcard(prefix: &str) -> bool {
    prefix.starts_with(":*:")
}

/// Confluent's code for a scope that has nothing of its own.
const NO_OWN_LEVEL: u32 = 40408;
