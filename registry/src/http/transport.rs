use std::fmt;
use std::time::{Duration, SystemTime};

use percent_encoding::percent_decode_str;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Method, Response};
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::http::body::Body;
use crate::http::endpoint::Endpoint;
use crate::http::nodes::{Change, Nodes, PENALTY};
use crate::http::oauth::Tokens;
use crate::http::secret::Secrets;
use crate::rest::{Attempt, Failure, Retry, SchemaRequest, Turn};
use crate::trace;

/// Sends requests to whichever node of the registry answers.
pub(super) struct Transport {
    client: Client,
    nodes: Nodes,
    tokens: Option<Tokens>,
    secrets: Secrets,
    /// In front of every path: empty, or the context's.
    prefix: String,
    timeout: Duration,
}

/// One question to the registry.
pub(super) struct Request {
    method: Method,
    path: String,
    body: Option<String>,
    /// The resource of the request, for messages: `subject "orders-value"`.
    thing: String,
    /// Whether sending the request twice has the effect and the answer of sending it once.
    is_idempotent: bool,
}

impl Request {
    pub(super) fn get(path: String, thing: &str) -> Self {
        Self::new(Method::GET, path, None, thing)
    }

    /// Not idempotent, unless it is sent by [`Transport::delete`]: the answer names what was
    /// deleted, and a second request may find, and delete, something newer.
    pub(super) fn delete(path: String, thing: &str) -> Self {
        Self {
            is_idempotent: false,
            ..Self::new(Method::DELETE, path, None, thing)
        }
    }

    /// Sets a value.
    pub(super) fn put(path: String, body: String, thing: &str) -> Self {
        Self::new(Method::PUT, path, Some(body), thing)
    }

    /// Looks a schema up, checks, registers or imports it. Idempotent, because the registry finds a
    /// schema that is registered already: same text, same id, same version.
    pub(super) fn post(path: String, schema: &SchemaRequest<'_>, thing: &str) -> Result<Self> {
        let body = schema.to_json()?;
        Ok(Self::new(Method::POST, path, Some(body), thing))
    }

    fn new(method: Method, path: String, body: Option<String>, thing: &str) -> Self {
        Self {
            method,
            path,
            body,
            thing: thing.to_owned(),
            is_idempotent: true,
        }
    }

    fn parse<T: DeserializeOwned>(&self, body: Body) -> Result<T> {
        serde_json::from_reader(body).map_err(|error| {
            // serde_json's own message would quote the body.
            let message = format!(
                "{}: the answer is not a registry's JSON (line {}, column {})",
                self.thing,
                error.line(),
                error.column()
            );
            Error::new(ErrorKind::InvalidResponse, message)
        })
    }
}

impl Transport {
    /// The context that paths lead into.
    pub(super) fn context(&self) -> Context {
        let url = self.nodes.current().map(|(_, node)| node.url(&self.prefix));
        let name = url.as_deref().and_then(|url| url.rsplit_once("/contexts/"));
        name.filter(|(_, name)| !name.contains('/'))
            .and_then(|(_, name)| percent_decode_str(name).decode_utf8().ok())
            .and_then(|name| name.trim_matches(':').parse().ok())
            .unwrap_or_default()
    }

    pub(super) fn new(
        client: Client,
        nodes: Nodes,
        tokens: Option<Tokens>,
        secrets: Secrets,
        prefix: String,
        timeout: Duration,
    ) -> Self {
        Self {
            client,
            nodes,
            tokens,
            secrets,
            prefix,
            timeout,
        }
    }

    /// Starts the clock of one call.
    pub(super) fn start(&self) -> Retry {
        Retry::within(self.timeout)
    }

