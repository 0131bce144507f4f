//! Avro schemas: parsed once into a frozen arena, cheap to clone and to share.
//!
//! Source of every rule: <https://avro.apache.org/docs/1.12.0/specification/>.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result};

mod canonical;
mod comments;
mod default;
mod fingerprint;
mod json;
mod logical;
pub(crate) mod name;
mod node;
mod parse;
mod repeated;

pub(crate) use self::comments::without_comments;
pub use self::fingerprint::Fingerprint;
pub(crate) use self::json::line_column;
pub use self::logical::LogicalType;
pub use self::node::{Default, Enum, Field, Fixed, Kind, Node, NodeId, Order, Record};
use self::parse::{Checks, Text};

/// An Avro schema.
///
/// Parsing resolves all names and keeps the original text: that text is what is registered, never a
/// canonical form. Comments, `// …` and `/* … */`, are white space. A clone shares everything.
///
/// A schema that a program writes with, and may register, is parsed strictly: [`parse`](Self::parse)
/// and [`parse_with`](Self::parse_with) check every name and every default. One that data was
/// written with describes data that exists, and is read by [`parse_writer`](Self::parse_writer).
///
/// ```
/// use wireform::avro::Schema;
///
/// let schema: Schema = r#"{"type": "fixed", "name": "shop.Code", "size": 4, "doc": "x"}"#.parse()?;
/// assert_eq!(schema.full_name(), Some("shop.Code"));
/// assert_eq!(schema.canonical_form(), r#"{"name":"shop.Code","type":"fixed","size":4}"#);
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    text: Arc<str>,
    nodes: Box<[Node]>,
    root: NodeId,
    names: HashMap<Arc<str>, NodeId>,
    own_names: Box<[Arc<str>]>,
    fingerprint: Fingerprint,
}

impl Schema {
    /// Parses a schema that refers to nothing outside its text.
    ///
    /// # Errors
    /// `InvalidSchema` with line, column and JSON path; `LimitExceeded` for texts over 4 MiB,
    /// nesting deeper than 64, or more than 65,536 types.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_with(text, &[])
    }

    /// Parses a schema together with the texts that define the names it refers to, in any order;
    /// types nested inside other types count too.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); also if two texts define the same name differently.
    pub fn parse_with(text: &str, references: &[&str]) -> Result<Self> {
        Self::parse_checked(text, references, Checks::All)
    }

    /// Parses a schema that data was written with, as leniently as Java reads container files: a
    /// default that is not a value of its field's type is an error only where it is needed, and
    /// names may be any text.
    ///
    /// [`Reader`](crate::Reader), the readers of container files, and the rules of a registry parse
    /// so. A schema that a program registers is parsed strictly; to write with one that is not
    /// valid, pass this one to a codec that takes a parsed schema.
    ///
    /// # Errors
    /// As [`parse_with`](Self::parse_with), but for those of names and defaults. The `default` of an
    /// enum is still one of its symbols.
    ///
    /// ```
    /// use wireform::avro::Schema;
    ///
    /// let text = r#"{"type": "record", "name": "R", "fields": [
    ///     {"name": "n", "type": "int", "default": "none"}]}"#;
    /// assert!(Schema::parse(text).is_err());
    /// assert!(Schema::parse_writer(text, &[]).is_ok());
    /// ```
    pub fn parse_writer(text: &str, references: &[&str]) -> Result<Self> {
        Self::parse_checked(text, references, Checks::Few)
    }

    fn parse_checked(text: &str, references: &[&str], checks: Checks) -> Result<Self> {
        let labels: Vec<String> = (1..=references.len())
            .map(|number| format!("reference {number}"))
            .collect();
        let references = labels.iter().zip(references);
        let references = references.map(|(label, text)| Text { label, text });
        let label = "schema";
        parse::parse(Text { label, text }, references, checks)
    }

    /// Parses several texts, each a name that errors call it by and the text itself, which may
    /// refer to each other in any order.
    ///
    /// # Errors
    /// As [`parse_with`](Self::parse_with).
    ///
    /// ```
    /// use wireform::avro::Schema;
    ///
    /// let files = [
    ///     ("list.avsc", r#"{"type": "array", "items": "shop.Code"}"#),
    ///     ("code.avsc", r#"{"type": "fixed", "name": "shop.Code", "size": true}"#),
    /// ];
    /// let error = Schema::parse_files(&files).unwrap_err();
    /// assert!(error.to_string().contains("code.avsc, line 1 column 48"));
    /// ```
    pub fn parse_files(files: &[(&str, &str)]) -> Result<Vec<Self>> {
        let texts: Vec<Text<'_>> = files
            .iter()
            .map(|(label, text)| Text { label, text })
            .collect();
        parse::parse_files(&texts)
    }

    /// The text as its author wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text, shared.
    #[must_use]
    pub fn shared_text(&self) -> Arc<str> {
        self.0.text.clone()
    }

    /// The outermost type.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.0.root
    }

    /// One type of this schema.
    ///
    /// # Panics
    /// If `id` is of another schema and out of this one's range.
    #[must_use]
    #[allow(
        clippy::indexing_slicing,
        reason = "ids are made by this schema's own parser"
    )]
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.0.nodes[id.index()]
    }

    /// How many types there are.
    pub(crate) fn len(&self) -> usize {
        self.0.nodes.len()
    }

    /// What the type `id` is. See [`node`](Self::node).
    #[must_use]
    #[inline]
    pub(crate) fn kind(&self, id: NodeId) -> &Kind {
        &self.node(id).kind
    }

    /// The named type called `full_name`.
    #[must_use]
    pub fn named(&self, full_name: &str) -> Option<NodeId> {
        self.0.names.get(full_name).copied()
    }

    /// Full names of all types that the texts define, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.names.keys().map(|name| &**name).collect();
        names.sort_unstable();
        names
    }

    /// Full names of the types that the text defines itself, not those of its references: in the
    /// order in which they stand there.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        self.0.own_names.iter().map(|name| &**name)
    }

    /// The full name of the outermost type, if it is a record, an enum or a fixed.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        self.kind(self.root()).full_name()
    }

    /// The Parsing Canonical Form: equal for schemas whose bytes are the same.
    #[must_use]
    pub fn canonical_form(&self) -> String {
        canonical::canonical_form(self)
    }

    /// CRC-64-AVRO of the canonical form.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint
    }

    /// MD5 of the canonical form, as Java's `SchemaNormalization.parsingFingerprint("MD5", …)`.
    ///
    /// It tells schemas apart; it protects nothing against those who make them collide on purpose.
    #[must_use]
    pub fn fingerprint_md5(&self) -> [u8; 16] {
        fingerprint::md5(self.canonical_form().as_bytes())
    }

    /// SHA-256 of the canonical form, as Java's
    /// `SchemaNormalization.parsingFingerprint("SHA-256", …)`.
    #[must_use]
    pub fn fingerprint_sha256(&self) -> [u8; 32] {
        fingerprint::sha256(self.canonical_form().as_bytes())
    }

    fn with_fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.fingerprint = fingerprint;
        }
        self
    }
}

impl FromStr for Schema {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl PartialEq for Schema {
    /// Whether both have the same text and were parsed with references that mean the same.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.text == other.0.text && self.0.fingerprint == other.0.fingerprint)
    }
}

impl Eq for Schema {}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.text()).finish()
    }
}

#[cfg(test)]
mod tests;
