use std::error::Error as StdError;

use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::RawError;

use crate::error::{Error, ErrorKind};
use crate::rest::{Failure, bounded};

/// Our error for what that crate says about `thing`.
///
/// Its own texts and sources are left behind: they may hold URLs and pieces of bodies.
pub(super) fn error(failed: &SRCError, thing: &str) -> Error {
    let source = failed.source();
    if let Some(raw) = source.and_then(|source| source.downcast_ref::<RawError>()) {
        let failure = Failure {
            status: status(&failed.error),
            code: raw.error_code,
            message: raw.message.clone(),
        };
        return failure.into_error(&thing);
    }
    if let Some(http) = source.and_then(|source| source.downcast_ref::<reqwest::Error>()) {
        let (kind, what) = http_failure(http);
        return Error::new(kind, format!("{thing}: {what}"));
    }
    let kind = if failed.retriable {
        ErrorKind::Unreachable
    } else {
        ErrorKind::InvalidResponse
    };
    Error::new(kind, format!("{thing}: {}", bounded(&failed.error, 200)))
}

fn http_failure(error: &reqwest::Error) -> (ErrorKind, &'static str) {
    let is_json = error
        .source()
        .is_some_and(<dyn StdError>::is::<serde_json::Error>);
    if is_json {
        (
            ErrorKind::InvalidResponse,
            "the answer is not a registry's JSON",
        )
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "no answer from the registry in time")
    } else if error.is_builder() {
        (ErrorKind::Config, "the settings' URL is no URL")
    } else if error.is_redirect() {
        (ErrorKind::InvalidResponse, "redirected too often")
    } else {
        (ErrorKind::Unreachable, "no connection, or it broke")
    }
}

/// The status in "HTTP request to schema registry failed with status 404 Not Found", which is the
/// only place where that crate has it.
fn status(text: &str) -> u16 {
    let (_, rest) = text.split_once("status ").unwrap_or_default();
    let number = rest.split(' ').next().unwrap_or_default();
    number.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_the_sentence() {
        for (text, expected) in [
            (
                "HTTP request to schema registry failed with status 404 Not Found",
                404,
            ),
            (
                "HTTP request to schema registry failed with status 599",
                599,
            ),
            ("failed", 0),
            ("status x", 0),
        ] {
            assert_eq!(status(text), expected, "{text}");
        }
    }

    #[test]
    fn what_it_cannot_explain_is_cut_and_kept_on_one_line() {
        let failed = SRCError::new(&format!("a\n{}", "b".repeat(1000)), None, false);
        let error = error(&failed, "schema id 1");
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.to_string().len() < 250, "{error}");
        assert!(error.to_string().starts_with("schema id 1: a b"), "{error}");
    }
}
