use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, ErrorKind, Result};

/// `text` as one path segment of a URL: everything but RFC 3986's unreserved characters is
/// percent-encoded.
///
/// # Errors
/// `Config` for `.` and `..`. The URL standard takes them as steps in the path even when they
/// are percent-encoded (<https://url.spec.whatwg.org/#double-dot-path-segment>), so they would
/// ask for something else.
pub(crate) fn segment(text: &str) -> Result<String> {
    if matches!(text, "." | "..") {
        let message = format!("the name {text:?} cannot be part of a URL");
        return Err(Error::new(ErrorKind::Config, message));
    }
    Ok(utf8_percent_encode(text, RESERVED).to_string())
}

/// `text` as the value of a parameter in a URL's query.
#[cfg(feature = "http")]
pub(crate) fn query_value(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Everything but `A-Z a-z 0-9 - . _ ~`, RFC 3986 §2.3. More than a URL needs: a `;` would start a
/// matrix parameter for Confluent's server, and `:` is encoded too.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(segment(text).ok().as_deref(), Some(expected));
    }

    #[test]
    fn a_plain_subject_stays_readable() {
        check("orders-value", "orders-value");
        check("shop.orders.v1_Order~", "shop.orders.v1_Order~");
    }

    #[test]
    fn nothing_in_a_subject_ends_the_segment() {
        check("a/b?c#d%e", "a%2Fb%3Fc%23d%25e");
        check(":.ctx:orders", "%3A.ctx%3Aorders");
        check("a/../b", "a%2F..%2Fb");
        check("%2e%2e", "%252e%252e");
        check("a;b\\c d+é", "a%3Bb%5Cc%20d%2B%C3%A9");
    }

    #[test]
    fn dots_alone_are_refused() {
        for text in [".", ".."] {
            let kind = segment(text).map_err(|error| error.kind());
            assert_eq!(kind, Err(ErrorKind::Config));
        }
    }
}