    /// The answer to `request`, as JSON of the type `T`.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        request: &Request,
        retry: Retry,
    ) -> Result<T> {
        let attempt = |turn| self.attempt(request, retry, turn);
        let body = retry.run(request.is_idempotent, attempt).await?;
        request.parse(body)
    }

    /// The answer to the deletion of a thing whose name is never given to another one. It may be
    /// sent again: "not found" then means that an earlier attempt deleted it, and is `None`.
    pub(super) async fn delete<T: DeserializeOwned>(
        &self,
        request: &Request,
        retry: Retry,
    ) -> Result<Option<T>> {
        let attempt = |turn: Turn| async move {
            match self.attempt(request, retry, turn).await {
                Err(failed) if turn.may_have_acted && is_gone(&failed.error) => Ok(None),
                answer => answer.map(Some),
            }
        };
        let body = retry.run(true, attempt).await?;
        body.map(|body| request.parse(body)).transpose()
    }

    async fn attempt(&self, request: &Request, retry: Retry, turn: Turn) -> Result<Body, Attempt> {
        let token = match &self.tokens {
            None => None,
            Some(tokens) => {
                let token = async { Ok(tokens.token(turn.end).await?) };
                let token = retry.limit(turn.end, &request.thing, token).await;
                Some(token.map_err(|failed| Attempt {
                    may_have_acted: false,
                    ..failed
                })?)
            }
        };
        let Some((place, endpoint)) = self.nodes.current() else {
            return Err(Error::new(ErrorKind::Config, "the registry has no URL").into());
        };
        let bearer = token.as_ref().map(|(token, _)| token.as_str());
        let answer = self.send(endpoint, bearer, request);
        let mut result = retry.limit(turn.end, &request.thing, answer).await;
        if let Err(failed) = &mut result {
            self.leave(place, endpoint, turn, failed);
            self.renew(token, failed).await;
        }
        result
    }

    async fn send(
        &self,
        endpoint: &Endpoint,
        bearer: Option<&str>,
        request: &Request,
    ) -> Result<Body, Attempt> {
        let url = endpoint.url(&format!("{}{}", self.prefix, request.path));
        let mut builder = self.client.request(request.method.clone(), url);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let builder = match bearer {
            Some(token) => builder.bearer_auth(token),
            None => endpoint.authorize(builder),
        };
        let broken = |error| unreachable(error, endpoint, &request.thing);
        let response = builder.send().await.map_err(broken)?;
        if !response.status().is_success() {
            let hide = |text: &str| self.secrets.hide(text, bearer);
            return Err(refusal(response, &request.thing, hide).await);
        }
        match Body::of(response, BODY_LIMIT).await.map_err(broken)? {
            Some(body) => Ok(body),
            None => {
                let message = format!("{}: the answer is larger than 8 MiB", request.thing);
                Err(Error::new(ErrorKind::LimitExceeded, message).into())
            }
        }
    }

    /// Changes over to another node if this one failed, and asks that one at once.
    fn leave(&self, place: usize, endpoint: &Endpoint, turn: Turn, failed: &mut Attempt) {
        if !failed.error.is_retryable() {
            return;
        }
        let is_broken = failed.error.kind() == ErrorKind::Unreachable && failed.may_have_acted;
        if is_broken && turn.is_first {
            // Most likely a kept connection that the server has closed: a new one will do.
            failed.retry_after = Some(Duration::ZERO);
            return;
        }
        let penalty = failed.retry_after.unwrap_or(PENALTY);
        match self.nodes.fail(place, penalty) {
            Change::NoneBetter => return,
            Change::Done => {}
            Change::To(origin) => trace::failover(endpoint.origin(), origin, &failed.error),
        }
        failed.retry_after = Some(Duration::ZERO);
    }

    /// A token that was refused may have been taken back: another one is worth a try.
    async fn renew(&self, token: Option<(String, bool)>, failed: &mut Attempt) {
        if let (Some(tokens), Some((token, is_new))) = (&self.tokens, token)
            && failed.error.kind() == ErrorKind::Unauthenticated
        {
            tokens.refused(&token).await;
            failed.again = !is_new;
        }
    }

    #[cfg(test)]
    pub(super) async fn renew_soon(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.renew_soon().await;
        }
    }

    #[cfg(test)]
    pub(super) fn current(&self) -> Option<usize> {
        self.nodes.current().map(|(place, _)| place)
    }

    /// URLs without users and passwords, and nothing secret.
    pub(super) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("urls", &self.nodes.endpoints())
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Returns the error of a status other than 2xx. A server may quote the request in it.
async fn refusal(response: Response, thing: &str, hide: impl Fn(&str) -> String) -> Attempt {
    let status = response.status().as_u16();
    let retry_after = retry_after(&response);
    let body = Body::of(response, REFUSAL_LIMIT).await;
    // Without a readable body the status says enough.
    let body = body.ok().flatten().unwrap_or_default().into_bytes();
    let mut failure = Failure::parse(status, &body);
    failure.message = hide(&failure.message);
    Attempt {
        error: failure.into_error(&thing),
        retry_after,
        again: false,
        // Other statuses say that the request was refused.
        may_have_acted: matches!(status, 408 | 500..),
    }
}

/// Returns whether the registry says that the item does not exist, or is deleted already. Not
/// included: that it must be deleted softly first (40405, 40407).
fn is_gone(error: &Error) -> bool {
    matches!(error.code(), Some(40401 | 40402 | 40404 | 40406))
}

fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    wait(text, SystemTime::now())
}

/// RFC 9110 §10.2.3: a number of seconds, or a date; one that has passed means now.
fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn unreachable(error: reqwest::Error, endpoint: &Endpoint, thing: &str) -> Attempt {
    let origin = endpoint.origin();
    let (kind, what) = if error.is_builder() {
        (ErrorKind::Config, "no request can be made to")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "no connection in time to")
    } else if error.is_connect() {
        (ErrorKind::Unreachable, "no connection to")
    } else {
        (ErrorKind::Unreachable, "the connection broke to")
    };
    let may_have_acted = !error.is_connect() && !error.is_builder();
    let message = format!("{thing}: {what} {origin}");
    Attempt {
        may_have_acted,
        ..Error::new(kind, message)
            .with_source(error.without_url())
            .into()
    }
}

/// No schema is larger; answers are held in memory.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
const REFUSAL_LIMIT: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<u64>) {
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(wait(text, now), expected.map(Duration::from_secs), "{text}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_of_any_form() {
        check("0", Some(0));
        check(" 120 ", Some(120));
        check("18446744073709551615", Some(u64::MAX));
        check("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        check("Sunday, 06-Nov-94 08:50:37 GMT", Some(60));
        check("Sun Nov  6 08:50:37 1994", Some(60));
        check("Sat, 05 Nov 1994 08:50:37 GMT", Some(0));
        for text in [
            "",
            "-1",
            "1.5",
            "soon",
            "99999999999999999999",
            "2026-11-23",
        ] {
            check(text, None);
        }
    }
}
