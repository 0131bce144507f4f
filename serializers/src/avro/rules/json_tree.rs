//! JSON with the order of its members and the digits of its numbers, as Jackson reads and writes it.

use std::collections::HashMap;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::avro) enum Value {
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// A number, `true`, `false`, `null`, or what is nested too deeply: its text.
    Raw(String),
    Text(String),
}

impl Value {
    /// Reads `text`, which is well-formed.
    pub(in crate::avro) fn parse(text: &str) -> Self {
        Self::parse_within(text, MAX_DEPTH)
    }

    /// As [`parse`](Self::parse); what is nested deeper than `depth` is a [`Raw`](Self::Raw) text.
    pub(in crate::avro) fn parse_within(text: &str, depth: usize) -> Self {
        let mut rest = text;
        value(&mut rest, depth)
    }

    pub(in crate::avro) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same with the members of each object in the order of their names.
    pub(in crate::avro) fn sorted(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let sorted = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.sorted()));
                let mut members: Vec<_> = sorted.collect();
                members.sort_by(|one, other| one.0.cmp(&other.0));
                Self::Object(members)
            }
            other => other.clone(),
        }
    }
}

/// Reads a value that nests at most `depth` deep.
fn value(rest: &mut &str, depth: usize) -> Value {
    match next_token(rest) {
        Some("[") if depth > 0 => array(rest, depth - 1),
        Some("{") if depth > 0 => object(rest, depth - 1),
        Some(open @ ("[" | "{")) => Value::Raw(skipped(open, rest)),
        Some(token) if token.starts_with('"') => match serde_json::from_str(token) {
            Ok(text) => Value::Text(text),
            Err(_) => Value::Raw(with_lone_surrogates(token)),
        },
        Some(token) => Value::Raw(number(token)),
        None => Value::Raw(String::new()),
    }
}

fn array(rest: &mut &str, depth: usize) -> Value {
    let mut items = Vec::new();
    loop {
        let mut ahead = *rest;
        match next_token(&mut ahead) {
            Some("]") | None => {
                *rest = ahead;
                return Value::Array(items);
            }
            Some(",") => *rest = ahead,
            Some(_) => items.push(value(rest, depth)),
        }
    }
}

fn object(rest: &mut &str, depth: usize) -> Value {
    let mut members: Vec<(String, Value)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    loop {
        let key = match next_token(rest) {
            Some("}") | None => return Value::Object(members),
            Some(",") => continue,
            Some(token) => {
                serde_json::from_str(token).unwrap_or_else(|_| with_lone_surrogates(token))
            }
        };
        // The colon.
        next_token(rest);
        let value = value(rest, depth);
        // Of equal keys the value of the last counts, in the place of the first.
        match places.get(&key).and_then(|place| members.get_mut(*place)) {
            Some(member) => member.1 = value,
            None => {
                places.insert(key.clone(), members.len());
                members.push((key, value));
            }
        }
    }
}

