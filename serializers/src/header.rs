//! Record headers: their names and values, and which of them takes precedence.

use std::borrow::Cow;

use wireform_registry::Role;

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::Format;

/// The names of the automatic headers.
///
/// ```
/// use wireform::HeaderNames;
///
/// assert_eq!(HeaderNames::default().content_type(), Some("content-type"));
/// assert_eq!(HeaderNames::spring().content_type(), Some("contentType"));
/// assert_eq!(HeaderNames::plain().content_type(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderNames {
    content_type: Option<Cow<'static, str>>,
    version: Option<Cow<'static, str>>,
}

impl HeaderNames {
    /// `content-type` and `version`. The default.
    #[must_use]
    pub const fn wireform() -> Self {
        Self {
            content_type: Some(Cow::Borrowed("content-type")),
            version: Some(Cow::Borrowed("version")),
        }
    }

    /// `contentType`, as Spring Cloud Stream writes and reads it, and `version`.
    #[must_use]
    pub const fn spring() -> Self {
        Self {
            content_type: Some(Cow::Borrowed("contentType")),
            version: Some(Cow::Borrowed("version")),
        }
    }

    /// No automatic headers except the schema id, if the bytes cannot be read without it.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            content_type: None,
            version: None,
        }
    }

    /// Renames the header with the content type; `None` leaves it out.
    #[must_use]
    pub fn with_content_type(mut self, name: Option<impl Into<Cow<'static, str>>>) -> Self {
        self.content_type = name.map(Into::into);
        self
    }

    /// Renames the header with the schema version; `None` leaves it out.
    #[must_use]
    pub fn with_version(mut self, name: Option<impl Into<Cow<'static, str>>>) -> Self {
        self.version = name.map(Into::into);
        self
    }

    /// Returns the name of the header with the content type.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the name of the header with the version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl Default for HeaderNames {
    fn default() -> Self {
        Self::wireform()
    }
}

/// Returns the automatic headers of a record, in the order in which they are written, one of each.
///
/// `value` is `None` for a tombstone: it has no content, and so no headers of the value's codec.
#[must_use]
pub fn codec_headers(
    names: &HeaderNames,
    key: Option<&dyn Format>,
    value: Option<&dyn Format>,
) -> Vec<(String, Vec<u8>)> {
    let mut headers = Vec::new();
    if let Some(format) = value {
        let content_type = format.content_type();
        let pairs = [
            (names.content_type(), Some(content_type.as_str())),
            (names.version(), format.version()),
        ];
        for (name, text) in pairs {
            if let (Some(name), Some(text)) = (name, text) {
                headers.push((name.to_owned(), text.as_bytes().to_vec()));
            }
        }
    }
    for (role, format) in [(Role::Value, value), (Role::Key, key)] {
        if let Some(id) = format
            .and_then(Format::schema)
            .and_then(|schema| schema.header_value())
        {
            headers.push((schema_id_name(role).to_owned(), id.to_vec()));
        }
    }
    headers
}

/// Checks that a caller's own header does not replace the schema id that `key` or `value` puts into
/// a header: the record could not be read any more.
///
/// # Errors
/// `Config` if the header replaces it. The error names the header.
pub fn check_own_header(
    name: &str,
    key: Option<&dyn Format>,
    value: Option<&dyn Format>,
) -> Result<()> {
    for (role, format) in [(Role::Key, key), (Role::Value, value)] {
        let writes_id = format
            .and_then(Format::schema)
            .is_some_and(|s| s.header_value().is_some());
        if writes_id && name.eq_ignore_ascii_case(schema_id_name(role)) {
            let message = format!("header {name:?} is written by the codec and names the schema");
            return Err(Error::new(ErrorKind::Config, message));
        }
    }
    Ok(())
}

/// Returns the name of the header with the schema id: `__key_schema_id` or `__value_schema_id`.
///
/// Source: `SchemaId.java` of <https://github.com/confluentinc/schema-registry>.
#[must_use]
pub const fn schema_id_name(role: Role) -> &'static str {
    match role {
        Role::Key => "__key_schema_id",
        Role::Value => "__value_schema_id",
    }
}

/// **A type that implements `HeaderList` is the list of a record's headers, with names and values as
/// on the wire.**
///
/// # Contract
/// The headers come in their order. A header may have no value, and a name may occur more than once.
pub trait HeaderList {
    /// Returns the name and the value of each header.
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)>;
}

