use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Method, Response};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::http::body::Body;
use crate::http::endpoint::Endpoint;
use crate::http::nodes::{Change, Nodes, PENALTY};
use crate::http::oauth::Tokens;
use crate::http::secret::Secrets;
use crate::rest::{Attempt, Failure, Retry, SchemaRequest};
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
    /// What it is about, for messages: `subject "orders-value"`.
    thing: String,
}

impl Request {
    pub(super) fn get(path: String, thing: &str) -> Self {
        Self::new(Method::GET, path, None, thing)
    }

    pub(super) fn delete(path: String, thing: &str) -> Self {
        Self::new(Method::DELETE, path, None, thing)
    }

    pub(super) fn put(path: String, body: String, thing: &str) -> Self {
        Self::new(Method::PUT, path, Some(body), thing)
    }

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
        }
    }
}

impl Transport {
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
        let body = retry.run(|end| self.attempt(request, retry, end)).await?;
        serde_json::from_reader(body).map_err(|error| {
            // serde_json's own message would quote the body.
            let message = format!(
                "{}: the answer is not a registry's JSON (line {}, column {})",
                request.thing,
                error.line(),
                error.column()
            );
            Error::new(ErrorKind::InvalidResponse, message)
        })
    }

    async fn attempt(
        &self,
        request: &Request,
        retry: Retry,
        end: Instant,
    ) -> Result<Body, Attempt> {
        let token = match &self.tokens {
            None => None,
            Some(tokens) => {
                let token = async { Ok(tokens.token().await?) };
                Some(retry.limit(end, &request.thing, token).await?)
            }
        };
        let Some((place, endpoint)) = self.nodes.current() else {
            return Err(Error::new(ErrorKind::Config, "the registry has no URL").into());
        };
        let bearer = token.as_ref().map(|(token, _)| token.as_str());
        let answer = self.send(endpoint, bearer, request);
        let mut result = retry.limit(end, &request.thing, answer).await;
        if let Err(failed) = &mut result {
            self.leave(place, endpoint, failed);
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
    fn leave(&self, place: usize, endpoint: &Endpoint, failed: &mut Attempt) {
        if !failed.error.is_retryable() {
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
            && failed.error.kind() == ErrorKind::Unauthorized
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

/// What a status other than 2xx means. A server may quote in it what it was sent.
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
    }
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
    Error::new(kind, format!("{thing}: {what} {origin}"))
        .with_source(error.without_url())
        .into()
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
