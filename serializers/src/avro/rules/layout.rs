//! One layout for schemas that differ in nothing but white space and the order of attributes.

/// `text`, which is well-formed JSON, without white space, and with the attributes of every object
/// in the order in which Java's `Schema.toString` writes them; those that it does not know follow
/// by name. Values stay as they are written.
pub(super) fn tidy(text: &str) -> String {
    let mut layout = Layout::default();
    let mut rest = text;
    while let Some(token) = next_token(&mut rest) {
        layout.add(token);
    }
    layout.out
}

/// Tokens are written as they come; an object's members are put in order where it ends.
#[derive(Default)]
struct Layout {
    out: String,
    open: Vec<Open>,
    /// How many are open besides, too deep to be put in order.
    deeper: usize,
}

/// An array or object that has not ended yet.
enum Open {
    Array { is_fields: bool },
    Object(Members),
}

/// Where an object's members stand in the output.
struct Members {
    start: usize,
    is_field: bool,
    ended: Vec<Member>,
    current: Member,
}

#[derive(Clone, Copy, Default)]
struct Member {
    start: usize,
    key_end: Option<usize>,
    end: usize,
}

impl Layout {
    fn add(&mut self, token: &str) {
        let opens = matches!(token, "{" | "[");
        if self.deeper > 0 || opens && self.open.len() == MAX_DEPTH {
            self.deeper += usize::from(opens);
            self.deeper -= usize::from(matches!(token, "}" | "]"));
            self.out.push_str(token);
            return;
        }
        match token {
            "{" => self.open_object(),
            "[" => {
                let is_fields = self.key() == Some("\"fields\"");
                self.open.push(Open::Array { is_fields });
                self.out.push('[');
            }
            "}" => self.close_object(),
            "]" => {
                self.open.pop();
                self.out.push(']');
            }
            ":" => {
                let end = self.out.len();
                if let Some(Open::Object(members)) = self.open.last_mut() {
                    members.current.key_end = Some(end);
                }
                self.out.push(':');
            }
            "," => self.end_member(true),
            text => self.out.push_str(text),
        }
    }

    /// The key whose value comes now.
    fn key(&self) -> Option<&str> {
        let Some(Open::Object(members)) = self.open.last() else {
            return None;
        };
        self.out
            .get(members.current.start..members.current.key_end?)
    }

    fn open_object(&mut self) {
        self.out.push('{');
        let is_field = matches!(self.open.last(), Some(Open::Array { is_fields: true }));
        let start = self.out.len();
        self.open.push(Open::Object(Members {
            start,
            is_field,
            ended: Vec::new(),
            current: Member {
                start,
                ..Member::default()
            },
        }));
    }

    fn end_member(&mut self, another: bool) {
        let end = self.out.len();
        if another {
            self.out.push(',');
        }
        let start = self.out.len();
        if let Some(Open::Object(members)) = self.open.last_mut() {
            let next = Member {
                start,
                ..Member::default()
            };
            let ended = std::mem::replace(&mut members.current, next);
            members.ended.push(Member { end, ..ended });
        }
    }

    fn close_object(&mut self) {
        self.end_member(false);
        if let Some(Open::Object(mut members)) = self.open.pop()
            && members.ended.len() > 1
        {
            let out = &self.out;
            let text = |member: &Member, end| out.get(member.start..end).unwrap_or_default();
            // Of equal keys the last counts: they keep their order.
            members.ended.sort_by_key(|member| {
                let key = text(member, member.key_end.unwrap_or(member.end));
                (rank(key, members.is_field), key)
            });
            let texts: Vec<&str> = (members.ended.iter())
                .map(|member| text(member, member.end))
                .collect();
            let sorted = texts.join(",");
            self.out.truncate(members.start);
            self.out.push_str(&sorted);
        }
        self.out.push('}');
    }
}

/// The place of an attribute. Source: apache/avro
/// `lang/java/avro/src/main/java/org/apache/avro/Schema.java`, the `toJson` of each type and
/// `fieldsToJson`.
fn rank(key: &str, is_field: bool) -> usize {
    let order = if is_field { FIELD } else { SCHEMA };
    let key = key.trim_matches('"');
    let place = order.iter().position(|keys| keys.contains(&key));
    place.unwrap_or(order.len())
}

/// Takes the first token off: a string, a mark, or what stands between marks.
fn next_token<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let text = rest.trim_ascii_start();
    let first = *text.as_bytes().first()?;
    let len = match first {
        b'"' => string_len(text),
        b'{' | b'}' | b'[' | b']' | b':' | b',' => 1,
        _ => text
            .find(|c: char| c.is_ascii_whitespace() || "{}[]:,\"".contains(c))
            .unwrap_or(text.len()),
    };
    let (token, after) = text.split_at_checked(len)?;
    *rest = after;
    Some(token)
}

fn string_len(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

const SCHEMA: &[&[&str]] = &[
    &["type"],
    &["name"],
    &["namespace"],
    &["doc"],
    &["fields", "items", "size", "symbols", "values"],
    &["default"],
    &["aliases"],
];
const FIELD: &[&[&str]] = &[
    &["name"],
    &["type"],
    &["doc"],
    &["default"],
    &["order"],
    &["aliases"],
];
/// What is nested deeper stays as it is; so deep there are only attributes that Avro does not know.
const MAX_DEPTH: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(tidy(text), expected);
        assert_eq!(tidy(expected), expected, "is not tidy");
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
    fn attributes_have_one_order() {
        check(
            r#"{"fields": [{"default": -1.50, "zeta": {"b": 1, "a": [2]}, "type": "int", "name": "x",
                "aliases": ["y"], "doc": "d"}], "logicalType": "l", "doc": "", "name": "R",
                "aliases": [], "type": "record", "namespace": "n"}"#,
            r#"{"type":"record","name":"R","namespace":"n","doc":"","fields":[{"name":"x","type":"int","doc":"d","default":-1.50,"aliases":["y"],"zeta":{"a":[2],"b":1}}],"aliases":[],"logicalType":"l"}"#,
        );
        check(
            r#"{"items":{"size":4,"name":"F","type":"fixed"},"type":"array"}"#,
            r#"{"type":"array","items":{"type":"fixed","name":"F","size":4}}"#,
        );
    }

    #[test]
    fn of_equal_keys_the_last_stays_the_last() {
        check(
            r#"{"name":"a","type":1,"name":"b"}"#,
            r#"{"type":1,"name":"a","name":"b"}"#,
        );
    }

    #[test]
    fn what_is_very_deep_stays_as_it_is() {
        let deep = format!(
            "{}1{}",
            "{\"b\":1,\"a\":".repeat(100_000),
            "}".repeat(100_000)
        );
        assert_eq!(tidy(&deep).len(), deep.len());
        let deep = format!("{}1{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(tidy(&deep), deep);
    }
}