/// No headers.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHeaders;

impl HeaderList for NoHeaders {
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        std::iter::empty()
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> HeaderList for [(N, V)] {
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.iter()
            .map(|(name, value)| (name.as_ref(), Some(value.as_ref())))
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> HeaderList for Vec<(N, V)> {
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.as_slice().headers()
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> HeaderList for [(N, V); LEN] {
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.as_slice().headers()
    }
}

impl<H: HeaderList + ?Sized> HeaderList for &H {
    fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        (**self).headers()
    }
}

/// The headers that describe a record, found in one pass.
#[derive(Debug, Default)]
pub(crate) struct SchemaHeaders<'h> {
    /// The value of the schema id header: the **last** of that name, if it has a value.
    ///
    /// As Java's `DualSchemaIdDeserializer` does (`Headers.lastHeader`).
    pub(crate) schema_id: Option<&'h [u8]>,
    /// Whether an Apicurio header is present.
    pub(crate) has_apicurio: bool,
    /// `content-type`, whatever its case, and Spring's `contentType`: the last of each.
    content_types: [Option<&'h [u8]>; 2],
}

impl<'h> SchemaHeaders<'h> {
    pub(crate) fn find<H: HeaderList + ?Sized>(headers: &'h H, role: Role) -> Self {
        let schema_id = schema_id_name(role);
        let mut found = Self::default();
        for (name, value) in headers.headers() {
            if name == schema_id {
                found.schema_id = value;
            } else if name.starts_with("apicurio.") {
                found.has_apicurio = true;
            } else if role == Role::Value {
                for (known, place) in CONTENT_TYPES.iter().zip(&mut found.content_types) {
                    if name.eq_ignore_ascii_case(known) {
                        *place = value;
                    }
                }
            }
        }
        found
    }

    /// The content type of the value: `content-type`, else Spring's `contentType`.
    pub(crate) fn content_type(&self) -> Option<ContentType> {
        let values = self.content_types.iter().flatten();
        values.copied().find_map(ContentType::from_header)
    }
}

const CONTENT_TYPES: [&str; 2] = ["content-type", "contentType"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_content_type(headers: &[(&str, &str)], expected: Option<&str>) {
        let found = SchemaHeaders::find(headers, Role::Value).content_type();
        assert_eq!(found.as_ref().map(ContentType::as_str), expected);
    }

    #[test]
    fn last_content_type_wins_whatever_its_case() {
        check_content_type(
            &[("content-type", "a/b"), ("Content-Type", "c/d")],
            Some("c/d"),
        );
    }

    #[test]
    fn spring_spelling_is_second_choice() {
        check_content_type(&[("contentType", "\"a/b\""), ("x", "y")], Some("a/b"));
        check_content_type(
            &[("contentType", "a/b"), ("content-type", "c/d")],
            Some("c/d"),
        );
        check_content_type(&[("contenttype", "a/b")], Some("a/b"));
    }

    #[test]
    fn no_content_type_is_none() {
        check_content_type(&[], None);
        check_content_type(&[("content-type", "")], None);
    }

    #[test]
    fn one_pass_finds_what_tells() {
        let headers: [(&str, &[u8]); 6] = [
            ("__value_schema_id", b"first"),
            ("content-type", b"a/b"),
            ("__value_schema_id", b"last"),
            ("__key_schema_id", b"key"),
            ("apicurio.value.globalId", b"7"),
            ("x", b"y"),
        ];
        let value = SchemaHeaders::find(&headers, Role::Value);
        assert_eq!(value.schema_id, Some(&b"last"[..]));
        assert!(value.has_apicurio);
        let key = SchemaHeaders::find(&headers, Role::Key);
        assert_eq!(key.schema_id, Some(&b"key"[..]));
        assert_eq!(key.content_type(), None);
        assert!(!SchemaHeaders::find(&headers[..4], Role::Value).has_apicurio);
    }

    #[test]
    fn automatic_headers_are_in_order() {
        let headers = codec_headers(&HeaderNames::default(), None, Some(&crate::Utf8));
        let expected = vec![(
            "content-type".to_owned(),
            b"text/plain; charset=utf-8".to_vec(),
        )];
        assert_eq!(headers, expected);
    }

    #[test]
    fn tombstone_has_no_automatic_headers() {
        assert_eq!(
            codec_headers(&HeaderNames::default(), Some(&crate::Utf8), None),
            vec![]
        );
    }
}
