mod failure;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use schema_registry_converter::async_impl::schema_registry::{SrSettings, perform_sr_call};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{RawRegisteredSchema, SrCall};

use self::failure::error;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SchemaGuid, SchemaId, VersionRef};
use crate::registry::{BoxFuture, Compatibility, RegisterOptions, Registry};
use crate::rest::{Attempt, ReferenceAnswer, Retry, SchemaAnswer, SchemaRequest, segment};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// A registry reached through the `SrSettings` of the crate `schema_registry_converter`, for
/// programs that have it set up already; new ones use `HttpRegistry` (feature `http`).
/// ```
/// use schema_registry_converter::async_impl::schema_registry::SrSettings;
/// use wireform_registry::{Cached, ConverterRegistry};
///
/// # #[cfg(feature = "rustls")]
/// # let _ = rustls::crypto::ring::default_provider().install_default();
/// let settings = SrSettings::new("http://127.0.0.1:8081".to_owned());
/// let registry = Cached::new(ConverterRegistry::new(settings));
/// # let _ = registry;
/// ```
/// Every call goes straight to that crate's HTTP layer, never through its encoders and decoders,
/// which keep an error forever. A call ends within 15 seconds ([`timeout`](Self::timeout)) and is
/// retried like one of `HttpRegistry`; a `Retry-After` is not seen.
///
/// What the settings decide, and this adapter cannot change:
/// - Answers have no limit in size, and redirects are followed.
/// - Credentials travel over clear-text http if the settings say so.
/// - Several URLs are tried in order for every call, after any error, a 404 included; the last
///   one's error is reported.
///
/// [`check`](Registry::check) and registering with
/// [`normalize`](RegisterOptions::normalize) are `Unsupported`: that crate has no such calls.
///
/// With the feature `rustls` here, and no TLS chosen for reqwest elsewhere, `SrSettings` panics when
/// it is built until a provider is installed, once for the process:
/// `rustls::crypto::ring::default_provider().install_default()`.
///
/// Calls need a tokio runtime with I/O and time; building one does not.
#[derive(Clone)]
pub struct ConverterRegistry {
    settings: SrSettings,
    timeout: Duration,
}

impl ConverterRegistry {
    /// The registry that `settings` lead to.
    #[must_use]
    pub fn new(settings: SrSettings) -> Self {
        Self {
            settings,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// The time a call may take in all, retries included; 15 seconds by default, and an hour at
    /// most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    fn start(&self) -> Retry {
        Retry::within(self.timeout)
    }

    async fn call(&self, call: SrCall<'_>, thing: &str, retry: Retry) -> Result<SchemaAnswer> {
        // Each call reads, or registers: the same schema registered again is found.
        let answer = retry.run(true, |turn| {
            let answer = perform_sr_call(&self.settings, call);
            retry.limit(turn.end, thing, translated(answer, thing))
        });
        Ok(answer.await?.into())
    }

    async fn find(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        retry: Retry,
    ) -> Result<RegisteredSchema> {
        let body = SchemaRequest::new(schema).to_json()?;
        let name = segment(subject.as_str())?;
        let call = SrCall::PostForVersion(&name, &body);
        let answer = self.call(call, &about(subject), retry).await?;
        answer.into_found(subject, schema)
    }

    async fn add(
        &self,
        subject: &Subject,
        schema: &SchemaDef,
        options: RegisterOptions,
    ) -> Result<RegisteredSchema> {
        if options.normalize {
            return Err(unsupported("register with `normalize`"));
        }
        let retry = self.start();
        let body = SchemaRequest::new(schema).to_json()?;
        let name = segment(subject.as_str())?;
        let call = SrCall::PostNew(&name, &body);
        let answer = self.call(call, &about(subject), retry).await?;
        if let Some(registered) = answer.as_registration(subject, schema, options)? {
            return Ok(registered);
        }
        let found = self.find(subject, schema, retry).await?;
        answer.check_id(found.id, subject)?;
        Ok(found)
    }
}

#[deny(clippy::missing_trait_methods)]
impl Registry for ConverterRegistry {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            let call = SrCall::GetById(id.as_u32());
            let thing = format!("schema id {id}");
            let answer = self.call(call, &thing, self.start()).await?;
            answer.into_stored_by_id(id)
        })
    }

    fn by_guid(&self, guid: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        Box::pin(async move {
            let text = guid.to_string();
            let thing = format!("schema GUID {guid}");
            let call = SrCall::GetByGuid(&text);
            let answer = self.call(call, &thing, self.start()).await?;
            answer.into_stored_by_guid(guid)
        })
    }

    fn by_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(async move {
            let name = segment(subject.as_str())?;
            let (call, asked) = match version {
                VersionRef::Latest => (SrCall::GetLatest(&name), None),
                VersionRef::Number(number) => {
                    let call = SrCall::GetBySubjectAndVersion(&name, number.as_u32());
                    (call, Some(number))
                }
            };
            let thing = format!("subject \"{subject}\", version {version}");
            let answer = self.call(call, &thing, self.start()).await?;
            answer.into_registered(subject, asked)
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.find(subject, schema, self.start()))
    }

    /// `Unsupported` with [`RegisterOptions::normalize`].
    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        schema: &'a SchemaDef,
        options: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        Box::pin(self.add(subject, schema, options))
    }

    /// Always `Unsupported`.
    fn check<'a>(
        &'a self,
        _subject: &'a Subject,
        _version: VersionRef,
        _schema: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        Box::pin(async { Err(unsupported("check a schema's compatibility")) })
    }
}

impl From<RawRegisteredSchema> for SchemaAnswer {
    fn from(raw: RawRegisteredSchema) -> Self {
        let references = raw.references.map(|references| {
            let references = references.into_iter().map(|reference| ReferenceAnswer {
                name: reference.name,
                subject: reference.subject,
                version: reference.version,
            });
            references.collect()
        });
        Self {
            subject: raw.subject,
            version: raw.version,
            id: raw.id.map(i64::from),
            guid: raw.guid,
            schema_type: raw.schema_type,
            schema: raw.schema,
            references,
        }
    }
}

impl fmt::Debug for ConverterRegistry {
    /// Without the settings, whose URLs may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConverterRegistry")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

async fn translated(
    answer: impl Future<Output = Result<RawRegisteredSchema, SRCError>>,
    thing: &str,
) -> Result<RawRegisteredSchema, Attempt> {
    answer.await.map_err(|failed| error(&failed, thing).into())
}

fn about(subject: &Subject) -> String {
    format!("subject \"{subject}\"")
}

fn unsupported(what: &str) -> Error {
    let message = format!("schema_registry_converter cannot {what}; `HttpRegistry` can");
    Error::new(ErrorKind::Unsupported, message)
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);
const MAX_TIMEOUT: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests;
