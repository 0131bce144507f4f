//! Avro data as JSON text and back, without a value in between: for tools and tests.

use self::names::Names;
use super::read::{Cursor, MinSizes};
use super::schema::Schema;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::serializer::append_or_restore;

mod logical;
mod names;
mod number;
mod read;
mod text;
mod times;
mod write;

/// Avro data of one schema as JSON text, and back.
///
/// Two ways to write unions:
/// - [`new`](Self::new): Avro's [JSON encoding], which Java reads and writes. A value of a union is
///   `{"branch": value}`, with the full name of a record, enum or fixed, or the name of the type;
///   `null` stands alone.
/// - [`plain`](Self::plain): a value of a union stands alone. Read back, it is of the first branch
///   that takes it, so that `5` of `["int", "long"]` is an `int` whichever it was. Of numbers, `5`
///   is an integer before it is a float, `5.0` is none, and what a `float` would round goes to a
///   `double`.
///
/// In both, bytes and fixed are strings whose code points 0 to 255 are the bytes, `NaN`,
/// `Infinity` and `-Infinity` are strings, as Java's `JsonEncoder` writes them, and maps keep the
/// order of their entries. Reading takes the fields of a record in any order, and the schema's
/// default for one that is left out.
///
/// [`readable`](Self::readable) writes logical types so that people can read them.
///
/// [JSON encoding]: https://avro.apache.org/docs/1.12.0/specification/#json-encoding
///
/// ```
/// use wireform::avro::Schema;
/// use wireform::avro::json::AvroJson;
///
/// let schema: Schema = r#"{"type": "record", "name": "Ping", "fields": [
///     {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
///     {"name": "note", "type": ["null", "string"]}]}"#.parse()?;
/// let datum = [0, 2, 4, b'h', b'i'];
///
/// let json = AvroJson::new(&schema);
/// assert_eq!(json.to_text(&datum)?, r#"{"at":0,"note":{"string":"hi"}}"#);
///
/// let json = json.plain().readable();
/// let text = json.to_text(&datum)?;
/// assert_eq!(text, r#"{"at":"1970-01-01T00:00:00.000Z","note":"hi"}"#);
/// assert_eq!(json.to_datum(&text)?, datum);
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AvroJson {
    schema: Schema,
    sizes: MinSizes,
    names: Names,
    style: Style,
    limits: Limits,
}

/// How JSON is written, and expected.
#[derive(Clone, Copy, Debug, Default)]
struct Style {
    /// Unions without the names of their branches.
    is_plain: bool,
    /// Logical types as text.
    is_readable: bool,
}

impl AvroJson {
    /// Avro's JSON encoding of data of `schema`.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self {
            schema: schema.clone(),
            sizes: MinSizes::new(schema),
            names: Names::new(schema),
            style: Style::default(),
            limits: Limits::default(),
        }
    }

    /// Writes values of unions without the names of their branches, and reads them so.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.style.is_plain = true;
        self
    }

    /// Writes logical types so that people can read them, and reads both forms.
    ///
    /// | logical type | written as |
    /// |---|---|
    /// | `date` | `"2026-11-23"` |
    /// | `time-…` | `"16:44:49.123"`, with as many digits as the unit has |
    /// | `timestamp-…` | RFC 3339, `"2026-11-23T16:44:49.123Z"`; read with any offset |
    /// | `local-timestamp-…` | the same without `Z` |
    /// | `decimal`, `big-decimal` | `"12.30"`; read from a number, too |
    /// | `uuid` | `"01020304-0506-0708-090a-0b0c0d0e0f10"`, on fixed as on string |
    /// | `duration` | `{"months":1,"days":2,"millis":3}` |
    ///
    /// Where the year is not one of 0 to 9999, or the time is not within a day, the number is
    /// written as it is. Decimals of over 512 bytes are errors. A decimal on bytes is read back
    /// into as few bytes as hold it; every other value comes back byte for byte.
    #[must_use]
    pub fn readable(mut self) -> Self {
        self.style.is_readable = true;
        self
    }

    /// Sets what one datum or text may take.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The JSON text of one datum.
    ///
    /// # Errors
    /// `Decode` with the place if it is not a datum of the schema; `LimitExceeded`.
    pub fn to_text(&self, datum: &[u8]) -> Result<String> {
        let mut out = String::new();
        self.write_text(datum, &mut out)?;
        Ok(out)
    }

    /// Appends the JSON text of one datum to `out`; on error `out` is as it was.
    ///
    /// # Errors
    /// As [`to_text`](Self::to_text).
    pub fn write_text(&self, datum: &[u8], out: &mut String) -> Result<()> {
        let mut cursor = Cursor::new(datum, &self.limits)?;
        // What is appended is checked to be UTF-8 as one, which is cheaper than piece by piece.
        let mut bytes = match out.is_empty() {
            true => std::mem::take(out).into_bytes(),
            false => Vec::new(),
        };
        let written = write::write(self, &mut cursor, &mut bytes).and_then(|()| cursor.finish());
        if written.is_err() {
            bytes.clear();
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::Decode, "a text that is not UTF-8"))?;
        match out.is_empty() {
            true => *out = text,
            false => out.push_str(&text),
        }
        written
    }

    /// The datum that a JSON text describes.
    ///
    /// # Errors
    /// `Decode` with line and column if it is not JSON; `Encode` with the place if it does not fit
    /// the schema; `LimitExceeded`.
    pub fn to_datum(&self, text: &str) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.write_datum(text, &mut out)?;
        Ok(out)
    }

    /// Appends the datum that a JSON text describes to `out`; on error `out` is as it was.
    ///
    /// # Errors
    /// As [`to_datum`](Self::to_datum).
    pub fn write_datum(&self, text: &str, out: &mut Vec<u8>) -> Result<()> {
        self.limits.check_payload(text.as_bytes())?;
        append_or_restore(out, |out| read::read(self, text, out))
    }
}

/// One datum in Avro's JSON encoding. See [`AvroJson`], which does more than one.
///
/// # Errors
/// As [`AvroJson::to_text`].
pub fn to_json(schema: &Schema, datum: &[u8]) -> Result<String> {
    AvroJson::new(schema).to_text(datum)
}

/// Appends the datum that a text in Avro's JSON encoding describes. See [`AvroJson`].
///
/// # Errors
/// As [`AvroJson::to_datum`].
pub fn from_json(schema: &Schema, text: &str, out: &mut Vec<u8>) -> Result<()> {
    AvroJson::new(schema).write_datum(text, out)
}

#[cold]
fn too_long() -> Error {
    let message = "the value takes more room in its new form than it may";
    Error::new(ErrorKind::LimitExceeded, message)
}

#[cfg(test)]
mod tests;
