use std::fmt;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Response};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::error::{Error, ErrorKind, Result};
use crate::http::endpoint::Endpoint;
use crate::http::secret::Secrets;

/// How to get a bearer token with a client's own credentials, and a new one before it ends:
/// OAuth 2.0, RFC 6749 §4.4.
/// ```
/// use wireform_registry::{HttpRegistry, OAuth};
///
/// let oauth = OAuth::client_credentials("http://127.0.0.1:8089/token", "orders", "secret")
///     .scope("schemas:read")
///     .param("audience", "registry");
/// let registry = HttpRegistry::builder("http://127.0.0.1:8081")
///     .oauth(oauth)
///     // For Confluent Cloud:
///     .header("target-sr-cluster", "lsrc-1")
///     .header("Confluent-Identity-Pool-Id", "pool-1")
///     .build()?;
/// # let _ = registry;
/// # Ok::<(), wireform_registry::Error>(())
/// ```
/// The secret goes to the token's URL alone, in a basic `Authorization` header, over https or to
/// this machine. Neither it nor a token is ever shown.
#[derive(Clone)]
#[must_use]
pub struct OAuth {
    url: String,
    client_id: String,
    client_secret: String,
    params: Vec<(String, String)>,
}

/// Where tokens come from, and the one in use.
pub(super) struct Tokens {
    client: Client,
    endpoint: Endpoint,
    client_id: String,
    client_secret: String,
    body: String,
    current: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    /// When to get another one; `None` never.
    renewal: Option<Instant>,
    /// When it stops being valid; `None` never.
    end: Option<Instant>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl OAuth {
    /// A token from `url` for a client that names itself by an id and a secret.
    pub fn client_credentials(
        url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        Self {
            url: url.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            params: Vec::new(),
        }
    }

    /// Adds the client's secrets to `secrets`.
    pub(super) fn tell(&self, secrets: &mut Secrets) {
        secrets.add_name(&self.client_id);
        secrets.add(&self.client_secret);
        for (_, value) in &self.params {
            secrets.add_name(value);
        }
    }

    pub(super) fn url(&self) -> &String {
        &self.url
    }

    /// Asks for a token with this scope; several are separated by spaces.
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.param("scope", scope)
    }

    /// Adds a parameter to the request for a token, such as `audience`.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth").finish_non_exhaustive()
    }
}

impl Tokens {
    pub(super) fn new(client: Client, endpoint: Endpoint, oauth: &OAuth) -> Result<Self> {
        endpoint.check_secret()?;
        let mut body = "grant_type=client_credentials".to_owned();
        for (name, value) in &oauth.params {
            body.push_str(&format!("&{}={}", form(name), form(value)));
        }
        Ok(Self {
            client,
            endpoint,
            // RFC 6749 §2.3.1: both are encoded as in a form before they go into the header.
            client_id: form(&oauth.client_id),
            client_secret: form(&oauth.client_secret),
            body,
            current: Mutex::new(None),
        })
    }

    /// A valid token, and whether it is new. Only one is requested at a time. While the one in use
    /// is valid but renewing it fails, or takes half of the time to `deadline`, it stays in use.
    pub(super) async fn token(&self, deadline: Instant) -> Result<(String, bool)> {
        let mut current = self.current.lock().await;
        let now = Instant::now();
        let is_before = |time: Option<Instant>| time.is_none_or(|time| now < time);
        let token = match &mut *current {
            Some(token) if is_before(token.renewal) => return Ok((token.text.clone(), false)),
            Some(token) if is_before(token.end) => {
                let limit = now + deadline.saturating_duration_since(now) / 2;
                match timeout_at(limit, self.request()).await {
                    Ok(Ok(token)) => token,
                    Ok(Err(_)) | Err(_) => {
                        token.renewal = Some(Instant::now() + PAUSE);
                        return Ok((token.text.clone(), false));
                    }
                }
            }
            _ => self.request().await?,
        };
        let text = token.text.clone();
        *current = Some(token);
        Ok((text, true))
    }

    /// The registry refused `text`: it is not used again.
    pub(super) async fn refused(&self, text: &str) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|token| token.text == text) {
            *current = None;
        }
    }

    /// Makes the time to renew the token come now.
    #[cfg(test)]
    pub(super) async fn renew_soon(&self) {
        if let Some(token) = &mut *self.current.lock().await {
            token.renewal = Some(Instant::now());
        }
    }

    async fn request(&self) -> Result<Token> {
        let asked = Instant::now();
        let request = self
            .client
            .post(self.endpoint.url(""))
            .basic_auth(&self.client_id, Some(&self.client_secret))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.body.clone());
        let response = request.send().await.map_err(|error| {
            let message = format!("no answer with a token from {}", self.endpoint.origin());
            Error::new(ErrorKind::Unreachable, message).with_source(error.without_url())
        })?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(self.failure(status));
        }
        let answer = read(response).await;
        let answer = answer.ok_or_else(|| self.nonsense())?;
        let is_bearer = answer
            .token_type
            .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        if !is_bearer || answer.access_token.is_empty() {
            return Err(self.nonsense());
        }
        let life = answer.expires_in.map(Duration::from_secs);
        let after = |life: Duration| asked.checked_add(life);
        Ok(Token {
            text: answer.access_token,
            // A fifth of its life before it ends, as Confluent's clients do.
            renewal: life.and_then(|life| after(life.saturating_mul(4) / 5)),
            end: life.and_then(after),
        })
    }

    fn failure(&self, status: u16) -> Error {
        let kind = match status {
            400 | 401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::Forbidden,
            408 => ErrorKind::Timeout,
            425 | 429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::InvalidResponse,
        };
        let origin = self.endpoint.origin();
        Error::new(
            kind,
            format!("no token from {origin}: HTTP status {status}"),
        )
    }

    /// The body is not quoted: it may hold a token.
    fn nonsense(&self) -> Error {
        let origin = self.endpoint.origin();
        let message = format!("the answer of {origin} holds no bearer token");
        Error::new(ErrorKind::InvalidResponse, message)
    }
}

/// At most 64 KiB of JSON.
async fn read(mut response: Response) -> Option<TokenAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_LIMIT {
            return None;
        }
    }
    serde_json::from_slice(&body).ok()
}

/// As in `application/x-www-form-urlencoded`, with `%20` for a space, which is read the same.
fn form(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Between two attempts to renew a token that is still valid.
const PAUSE: Duration = Duration::from_secs(5);
const ANSWER_LIMIT: usize = 64 * 1024;
