//! Records as they are shown: a JSON line each, or a block for people.

use std::fmt::Write as _;

use rdkafka::message::{Headers as _, Message};
use serde::Serialize;
use serde_json::value::RawValue;

use super::moment;
use super::values::{SchemaName, Values};
use crate::{Result, framing, input};

/// The headers in which Confluent's serializers name schemas.
const VALUE_SCHEMA: &str = "__value_schema_id";
const KEY_SCHEMA: &str = "__key_schema_id";

/// A record, with what its bytes say.
#[derive(Serialize)]
pub(super) struct Shown<'m> {
    topic: &'m str,
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    key: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_schema: Option<String>,
    headers: Vec<(&'m str, Option<String>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registered: Option<Vec<String>>,
    /// Not there if it could not be read; null is a tombstone, or the value null.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip)]
    payload: Option<&'m [u8]>,
}

impl<'m> Shown<'m> {
    /// Reads a record. With `has_hex`, its bytes are shown also where they can be read.
    pub(super) fn new<M: Message<Headers: 'm>>(
        message: &'m M,
        values: &mut Values<'_>,
        has_hex: bool,
    ) -> Result<Self> {
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
            registered: None,
            value: None,
            error: None,
            hex: None,
            payload: message.payload(),
        };
        if let Some(key) = message.key() {
            shown.add_key(key, last(KEY_SCHEMA), values)?;
        }
        match message.payload() {
            None => shown.value = json(&()),
            Some(payload) => match values.value(last(VALUE_SCHEMA), payload)? {
                Ok((schema, value)) => shown.add_value(schema, value),
                Err(error) => shown.fail("", &error),
            },
        }
        if has_hex || shown.error.is_some() {
            shown.hex = message.payload().map(hex);
        }
        Ok(shown)
    }

    fn add_key(&mut self, key: &[u8], id: Option<&[u8]>, values: &mut Values<'_>) -> Result<()> {
        self.key = json(&text(key));
        match values.key(id, key)? {
            None => {}
            Some(Ok((schema, key))) => {
                self.key_schema = schema.map(told);
                self.key = Some(key);
            }
            Some(Err(error)) => self.fail("key: ", &error),
        }
        Ok(())
    }

    fn add_value(&mut self, schema: Option<SchemaName>, value: Box<RawValue>) {
        self.value = Some(value);
        if let Some(schema) = schema {
            self.schema = Some(schema.key.to_string());
            self.registered = Some(schema.places);
        }
    }

    fn fail(&mut self, of: &str, error: &str) {
        self.error = Some(match self.error.take() {
            Some(before) => format!("{before}; {of}{error}"),
            None => format!("{of}{error}"),
        });
    }

    /// Whether all of it could be read.
    pub(super) fn is_read(&self) -> bool {
        self.error.is_none()
    }

    /// A JSON line, without its end.
    pub(super) fn line(&self) -> String {
        input::json(self)
    }

    /// A block for people, with an empty line behind it.
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
            field(&mut out, "", schema);
        }
        for (name, value) in &self.headers {
            let value = value.as_deref().unwrap_or("null");
            field(&mut out, "header", &format!("{name}: {value}"));
        }
        if let Some(schema) = &self.schema {
            let places = self.registered.iter().flatten();
            let all: Vec<&str> = std::iter::once(schema)
                .chain(places)
                .map(String::as_str)
                .collect();
            field(&mut out, "schema", &all.join(", "));
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

/// A schema in one text.
fn told(schema: SchemaName) -> String {
    let mut all = vec![schema.key.to_string()];
    all.extend(schema.places);
    all.join(", ")
}

/// A name and what there is to say, whose further lines stand below its first.
fn field(out: &mut String, name: &str, text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        let name = if number == 0 { name } else { "" };
        let line = format!("  {name:<7} {}", input::printable(line));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// The text of a JSON string, and other JSON as it is.
fn unquoted(value: &RawValue) -> String {
    serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

/// JSON in lines of its own, numbers and the order of fields as they were.
fn pretty(value: &RawValue) -> String {
    let (mut out, mut depth, mut is_inside, mut is_escaped) =
        (String::new(), 0_usize, false, false);
    let mut last = ' ';
    for character in value.get().chars() {
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
            // Deep values do not go out of the picture.
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

/// Lines of an offset, 16 bytes and what of them is text.
fn dump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(number, part)| {
        let pairs: Vec<String> = part.chunks(2).map(hex).collect();
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

/// Text as it is, other bytes as hex digits.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("0x{}", hex(bytes)),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut hex = Vec::new();
    framing::to_hex(bytes, &mut hex);
    String::from_utf8(hex).unwrap_or_default()
}

fn json(value: &impl Serialize) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_pretty(json: &str, expected: &str) {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        assert_eq!(pretty(&raw), expected);
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
