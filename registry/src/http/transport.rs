use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::http::endpoint::Endpoint;
use crate::rest::{Attempt, Failure, Retry, SchemaRequest};
use crate::schema::SchemaDef;

/// Sends requests to whichever node of the registry answers.
pub(super) struct Transport {
    client: Client,
    endpoints: Vec<Endpoint>,
    /// Index of the node that is in use; it stays until it fails.
    current: AtomicUsize,
    /// In front of every path: empty, or the context's.
    prefix: String,
    timeout: Duration,
}

/// One question to the registry.
pub(super) struct Request {
    path: String,
    /// `None`: GET.
    body: Option<String>,
    /// What it is about, for messages: `subject "orders-value"`.
    thing: String,
}

impl Request {
    pub(super) fn get(path: String, thing: &str) -> Self {
        Self {
            path,
            body: None,
            thing: thing.to_owned(),
        }
    }

    pub(super) fn post(path: String, schema: &SchemaDef, thing: &str) -> Result<Self> {
        Ok(Self {
            path,
            body: Some(SchemaRequest::new(schema).to_json()?),
            thing: thing.to_owned(),
        })
    }
}

impl Transport {
    pub(super) fn new(
        client: Client,
        endpoints: Vec<Endpoint>,
        prefix: String,
        timeout: Duration,
    ) -> Self {
        Self {
            client,
            endpoints,
            current: AtomicUsize::new(0),
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
        serde_json::from_slice(&body).map_err(|error| {
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
    ) -> Result<Vec<u8>, Attempt> {
        let index = self.current.load(Ordering::Relaxed);
        let Some(endpoint) = self.endpoints.get(index) else {
            return Err(Error::new(ErrorKind::Config, "the registry has no URL").into());
        };
        let answer = self.send(endpoint, request);
        let result = retry.limit(end, &request.thing, answer).await;
        if let Err(failed) = &result {
            self.leave(index, &failed.error);
        }
        result
    }

    async fn send(&self, endpoint: &Endpoint, request: &Request) -> Result<Vec<u8>, Attempt> {
        let url = endpoint.url(&format!("{}{}", self.prefix, request.path));
        let builder = match &request.body {
            None => self.client.get(url),
            Some(body) => self.client.post(url).body(body.clone()),
        };
        let broken = |error| unreachable(error, endpoint, &request.thing);
        let response = endpoint.authorize(builder).send().await.map_err(broken)?;
        if !response.status().is_success() {
            return Err(refusal(response, &request.thing).await);
        }
        match read(response, BODY_LIMIT).await.map_err(broken)? {
            Some(body) => Ok(body),
            None => {
                let message = format!("{}: the answer is larger than 8 MiB", request.thing);
                Err(Error::new(ErrorKind::LimitExceeded, message).into())
            }
        }
    }

    /// Moves on to the next node if the one at `index` failed and nobody has moved on yet.
    fn leave(&self, index: usize, error: &Error) {
        let has_failed = matches!(
            error.kind(),
            ErrorKind::Server | ErrorKind::Timeout | ErrorKind::Unreachable
        );
        if has_failed && self.endpoints.len() > 1 {
            let next = (index + 1) % self.endpoints.len();
            let relaxed = Ordering::Relaxed;
            let _ = self.current.compare_exchange(index, next, relaxed, relaxed);
        }
    }

    #[cfg(test)]
    pub(super) fn current(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    /// URLs without users and passwords, and nothing secret.
    pub(super) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("urls", &self.endpoints)
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// What a status other than 2xx means.
async fn refusal(response: Response, thing: &str) -> Attempt {
    let status = response.status().as_u16();
    let retry_after = retry_after(&response);
    let body = read(response, REFUSAL_LIMIT).await;
    // Without a readable body the status says enough.
    let body = body.ok().flatten().unwrap_or_default();
    Attempt {
        error: Failure::parse(status, &body).into_error(&thing),
        retry_after,
    }
}

/// The body; `None` if it is longer than `limit`.
async fn read(mut response: Response, limit: usize) -> reqwest::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > limit - body.len() {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// RFC 9110 §10.2.3, in its form of a number of seconds; dates are not read.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
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
