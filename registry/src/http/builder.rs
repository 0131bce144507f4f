use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRegistry;
use crate::http::endpoint::{Credentials, Endpoint};
use crate::http::transport::Transport;
use crate::rest::segment;

/// Sets up an [`HttpRegistry`]; see [`HttpRegistry::builder`].
#[must_use]
pub struct HttpRegistryBuilder {
    urls: Vec<String>,
    credentials: Option<Credentials>,
    headers: Vec<(String, String)>,
    context: Option<String>,
    timeout: Duration,
}

impl HttpRegistryBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            urls: vec![url],
            credentials: None,
            headers: Vec::new(),
            context: None,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Adds another node of the same registry. The first one is used until it fails, then the
    /// next one until that fails.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self
    }

    /// Authenticates with a user and a password (or an API key and its secret), instead of a
    /// bearer token. A user in a URL goes before it, for that URL.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some(Credentials::Basic {
            user: user.into(),
            password: password.into(),
        });
        self
    }

    /// Authenticates with a bearer token, instead of a user and a password.
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.credentials = Some(Credentials::Bearer(token.into()));
        self
    }

    /// Adds a header to every request. Its value is never shown. With `auth`, `cookie`, `key`,
    /// `password`, `secret` or `token` in its name it counts as a credential, which does not
    /// travel in clear text.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The time a call may take in all, retries included; 15 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Works in a context of the registry: ids and subjects are those of `context`. A leading
    /// dot, as Confluent writes it, may be left out.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// The client. Connects to nothing yet.
    ///
    /// # Errors
    /// `Config` for a URL that is none, credentials that would travel in clear text to another
    /// machine, an https URL without the feature `rustls` or `native-tls`, a header that HTTP
    /// does not allow, an empty context, or a timeout of 0 or over a day.
    pub fn build(self) -> Result<HttpRegistry> {
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            return Err(config("the timeout is not between 0 and 24 hours"));
        }
        let endpoints = self.endpoints()?;
        let client = client(self.headers(&endpoints)?, self.timeout, &endpoints)?;
        let prefix = self.prefix()?;
        Ok(HttpRegistry {
            transport: Transport::new(client, endpoints, prefix, self.timeout).into(),
        })
    }

    fn endpoints(&self) -> Result<Vec<Endpoint>> {
        self.urls
            .iter()
            .map(|url| Endpoint::parse(url, self.credentials.as_ref()))
            .collect()
    }

    fn headers(&self, endpoints: &[Endpoint]) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name)
                .map_err(|_| config("a header has a name that HTTP does not allow"))?;
            let mut value = HeaderValue::try_from(value).map_err(|_| {
                let message = format!("the header \"{name}\" has a value that HTTP does not allow");
                Error::new(ErrorKind::Config, message)
            })?;
            if is_credential(&name) {
                endpoints.iter().try_for_each(Endpoint::check_secret)?;
            }
            value.set_sensitive(true);
            headers.append(name, value);
        }
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        Ok(headers)
    }

    /// Confluent's path for everything in a context: `/contexts/.name/…`.
    fn prefix(&self) -> Result<String> {
        let Some(context) = &self.context else {
            return Ok(String::new());
        };
        let name = context.strip_prefix('.').unwrap_or(context);
        if name.is_empty() || name.contains(':') {
            return Err(config("the context's name is empty or holds a colon"));
        }
        Ok(format!("/contexts/{}", segment(&format!(".{name}"))?))
    }
}

impl fmt::Debug for HttpRegistryBuilder {
    /// Shows no URL: they may hold passwords until `build` has taken them apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRegistryBuilder")
            .field("timeout", &self.timeout)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

fn client(headers: HeaderMap, timeout: Duration, endpoints: &[Endpoint]) -> Result<Client> {
    let needs_tls = endpoints.iter().any(Endpoint::is_https);
    let builder = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("wireform-registry/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeout / 4)
        // A redirect could lead credentials elsewhere, and so could a proxy from the environment.
        .redirect(Policy::none())
        .no_proxy();
    let built = with_tls(builder, needs_tls)?.build();
    built.map_err(|error| config("the HTTP client cannot be set up").with_source(error))
}

/// rustls with the ring provider and the operating system's trust store.
///
/// It is handed over whole, since reqwest would otherwise take its provider from a global that
/// the program may not have set.
#[cfg(feature = "rustls")]
fn with_tls(builder: ClientBuilder, needs_tls: bool) -> Result<ClientBuilder> {
    use rustls_platform_verifier::BuilderVerifierExt;

    let provider = rustls::crypto::ring::default_provider();
    let config_builder = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(no_tls)?;
    let tls = if needs_tls {
        config_builder.with_platform_verifier().map_err(no_tls)?
    } else {
        // Nothing will use it, so the trust store is not read.
        config_builder.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(tls.with_no_client_auth()))
}

#[cfg(feature = "rustls")]
fn no_tls(error: rustls::Error) -> Error {
    config("TLS cannot be set up").with_source(error)
}

#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
#[allow(clippy::unnecessary_wraps, reason = "one signature for all of them")]
fn with_tls(builder: ClientBuilder, _needs_tls: bool) -> Result<ClientBuilder> {
    Ok(builder.tls_backend_native())
}

#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
fn with_tls(builder: ClientBuilder, needs_tls: bool) -> Result<ClientBuilder> {
    if needs_tls {
        return Err(config(
            "an https URL needs the feature `rustls` or `native-tls` of `wireform-registry`",
        ));
    }
    Ok(builder)
}

/// Whether a header of this name is likely to hold a secret. In doubt it does.
fn is_credential(name: &HeaderName) -> bool {
    ["auth", "cookie", "key", "password", "secret", "token"]
        .iter()
        .any(|part| name.as_str().contains(part))
}

fn config(message: &'static str) -> Error {
    Error::new(ErrorKind::Config, message)
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// <https://docs.confluent.io/platform/current/schema-registry/develop/api.html#content-types>
const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";
const ACCEPTED: &str = "application/vnd.schemaregistry.v1+json, application/json; q=0.9";