/// A string with half of a surrogate pair, which a Rust string cannot hold: with that half as an
/// escape, and all else as [`write_string`] writes it.
fn with_lone_surrogates(token: &str) -> String {
    let inside = token.strip_prefix('"').unwrap_or(token);
    let mut rest = inside.strip_suffix('"').unwrap_or(inside);
    let mut out = "\"".to_owned();
    while let Some(first) = rest.chars().next() {
        let len = match (first, rest.as_bytes().get(1)) {
            ('\\', Some(b'u')) => 6,
            ('\\', _) => 2,
            _ => first.len_utf8(),
        };
        // Both escapes of a pair, if it is one.
        let text = [2 * len, len].into_iter().find_map(|len| {
            let part = rest.get(..len)?;
            let text: String = serde_json::from_str(&format!("\"{part}\"")).ok()?;
            Some((len, text))
        });
        let taken = match text {
            Some((taken, text)) => {
                write_escaped(&mut out, &text);
                taken
            }
            None => {
                let part = rest.get(..len).unwrap_or(rest);
                out.push_str(&part.to_ascii_lowercase());
                part.len()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.push('"');
    out
}

/// The text of a value that began with `open`, without white space.
fn skipped(open: &str, rest: &mut &str) -> String {
    let mut out = open.to_owned();
    let mut depth = 1_usize;
    while depth > 0 {
        let Some(token) = next_token(rest) else {
            break;
        };
        match token {
            "[" | "{" => depth += 1,
            "]" | "}" => depth -= 1,
            _ => {}
        }
        out.push_str(token);
    }
    out
}

/// The text of a whole number is kept; another number is a `double`.
fn number(token: &str) -> String {
    match token {
        "-0" => "0".to_owned(),
        _ if token.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            && token.contains(['.', 'e', 'E']) =>
        {
            token.parse().map_or_else(|_| token.to_owned(), java_double)
        }
        _ => token.to_owned(),
    }
}

/// The number that Java's `Double.valueOf` reads, but for hexadecimal ones.
pub(in crate::avro) fn double_of_text(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    match text.strip_prefix(['+', '-']).unwrap_or(text) {
        "NaN" => return Some(f64::NAN),
        "Infinity" if text.starts_with('-') => return Some(f64::NEG_INFINITY),
        "Infinity" => return Some(f64::INFINITY),
        _ => {}
    }
    let number = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let is_decimal = |c: char| c.is_ascii_digit() || ".eE+-".contains(c);
    match number.chars().all(is_decimal) {
        true => number.parse().ok(),
        false => None,
    }
}

/// `Double.toString`: at least one digit after the point, an exponent beyond 10⁻³ and 10⁷. What is
/// not a number in JSON is a string.
pub(in crate::avro) fn java_double(number: f64) -> String {
    if number.is_nan() {
        return "\"NaN\"".to_owned();
    }
    if number.is_infinite() {
        return format!("\"{}Infinity\"", if number < 0.0 { "-" } else { "" });
    }
    let mut scientific = format!("{number:e}");
    // Java takes the closer one of two digits where one would do.
    let two = format!("{number:.1e}");
    if !scientific.contains('.') && two.parse() == Ok(number) {
        scientific = two;
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        let plain = format!("{number}");
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// Takes the first token off: a string, a mark, or what is between marks.
fn next_token<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let text = rest.trim_ascii_start();
    let first = *text.as_bytes().first()?;
    let length = match first {
        b'"' => string_length(text),
        b'{' | b'}' | b'[' | b']' | b':' | b',' => 1,
        _ => text
            .find(|c: char| c.is_ascii_whitespace() || "{}[]:,\"".contains(c))
            .unwrap_or(text.len())
            .max(1),
    };
    let (token, after) = text.split_at_checked(length)?;
    *rest = after;
    Some(token)
}

fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

pub(in crate::avro) fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write_value(out, value);
            }
            out.push('}');
        }
        Value::Raw(text) => out.push_str(text),
        Value::Text(text) => write_string(out, text),
    }
}

/// With the escapes that JSON needs, and no others.
pub(in crate::avro) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    write_escaped(out, text);
    out.push('"');
}

fn write_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
}

/// The text of what is nested deeper is kept: so deep there are only attributes that Avro does not
/// know.
const MAX_DEPTH: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        write_value(&mut out, &Value::parse(text));
        assert_eq!(out, expected);
        out.clear();
        write_value(&mut out, &Value::parse(expected));
        assert_eq!(out, expected, "does not stay");
    }

    #[test]
    fn white_space_goes_but_not_inside_strings() {
        check("{ \"a b\" :\n[1, \"\\\" x\"] }", "{\"a b\":[1,\"\\\" x\"]}");
        check("\"\\\\\" ", "\"\\\\\"");
        check(" [ ] ", "[]");
        check("{\t}", "{}");
        check("null", "null");
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        check(
            r#"{"name":"a","type":1,"n\u0061me":"b"}"#,
            r#"{"name":"b","type":1}"#,
        );
    }

    #[test]
    fn half_a_surrogate_pair_stays_an_escape() {
        check(r#"["\ud800", "\ud83d\ude00"]"#, "[\"\\ud800\",\"😀\"]");
        check(
            r#"["\uD800\u00e9\/\n\"\\", "\ud83d\ud83D\uDE00x", "\udc00\ud800"]"#,
            r#"["\ud800é/\n\"\\","\ud83d😀x","\udc00\ud800"]"#,
        );
    }

    #[test]
    fn the_text_of_what_is_very_deep_is_kept() {
        let deep = format!("{}1{}", "{\"b\":".repeat(100_000), "}".repeat(100_000));
        check(&deep, &deep);
        let deep = format!("{}1{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        check(&deep, &deep);
    }

    #[test]
    fn every_prefix_is_read_somehow() {
        let text = r#"{"a": [1, -2.5e3, "x\u00e9", {"b": null}], "c": true}"#;
        for end in 0..text.len() {
            if let Some(prefix) = text.get(..end) {
                drop(Value::parse(prefix));
            }
        }
    }
}
