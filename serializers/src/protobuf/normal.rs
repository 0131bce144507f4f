//! Forms of a schema that are equal where only layout and comments differ.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;

use super::canonical;
use super::descriptor::Registered;
use super::pool::Compiled;

/// Equal for schemas that Confluent's server keeps as one: the descriptor, for a text too. A text
/// whose descriptor is not [exact](Compiled::is_exact) is equal to the same text alone.
pub(super) fn canonical(text: &str, compiled: &Compiled) -> String {
    let bytes = match compiled.registered.is_text() {
        // Not by way of a `FileDescriptorProto`, which has no place for custom options.
        true if compiled.is_exact => Some(compiled.file.encode_to_vec()),
        true => None,
        false => STANDARD.decode(text.trim_ascii()).ok(),
    };
    let canonical = bytes.and_then(|bytes| canonical::canonical(&bytes));
    canonical.map_or_else(|| one_line(text), |bytes| STANDARD.encode(bytes))
}

/// The form that is stored when a schema is registered with `normalize`.
pub(super) fn normalize(text: &str, registered: &Registered) -> String {
    match registered.is_text() {
        true => lines(text),
        false => encoded(text, registered),
    }
}

/// The base64 of the descriptor, types resolved and options understood; what was registered as a
/// descriptor is unchanged. `None` if it would not be [exact](Compiled::is_exact).
pub(super) fn serialized(text: &str, compiled: &Compiled) -> Option<String> {
    if !compiled.registered.is_text() {
        return Some(text.trim_ascii().to_owned());
    }
    if !compiled.is_exact {
        return None;
    }
    // Not by way of a `FileDescriptorProto`, which has no place for custom options.
    let mut bytes = compiled.file.encode_to_vec();
    // Of a field that is there twice the last counts.
    bytes.extend(NAME);
    Some(STANDARD.encode(bytes))
}

/// The descriptor without source locations. One that has none is unchanged: read and written
/// again it would have lost custom options.
fn encoded(text: &str, registered: &Registered) -> String {
    if registered.file.source_code_info.is_none() {
        return text.trim_ascii().to_owned();
    }
    let mut file = registered.file.clone();
    file.source_code_info = None;
    STANDARD.encode(file.encode_to_vec())
}

fn one_line(text: &str) -> String {
    tokens(text).fold(String::new(), |mut out, token| {
        separate(&mut out, token);
        out.push_str(token);
        out
    })
}

/// One statement a line, two spaces for each block around it.
fn lines(text: &str) -> String {
    let (mut out, mut line, mut depth) = (String::new(), String::new(), 0_usize);
    for token in tokens(text) {
        if token == "}" {
            depth = depth.saturating_sub(1);
        }
        separate(&mut line, token);
        line.push_str(token);
        if matches!(token, ";" | "{" | "}") {
            out.push_str(&"  ".repeat(depth));
            out.push_str(&line);
            out.push('\n');
            line.clear();
        }
        if token == "{" {
            depth += 1;
        }
    }
    out.push_str(&line);
    out
}

/// Puts a space between two tokens, but where none is usual.
fn separate(out: &mut String, token: &str) {
    let is_tight = matches!(token, ";" | "," | ")" | "]" | ">" | "<")
        || token.starts_with('.') && out.ends_with(')')
        || out.ends_with(['(', '[', '<']);
    if !out.is_empty() && !is_tight {
        out.push(' ');
    }
}

/// The tokens of a `.proto` text that was found valid; comments are none.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            let Some(skipped) = skip_comment(rest) else {
                break;
            };
            rest = skipped;
        }
        let (token, tail) = rest.split_at_checked(token_len(rest))?;
        rest = tail;
        (!token.is_empty()).then_some(token)
    })
}

fn skip_comment(text: &str) -> Option<&str> {
    if let Some(block) = text.strip_prefix("/*") {
        return Some(block.split_once("*/").map_or("", |(_, rest)| rest));
    }
    let line = text.strip_prefix("//").or_else(|| text.strip_prefix('#'))?;
    Some(line.split_once('\n').map_or("", |(_, rest)| rest))
}

fn token_len(text: &str) -> usize {
    match text.chars().next() {
        None => 0,
        Some(quote @ ('"' | '\'')) => string_len(text, quote),
        Some(c) if is_word(c) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        Some(c) => c.len_utf8(),
    }
}

fn string_len(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let ends = c == quote && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |(at, c)| at + c.len_utf8())
}

/// Of names, full names and numbers with their sign.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+')
}

/// `FileDescriptorProto.name`, field 1, as Confluent's server sets it.
const NAME: &[u8] = b"\x0a\x07default";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(lines(text), expected);
        assert_eq!(lines(expected), expected);
        assert_eq!(one_line(text), one_line(expected));
    }

    #[test]
    fn layout_and_comments_go() {
        check(
            "// first\nsyntax='proto3' ;message A{/* x */map < string,int32 > m=1[deprecated\n=true];\n}",
            "syntax = 'proto3';\nmessage A {\n  map<string, int32> m = 1 [deprecated = true];\n}\n",
        );
    }

    #[test]
    fn strings_options_and_signs_stay() {
        check(
            "option (a.b).c = \"// \\\" } /*\"; enum E { X = -1; }",
            "option (a.b).c = \"// \\\" } /*\";\nenum E {\n  X = -1;\n}\n",
        );
    }

    #[test]
    fn blocks_are_indented() {
        check(
            "message A { message B { oneof o { int32 x = 1; } } reserved 2, 4 to max; }",
            "message A {\n  message B {\n    oneof o {\n      int32 x = 1;\n    }\n  }\n  \
             reserved 2, 4 to max;\n}\n",
        );
    }
}
