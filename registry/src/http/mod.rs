mod admin;
mod body;
mod builder;
mod endpoint;
mod nodes;
mod oauth;
mod query;
mod secret;
mod tls;
mod transport;

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::context::Context;
use crate::error::Result;
use crate::id::{SchemaGuid, SchemaId, VersionRef};
use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry};
use crate::rest::{Retry, SchemaAnswer, SchemaRequest, bounded, segment};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

pub use self::builder::HttpRegistryBuilder;
pub use self::oauth::OAuth;
use self::transport::{Request, Transport};

/// A client of a registry with Confluent's REST API: Confluent, Apicurio (`/apis/ccompat/v7`),
/// Redpanda, Karapace.
///
/// The client is cheap to clone; clones share their connections. Wrap it in
/// [`Cached`](crate::Cached) to request each schema once.
/// ```
/// use wireform_registry::{Cached, HttpRegistry};
///
/// let registry = HttpRegistry::builder("http://127.0.0.1:8081")
///     .url("http://127.0.0.1:8082") // a second node, used while the first one fails
///     .basic_auth("orders-service", "secret")
///     .build()?;
/// let registry = Cached::new(registry);
/// # Ok::<(), wireform_registry::Error>(())
/// ```
///
/// - A call ends within 15 seconds ([`timeout`](HttpRegistryBuilder::timeout)), retries
///   included: at most three, after a connection that failed or broke, a timeout, and the
///   statuses 408, 425, 429 and 5xx. A `Retry-After` is honoured while time is left.
/// - Of several nodes, one is used until it fails like that. The next one is then tried at once,
///   and stays in use. A node that failed is not used for 30 seconds, unless all failed.
/// - Answers over 8 MiB are refused. Redirects are not followed. No proxy is used but the one that
///   was [set](HttpRegistryBuilder::proxy), whatever the environment says.
/// - Credentials are never sent over clear-text http, except to this machine, and appear in no
///   `Debug` output and no error.
///
/// Calls need a tokio runtime with I/O and time; building one does not.
#[derive(Clone)]
pub struct HttpRegistry {
    transport: Arc<Transport>,
}

/// The answer of the compatibility call.
#[derive(Deserialize)]
struct CompatibilityAnswer {
    is_compatible: bool,
    #[serde(default)]
    messages: Option<Vec<String>>,
}

impl HttpRegistry {
    /// The registry at `url`, with nothing else to set up.
    ///
    /// # Errors
    /// As [`HttpRegistryBuilder::build`].
    pub fn new(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).build()
    }

    /// Sets up a client for the registry at `url`, such as `http://127.0.0.1:8081` or
    /// `https://registry.example/apis/ccompat/v7`.
    pub fn builder(url: impl Into<String>) -> HttpRegistryBuilder {
        HttpRegistryBuilder::new(url.into())
    }

    /// Returns the context that names without one are in: that of the builder or of the URL
    /// (`…/contexts/.blue`), or the default one.
    #[doc(hidden)]
    #[must_use]
    pub fn context(&self) -> Context {
        self.transport.context()
    }

    /// Returns `subject` in the spelling that is the same for all names of one subject.
    #[doc(hidden)]
    #[must_use]
    pub fn qualify(&self, subject: &Subject) -> Subject {
        self.context().within(subject)
    }

    async fn find(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        normalize: bool,
        retry: Retry,
    ) -> Result<RegisteredSchema> {
        let path = format!(
            "/subjects/{}{}",
            segment(subject.as_str())?,
            query(normalize)
        );
        let request = Request::post(path, &SchemaRequest::new(schema), &about(subject))?;
        let answer: SchemaAnswer = self.transport.call(&request, retry).await?;
        answer.into_found(subject, schema)
    }

    async fn add(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<RegisteredSchema> {
        let retry = self.transport.start();
        let name = segment(subject.as_str())?;
        let path = format!("/subjects/{name}/versions{}", query(options.normalize));
        let request = Request::post(path, &SchemaRequest::new(schema), &about(subject))?;
        let answer: SchemaAnswer = self.transport.call(&request, retry).await?;
        if let Some(registered) = answer.as_registration(subject, schema, options)? {
            return Ok(registered);
        }
        // Servers that answer with the id alone tell the version when asked for the schema.
        let found = self.find(subject, schema, options.normalize, retry).await?;
        answer.check_id(found.id, subject)?;
        Ok(found)
    }

    async fn compare(
        &self,
        subject: &Subject,
        version: VersionRef,
        schema: &SchemaDef,
    ) -> Result<Compatibility> {
        let name = segment(subject.as_str())?;
        let path = format!("/compatibility/subjects/{name}/versions/{version}?verbose=true");
        let about = about_version(subject, version);
        let request = Request::post(path, &SchemaRequest::new(schema), &about)?;
        let answer: CompatibilityAnswer = self
            .transport
            .call(&request, self.transport.start())
            .await?;
        Ok(answer.into())
    }
}

impl From<CompatibilityAnswer> for Compatibility {
    fn from(answer: CompatibilityAnswer) -> Self {
        let messages = answer.messages.unwrap_or_default();
        Self {
            is_compatible: answer.is_compatible,
            messages: messages.iter().map(|m| bounded(m, MESSAGE_LIMIT)).collect(),
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl Registry for HttpRegistry {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            let request = Request::get(format!("/schemas/ids/{id}"), &format!("schema id {id}"));
            let retry = self.transport.start();
            let answer: SchemaAnswer = self.transport.call(&request, retry).await?;
            answer.into_stored_by_id(id)
        })
    }

    /// Needs a registry that has GUIDs (Confluent 8); an older one answers `InvalidResponse`.
    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            let path = format!("/schemas/guids/{guid}");
            let request = Request::get(path, &format!("schema GUID {guid}"));
            let retry = self.transport.start();
            let answer: SchemaAnswer = self.transport.call(&request, retry).await?;
            answer.into_stored_by_guid(guid)
        })
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let path = format!(
                "/subjects/{}/versions/{version}",
                segment(subject.as_str())?
            );
            let request = Request::get(path, &about_version(subject, version));
            let retry = self.transport.start();
            let answer: SchemaAnswer = self.transport.call(&request, retry).await?;
            let asked = match version {
                VersionRef::Latest => None,
                VersionRef::Number(version) => Some(version),
            };
            answer.into_registered(subject, asked)
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.find(subject, schema, false, self.transport.start()))
    }

    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.add(subject, schema, options))
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        Box::pin(self.compare(subject, version, schema))
    }
}

impl fmt::Debug for HttpRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.fmt_as("HttpRegistry", f)
    }
}

fn about(subject: &Subject) -> String {
    format!("subject \"{subject}\"")
}

fn about_version(subject: &Subject, version: VersionRef) -> String {
    format!("subject \"{subject}\", version {version}")
}

fn query(normalize: bool) -> &'static str {
    if normalize { "?normalize=true" } else { "" }
}

/// Characters kept of each reason that the registry gives.
const MESSAGE_LIMIT: usize = 4096;

#[cfg(test)]
mod tests;
