use std::borrow::Cow;
use std::fmt;

/// The media type of a value's bytes, as in the `content-type` header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentType(Cow<'static, str>);

impl ContentType {
    /// `application/avro`: CloudEvents' own example; there is no IANA registration,
    /// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md>.
    pub const AVRO: Self = Self(Cow::Borrowed("application/avro"));
    /// `application/json`, RFC 8259.
    pub const JSON: Self = Self(Cow::Borrowed("application/json"));
    /// `application/octet-stream`, RFC 2046.
    pub const OCTET_STREAM: Self = Self(Cow::Borrowed("application/octet-stream"));
    /// `application/protobuf`, RFC 9996. Its parameter `version` would be the version of the wire
    /// encoding, never that of a schema, so none is written.
    pub const PROTOBUF: Self = Self(Cow::Borrowed("application/protobuf"));
    /// `text/plain; charset=utf-8`, RFC 2046 and RFC 3676.
    pub const TEXT: Self = Self(Cow::Borrowed("text/plain; charset=utf-8"));

    /// The content type `text`, for a codec of one's own.
    #[must_use]
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }

    /// The content type of a header value as other producers write it: JSON quotes around it
    /// (Spring writes `"application/json"` with them) and white space are dropped.
    ///
    /// `None` if it is not UTF-8 or empty.
    #[must_use]
    pub fn from_header(value: &[u8]) -> Option<Self> {
        // Those that nearly all records have are not copied.
        let mut usual = [Self::AVRO, Self::JSON, Self::OCTET_STREAM, Self::PROTOBUF].into_iter();
        if let Some(usual) = usual.find(|usual| usual.0.as_bytes() == value) {
            return Some(usual);
        }
        let text = std::str::from_utf8(value).ok()?.trim();
        let text = text
            .strip_prefix('"')
            .and_then(|t| t.strip_suffix('"'))
            .unwrap_or(text)
            .trim();
        (!text.is_empty()).then(|| Self(Cow::Owned(text.to_owned())))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The media type alone, without parameters: `text/plain` of `text/plain; charset=utf-8`.
    #[must_use]
    pub fn essence(&self) -> &str {
        let mut bytes = self.0.bytes();
        let end = bytes.position(|byte| byte == b';');
        end.and_then(|end| self.0.get(..end))
            .unwrap_or(&self.0)
            .trim_end()
    }

    /// Returns whether this is JSON: `application/json` or any `application/…+json`.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_any(&["application/json", "text/json"]) || self.has_suffix("json")
    }

    /// Returns whether this is an Avro datum: `application/avro`, `avro/binary`, `avro/binary+<id>`
    /// (Azure), `application/x-avro`, or any `application/…+avro` (Spring).
    #[must_use]
    pub fn is_avro(&self) -> bool {
        self.is_any(&["application/avro", "avro/binary", "application/x-avro"])
            || starts_with(self.essence(), "avro/binary+")
            || self.has_suffix("avro")
    }

    /// Returns whether this is a Protobuf message: `application/protobuf`, its older `x-` names, or
    /// any `application/…+protobuf`.
    #[must_use]
    pub fn is_protobuf(&self) -> bool {
        self.is_any(&[
            "application/protobuf",
            "application/x-protobuf",
            "application/x-protobuffer",
        ]) || self.has_suffix("protobuf")
    }

    /// Returns whether this is plain text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.is_any(&["text/plain"])
    }

    /// Returns whether both are the same media type, ignoring parameters and case.
    #[must_use]
    pub fn is_same_type(&self, other: &Self) -> bool {
        self.essence().eq_ignore_ascii_case(other.essence())
    }

    fn is_any(&self, names: &[&str]) -> bool {
        let essence = self.essence();
        names.iter().any(|name| essence.eq_ignore_ascii_case(name))
    }

    /// Structured syntax suffix, RFC 6838 §4.2.8.
    fn has_suffix(&self, suffix: &str) -> bool {
        let essence = self.essence();
        let start = essence.len().checked_sub(suffix.len());
        let split = start.and_then(|start| essence.as_bytes().split_at_checked(start));
        let has_suffix = split.is_some_and(|(start, end)| {
            start.last() == Some(&b'+') && end.eq_ignore_ascii_case(suffix.as_bytes())
        });
        has_suffix && starts_with(essence, "application/")
    }
}

/// In any case of its letters.
fn starts_with(essence: &str, start: &str) -> bool {
    let found = essence.as_bytes().get(..start.len());
    found.is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<&str>) {
        let content_type = ContentType::from_header(header.as_bytes());
        let found = content_type.as_ref().map(|content_type| {
            match (
                content_type.is_json(),
                content_type.is_avro(),
                content_type.is_protobuf(),
            ) {
                (true, false, false) => "json",
                (false, true, false) => "avro",
                (false, false, true) => "protobuf",
                (false, false, false) if content_type.is_text() => "text",
                _ => "none",
            }
        });
        assert_eq!(found, expected, "{header}");
    }

    #[test]
    fn aliases_of_other_producers_are_known() {
        for alias in [
            "application/json",
            "APPLICATION/JSON",
            "\"application/json\"",
            " application/json; charset=utf-8",
            "application/vnd.shop+json",
        ] {
            check(alias, Some("json"));
        }
        for alias in [
            "application/avro",
            "avro/binary",
            "avro/binary+0123abc",
            "application/x-avro",
            "application/vnd.orders-value.v3+avro",
        ] {
            check(alias, Some("avro"));
        }
        for alias in [
            "application/protobuf",
            "application/x-protobuf",
            "application/x-protobuffer",
            "application/cloudevents+protobuf",
        ] {
            check(alias, Some("protobuf"));
        }
        check("text/plain;charset=latin1", Some("text"));
    }

    #[test]
    fn everything_else_is_none_of_them() {
        for other in [
            "application/jsonx",
            "image/png",
            "avro/json",
            "x",
            "+json",
            "é+json",
            "\"",
        ] {
            check(other, Some("none"));
        }
        check("", None);
        check("\"\"", None);
        assert_eq!(ContentType::from_header(&[0xff]), None);
    }
}
