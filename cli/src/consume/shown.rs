//! Records as output: a line of JSON each, or a block of text.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::rc::Rc;

use rdkafka::message::{Headers as _, Message};
use serde::Serialize;

use super::moment;
use super::values::{SchemaName, Values};
use crate::{hex, input};

/// The headers in which Confluent's serializers name schemas.
const VALUE_SCHEMA: &str = "__value_schema_id";
const KEY_SCHEMA: &str = "__key_schema_id";

/// A record with its decoded key and value.
pub(super) struct Shown<'m> {
    topic: &'m str,
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    /// JSON text.
    key: Option<String>,
    key_schema: Option<Rc<SchemaName>>,
    headers: Vec<(&'m str, Option<Cow<'m, str>>)>,
    content_type: Option<Cow<'m, str>>,
    schema: Option<Rc<SchemaName>>,
    /// JSON text; `None` if it could not be decoded. The text is null for a tombstone or the value
    /// null.
    value: Option<String>,
    error: Option<String>,
    hex: Option<String>,
    payload: Option<&'m [u8]>,
}

impl<'m> Shown<'m> {
    /// Decodes a record. With `has_hex`, the bytes of decoded values are kept too.
    pub(super) fn new<M: Message<Headers: 'm>>(
        message: &'m M,
        values: &mut Values<'_>,
        has_hex: bool,
    ) -> Self {
        let headers = message.headers().into_iter().flat_map(|all| all.iter());
        let headers: Vec<(&str, Option<&[u8]>)> =
            headers.map(|header| (header.key, header.value)).collect();
        let last = |name: &str| {
            let mut named = headers.iter().rev();
            named
                .find(|header| header.0 == name)
                .and_then(|header| header.1)
        };
        let mut shown = Self {
            topic: message.topic(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis(),
            key: None,
            key_schema: None,
            headers: headers
                .iter()
                .map(|(name, value)| (*name, value.map(text)))
                .collect(),
            content_type: last("content-type").map(text),
            schema: None,
            value: None,
            error: None,
            hex: None,
            payload: message.payload(),
        };
        if let Some(key) = message.key() {
            shown.add_key(key, last(KEY_SCHEMA), values);
        }
        match message.payload() {
            None => shown.value = Some("null".to_owned()),
            Some(payload) => match values.value(last(VALUE_SCHEMA), payload) {
                Ok((schema, value)) => {
                    shown.schema = schema;
                    shown.value = Some(value);
                }
                Err(error) => shown.fail("", &error),
            },
        }
        if has_hex || shown.error.is_some() {
            shown.hex = message.payload().map(hex::text);
        }
        shown
    }

    fn add_key(&mut self, key: &[u8], id: Option<&[u8]>, values: &mut Values<'_>) {
        self.key = Some(input::json(&text(key)));
        match values.key(id, key) {
            None => {}
            Some(Ok((schema, key))) => {
                self.key_schema = schema;
                self.key = Some(key);
            }
            Some(Err(error)) => self.fail("key: ", &error),
        }
    }

    fn fail(&mut self, of: &str, error: &str) {
        self.error = Some(match self.error.take() {
            Some(before) => format!("{before}; {of}{error}"),
            None => format!("{of}{error}"),
        });
    }

    /// Returns whether key and value could be decoded.
    pub(super) fn is_read(&self) -> bool {
        self.error.is_none()
    }

    /// Returns the record as a line of JSON.
    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = Line::default();
        line.put("topic", &self.topic);
        line.put("partition", &self.partition);
        line.put("offset", &self.offset);
        line.put("timestamp", &self.timestamp);
        line.put_json("key", self.key.as_deref().unwrap_or("null"));
        if let Some(schema) = &self.key_schema {
            line.put("key_schema", &schema_text(schema));
        }
        line.put("headers", &self.headers);
        if let Some(content_type) = &self.content_type {
            line.put("content_type", content_type);
        }
        if let Some(schema) = &self.schema {
            line.put("schema", &schema.key);
            line.put("registered", &schema.places);
        }
        if let Some(value) = &self.value {
            line.put_json("value", value);
        }
        if let Some(error) = &self.error {
            line.put("error", error);
        }
        if let Some(hex) = &self.hex {
            line.put("hex", hex);
        }
        line.end()
    }

    /// Returns the record as a block of text, followed by an empty line.
    pub(super) fn block(&self) -> String {
        let mut out = format!(
            "{} partition {} offset {}",
            self.topic, self.partition, self.offset
        );
        if let Some(millis) = self.timestamp {
            let _ = write!(out, ", {}", moment::show(millis));
        }
        out.push('\n');
        match &self.key {
            Some(key) => field(&mut out, "key", &unquoted(key)),
            None => field(&mut out, "key", "none"),
        }
        if let Some(schema) = &self.key_schema {
            field(&mut out, "", &schema_text(schema));
        }
        for (name, value) in &self.headers {
            let value = value.as_deref().unwrap_or("null");
            field(&mut out, "header", &format!("{name}: {value}"));
        }
        if let Some(schema) = &self.schema {
            field(&mut out, "schema", &schema_text(schema));
        }
        match (&self.value, self.payload) {
            (_, None) => field(&mut out, "value", "none: a tombstone"),
            (Some(value), _) => field(&mut out, "value", &pretty(value)),
            (None, _) => {}
        }
        if let Some(error) = &self.error {
            field(&mut out, "error", error);
        }
        if let (Some(_), Some(payload)) = (&self.hex, self.payload) {
            field(&mut out, "hex", &dump(payload));
        }
        out.push('\n');
        out
    }
}

