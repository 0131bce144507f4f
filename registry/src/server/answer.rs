use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::server::media::MediaType;

/// The response to a request.
pub(super) struct Answer {
    status: u16,
    body: String,
}

/// An error as Confluent's server writes it.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    #[serde(skip)]
    status: u16,
    #[serde(rename = "error_code")]
    code: u32,
    message: String,
}

impl Answer {
    pub(super) fn json(value: &impl Serialize) -> Self {
        // Cannot fail: the answers are strings, numbers, lists and structs.
        Self::text(serde_json::to_string(value).unwrap_or_default())
    }

    /// An answer with JSON, or with the unchanged text of a schema.
    pub(super) fn text(body: String) -> Self {
        Self { status: 200, body }
    }

    pub(super) fn into_response(self, media: MediaType) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let media = HeaderValue::from_static(media.as_str());
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        response
    }
}

impl Refusal {
    /// One of the registry's own codes: the status and two digits.
    pub(super) fn code(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: status_of(code),
            code,
            message: message.into(),
        }
    }

    /// One of Jersey's, for what never reaches the registry.
    pub(super) fn status(status: u16) -> Self {
        let status_code = StatusCode::from_u16(status).ok();
        let reason = status_code.and_then(|status| status.canonical_reason());
        let message = format!("HTTP {status} {}", reason.unwrap_or_default());
        Self::code(status.into(), message)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            ..Self::json(&refusal)
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let code = error.code().unwrap_or_else(|| code_of(error.kind()));
        Self::code(code, error.to_string())
    }
}

/// For backends that give no code.
fn code_of(kind: ErrorKind) -> u32 {
    match kind {
        ErrorKind::Incompatible => 409,
        ErrorKind::InvalidSchema | ErrorKind::Unsupported => 42201,
        ErrorKind::LimitExceeded => 42209,
        ErrorKind::RateLimited => 429,
        ErrorKind::Config | ErrorKind::Rejected => 422,
        ErrorKind::SchemaNotFound => 40403,
        ErrorKind::SubjectNotFound => 40401,
        ErrorKind::Timeout => 50002,
        ErrorKind::Unreachable => 50003,
        ErrorKind::VersionNotFound => 40402,
        ErrorKind::Forbidden
        | ErrorKind::InvalidResponse
        | ErrorKind::Server
        | ErrorKind::Unauthenticated => 50001,
    }
}

fn status_of(code: u32) -> u16 {
    let status = if code >= 1000 { code / 100 } else { code };
    u16::try_from(status)
        .ok()
        .filter(|status| (400..600).contains(status))
        .unwrap_or(500)
}
