use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy};

use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRegistry;
use crate::http::endpoint::{Credentials, Endpoint};
use crate::http::nodes::Nodes;
use crate::http::oauth::{OAuth, Tokens};
use crate::http::secret::Secrets;
use crate::http::tls::{Identity, Tls};
use crate::http::transport::Transport;
use crate::rest::segment;

/// Sets up an [`HttpRegistry`]; see [`HttpRegistry::builder`].
#[must_use]
pub struct HttpRegistryBuilder {
    urls: Vec<String>,
    credentials: Option<Credentials>,
    oauth: Option<OAuth>,
    headers: Vec<(String, String)>,
    context: Option<String>,
    proxy: Option<String>,
    authorities: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
    timeout: Duration,
}

impl HttpRegistryBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            urls: vec![url],
            credentials: None,
            oauth: None,
            headers: Vec::new(),
            context: None,
            proxy: None,
            authorities: None,
            identity: None,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Adds another node of the same registry. The first one is used until it fails, then the
    /// next one until that fails.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self
    }

    /// Authenticates with a user and a password (or an API key and its secret), instead of any
    /// token. A user in a URL takes precedence for that URL.
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

    /// Authenticates with bearer tokens, instead of all other credentials. Tokens are requested
    /// with a client's credentials, and renewed before they expire or when the registry refuses
    /// one.
    pub fn oauth(mut self, oauth: OAuth) -> Self {
        self.oauth = Some(oauth);
        self
    }

    /// Sends everything through this proxy, such as `http://127.0.0.1:3128`; none is taken from
    /// the environment. A user and a password in its URL are for the proxy.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts the authorities whose certificates are in `pem`, and none of the system's.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities = Some(pem.into());
        self
    }

    /// Authenticates by TLS (mTLS) with the certificates in `chain`, the client's own first, and
    /// its private `key`, both in PEM.
    pub fn client_certificate_pem(
        mut self,
        chain: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Self {
        self.identity = Some((chain.into(), key.into()));
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

    /// Builds the client, without connecting.
    ///
    /// # Errors
    /// `Config` for an invalid URL, credentials that would be sent in clear text to another
    /// machine, an https URL or certificates without the feature `rustls` or `native-tls`, PEM
    /// without the expected content, a header that HTTP does not allow, an empty context, or a
    /// timeout of 0 or over a day.
    pub fn build(self) -> Result<HttpRegistry> {
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            return Err(config("the timeout is not between 0 and 24 hours"));
        }
        let mut secrets = Secrets::default();
        let proxy = self.proxy.as_deref().map(|url| Endpoint::parse(url, None));
        let proxy = proxy.transpose()?;
        let is_far = proxy.as_ref().is_some_and(|proxy| !proxy.is_loopback());
        proxy.iter().for_each(|proxy| proxy.tell(&mut secrets));
        let proxy = proxy.as_ref().map(through).transpose()?;
        let endpoint = |url: &String| endpoint(url, self.credentials.as_ref(), is_far);
        let endpoints: Vec<Endpoint> = self.urls.iter().map(endpoint).collect::<Result<_>>()?;
        endpoints
            .iter()
            .for_each(|endpoint| endpoint.tell(&mut secrets));
        let headers = self.headers(&endpoints, &mut secrets)?;
        let client = self.client(headers, proxy.clone())?;
        let tokens = match &self.oauth {
            None => None,
            Some(oauth) => {
                endpoints.iter().try_for_each(Endpoint::check_secret)?;
                // Headers for the registry are none of the token server's business.
                let client = self.client(HeaderMap::new(), proxy)?;
                let endpoint = self::endpoint(oauth.url(), None, is_far)?;
                oauth.tell(&mut secrets);
                endpoint.tell(&mut secrets);
                Some(Tokens::new(client, endpoint, oauth)?)
            }
        };
        let prefix = self.prefix()?;
        let nodes = Nodes::new(endpoints);
        Ok(HttpRegistry {
            transport: Transport::new(client, nodes, tokens, secrets, prefix, self.timeout).into(),
        })
    }

    fn client(&self, headers: HeaderMap, proxy: Option<Proxy>) -> Result<Client> {
        let is_https = |url: &String| {
            url.get(..8)
                .is_some_and(|s| s.eq_ignore_ascii_case("https://"))
        };
        let oauth = self.oauth.as_ref().map(OAuth::url);
        let mut urls = self.urls.iter().chain(oauth).chain(&self.proxy);
        let tls = Tls {
            is_needed: urls.any(is_https),
            authorities: self.authorities.clone(),
            identity: self
                .identity
                .clone()
                .map(|(chain, key)| Identity { chain, key }),
        };
        let mut builder = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("wireform-registry/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.timeout / 4)
            .pool_idle_timeout(POOL_IDLE)
            // A redirect could lead credentials elsewhere, and so could a proxy from the
            // environment.
            .redirect(Policy::none())
            .no_proxy();
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        let built = tls.set_up(builder)?.build();
        built.map_err(|error| config("the HTTP client cannot be set up").with_source(error))
    }

    fn headers(&self, endpoints: &[Endpoint], secrets: &mut Secrets) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, text) in &self.headers {
            let name = HeaderName::try_from(name)
                .map_err(|_| config("a header has a name that HTTP does not allow"))?;
            let mut value = HeaderValue::try_from(text).map_err(|_| {
                let message = format!("the header \"{name}\" has a value that HTTP does not allow");
                Error::new(ErrorKind::Config, message)
            })?;
            if is_credential(&name) {
                endpoints.iter().try_for_each(Endpoint::check_secret)?;
                secrets.add(text);
            }
            secrets.add_name(text);
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

fn endpoint(url: &str, credentials: Option<&Credentials>, is_far: bool) -> Result<Endpoint> {
    let endpoint = Endpoint::parse(url, credentials)?;
    if is_far {
        endpoint.through_far_proxy()
    } else {
        Ok(endpoint)
    }
}

/// The proxy at `endpoint`. Its user and password go by the same rules as the registry's.
fn through(endpoint: &Endpoint) -> Result<Proxy> {
    let proxy = Proxy::all(endpoint.url(""))
        .map_err(|error| config("the proxy's URL is no URL").with_source(error.without_url()))?;
    Ok(endpoint.authorize_proxy(proxy))
}

/// Returns whether a header of this name is likely to hold a secret; in doubt, `true`.
fn is_credential(name: &HeaderName) -> bool {
    ["auth", "cookie", "key", "password", "secret", "token"]
        .iter()
        .any(|part| name.as_str().contains(part))
}

fn config(message: &'static str) -> Error {
    Error::new(ErrorKind::Config, message)
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);
/// Less than the 30 seconds after which Confluent's server closes a connection that is idle.
const POOL_IDLE: Duration = Duration::from_secs(25);
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// <https://docs.confluent.io/platform/current/schema-registry/develop/api.html#content-types>
const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";
const ACCEPTED: &str = "application/vnd.schemaregistry.v1+json, application/json; q=0.9";
