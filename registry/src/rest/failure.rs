use std::fmt;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::rest::bounded;

/// A registry's refusal: the HTTP status, and what its JSON body says.
///
/// Source of the codes: confluentinc/schema-registry
/// `core/src/main/java/io/confluent/kafka/schemaregistry/rest/exceptions/Errors.java`.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: String,
}

#[derive(Deserialize)]
struct FailureBody {
    error_code: u32,
    #[serde(default)]
    message: String,
}

impl Failure {
    /// Reads the error from `body`; without a registry's error object in it, from the status alone.
    #[cfg_attr(
        not(feature = "http"),
        allow(dead_code, reason = "`http` reads bodies")
    )]
    pub(crate) fn parse(status: u16, body: &[u8]) -> Self {
        let parsed = serde_json::from_slice(body).unwrap_or(FailureBody {
            error_code: NO_CODE,
            message: String::new(),
        });
        Self {
            status,
            code: parsed.error_code,
            message: parsed.message,
        }
    }

    /// The error for the question about `thing`, such as `subject "orders-value"`.
    pub(crate) fn into_error(self, thing: &impl fmt::Display) -> Error {
        let kind = self.kind();
        let error = Error::new(kind, format!("{thing}: {}", self.reason()));
        if self.code == NO_CODE {
            error
        } else {
            error.with_code(self.code)
        }
    }

    fn kind(&self) -> ErrorKind {
        match (self.status, self.code) {
            (404, 40401 | 40404 | 40405) => ErrorKind::SubjectNotFound,
            (404, 40402 | 40406 | 40407) => ErrorKind::VersionNotFound,
            (404, 40403) => ErrorKind::SchemaNotFound,
            (404, code) if is_registry_code(404, code) => ErrorKind::Rejected,
            (300..=399 | 404, _) => ErrorKind::InvalidResponse,
            (401, _) => ErrorKind::Unauthenticated,
            (403, _) => ErrorKind::Forbidden,
            (408, _) => ErrorKind::Timeout,
            (409, NO_CODE | 409 | 40901) => ErrorKind::Incompatible,
            (422, 42201) => ErrorKind::InvalidSchema,
            (422, 42209) => ErrorKind::LimitExceeded,
            // 425: too early, which asks for the same as 429.
            (425 | 429, _) => ErrorKind::RateLimited,
            (400..=499, _) => ErrorKind::Rejected,
            (500..=599, _) => ErrorKind::Server,
            _ => ErrorKind::InvalidResponse,
        }
    }

    fn reason(&self) -> String {
        let Self {
            status,
            code,
            message,
        } = self;
        match (status, *code) {
            (300..=399, _) => format!("redirected ({status}), which is not followed"),
            (404, code) if !is_registry_code(404, code) => {
                "404 without a registry's error code: a proxy answered, the path in the URL is \
                 wrong, or the registry does not know this call"
                    .to_owned()
            }
            (_, NO_CODE) => format!("the answer was HTTP status {status}"),
            (_, code) => format!("{} (error code {code})", bounded(message, MESSAGE_LIMIT)),
        }
    }
}

/// Returns whether `code` is `status` with two more digits, as the registry's own codes are. A code
/// that is just the status comes from the web server around it.
fn is_registry_code(status: u32, code: u32) -> bool {
    code / 100 == status
}

/// There was no error code.
pub(crate) const NO_CODE: u32 = 0;

/// The message of an incompatible schema lists every finding; this many characters of it are
/// kept.
const MESSAGE_LIMIT: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, expected: ErrorKind) {
        let error = Failure::parse(status, body.as_bytes()).into_error(&"subject \"x\"");
        assert_eq!(error.kind(), expected, "{status} {body}");
    }

    #[test]
    fn codes_tell_what_was_not_found() {
        check(
            404,
            r#"{"error_code":40401,"message":"m"}"#,
            ErrorKind::SubjectNotFound,
        );
        check(
            404,
            r#"{"error_code":40402,"message":"m"}"#,
            ErrorKind::VersionNotFound,
        );
        check(
            404,
            r#"{"error_code":40403,"message":"m"}"#,
            ErrorKind::SchemaNotFound,
        );
        check(404, r#"{"error_code":40404}"#, ErrorKind::SubjectNotFound);
        check(
            404,
            r#"{"error_code":40408,"message":"m"}"#,
            ErrorKind::Rejected,
        );
    }

    #[test]
    fn a_404_without_a_registry_code_is_a_proxys() {
        check(404, "<html>", ErrorKind::InvalidResponse);
        check(404, "{}", ErrorKind::InvalidResponse);
        check(
            404,
            r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#,
            ErrorKind::InvalidResponse,
        );
    }

    #[test]
    fn other_statuses_have_their_kinds() {
        check(
            409,
            r#"{"error_code":409,"message":"m"}"#,
            ErrorKind::Incompatible,
        );
        check(
            409,
            r#"{"error_code":40901,"message":"m"}"#,
            ErrorKind::Incompatible,
        );
        check(
            409,
            r#"{"error_code":40903,"message":"m"}"#,
            ErrorKind::Rejected,
        );
        check(
            422,
            r#"{"error_code":42201,"message":"m"}"#,
            ErrorKind::InvalidSchema,
        );
        check(
            422,
            r#"{"error_code":42202,"message":"m"}"#,
            ErrorKind::Rejected,
        );
        check(401, "", ErrorKind::Unauthenticated);
        check(403, "", ErrorKind::Forbidden);
        check(408, "", ErrorKind::Timeout);
        check(425, "", ErrorKind::RateLimited);
        check(429, "", ErrorKind::RateLimited);
        check(503, "", ErrorKind::Server);
        check(302, "", ErrorKind::InvalidResponse);
        check(413, "", ErrorKind::Rejected);
    }

    #[test]
    fn the_body_is_quoted_by_its_message_alone() {
        let body = br#"{"error_code":42201,"message":"bad\nschema","other":"secret"}"#;
        let error = Failure::parse(422, body).into_error(&"subject \"x\"");
        assert_eq!(
            error.to_string(),
            "subject \"x\": bad schema (error code 42201)"
        );
        assert_eq!(error.code(), Some(42201));
        let error = Failure::parse(500, b"secret").into_error(&"subject \"x\"");
        assert_eq!(
            error.to_string(),
            "subject \"x\": the answer was HTTP status 500"
        );
    }
}