/// Returns the name of a schema in one text.
fn schema_text(schema: &SchemaName) -> String {
    let places = schema.places.iter().map(String::as_str);
    let all: Vec<&str> = std::iter::once(&*schema.key).chain(places).collect();
    all.join(", ")
}

/// A JSON object on one line. Values that are JSON text already are copied unchanged.
#[derive(Default)]
struct Line(Vec<u8>);

impl Line {
    fn put(&mut self, name: &str, value: &impl Serialize) {
        self.name(name);
        // Writing to a vector cannot fail, and every key here is text.
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    fn put_json(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.extend_from_slice(json.as_bytes());
    }

    fn name(&mut self, name: &str) {
        let start = if self.0.is_empty() { "{\"" } else { ",\"" };
        for part in [start, name, "\":"] {
            self.0.extend_from_slice(part.as_bytes());
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"}\n");
        self.0
    }
}

/// Appends a name and a text; further lines of the text are indented to the first.
fn field(out: &mut String, name: &str, text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        let name = if number == 0 { name } else { "" };
        let line = format!("  {name:<7} {}", input::printable(line));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Returns the content of a JSON string; other JSON text unchanged.
fn unquoted(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// Returns JSON on several lines. Numbers and the order of fields are unchanged.
fn pretty(json: &str) -> String {
    let (mut out, mut depth, mut is_inside, mut is_escaped) =
        (String::new(), 0_usize, false, false);
    let mut last = ' ';
    for character in json.chars() {
        if is_inside {
            is_inside = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            out.push(character);
            last = character;
            continue;
        }
        let is_empty = matches!((last, character), ('{', '}') | ('[', ']'));
        match character {
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_first = matches!(last, '{' | '[') || last == ',';
        let is_last = matches!(character, '}' | ']');
        if (is_first || is_last) && !is_empty {
            out.push('\n');
            // Deeply nested values are not indented beyond the width of the line.
            out.extend(std::iter::repeat_n("  ", depth.min(20)));
        }
        match character {
            '{' | '[' => depth += 1,
            '"' => is_inside = true,
            _ => {}
        }
        out.push(character);
        if character == ':' {
            out.push(' ');
        }
        last = character;
    }
    out
}

/// Returns a hex dump: offset, 16 bytes, and their printable characters on each line.
fn dump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(number, part)| {
        let pairs: Vec<String> = part.chunks(2).map(hex::text).collect();
        let letters = part.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        });
        let letters: String = letters.collect();
        format!("{:06x}  {:<39}  {letters}", number * 16, pairs.join(" "))
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n")
}

/// Returns UTF-8 text unchanged, and other bytes as hex digits.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(format!("0x{}", hex::text(bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_pretty(json: &str, expected: &str) {
        assert_eq!(pretty(json), expected);
    }

    #[test]
    fn json_is_shown_in_lines() {
        check_pretty("{}", "{}");
        check_pretty("[]", "[]");
        check_pretty("1.50", "1.50");
        check_pretty(r#""a,{b\"}""#, r#""a,{b\"}""#);
        check_pretty(r#"{"b":1,"a":[]}"#, "{\n  \"b\": 1,\n  \"a\": []\n}");
        check_pretty("[[1,2],{}]", "[\n  [\n    1,\n    2\n  ],\n  {}\n]");
    }

    #[test]
    fn bytes_are_shown_in_lines_of_sixteen() {
        let expected = "000000  0061 7f62 6364 6566 6768 696a 6b6c 6d6e  .a.bcdefghijklmn\n\
                        000010  6f                                       o";
        assert_eq!(dump(b"\0a\x7fbcdefghijklmno"), expected);
        assert_eq!(dump(b""), "");
    }
}
