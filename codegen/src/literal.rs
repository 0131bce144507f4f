//! Rust literals for any text and bytes.

/// Returns a string literal whose value is exactly `text`: a raw one if possible, which is easier
/// to read.
pub(crate) fn string(text: &str) -> String {
    if !text.chars().all(is_plain) {
        return escaped(text);
    }
    let hashes = "#".repeat(longest_run(text, '#') + 1);
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Returns a byte string literal, broken into lines.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    let mut column = 0;
    for &byte in bytes {
        // A line may not begin with a space: the line break would swallow it.
        let text = match byte {
            b' ' if column == 0 => "\\x20".to_owned(),
            _ => byte.escape_ascii().to_string(),
        };
        column += text.len();
        out.push_str(&text);
        if column >= LINE {
            out.push_str("\\\n");
            column = 0;
        }
    }
    out.push('"');
    out
}

/// Returns whether a raw literal may hold a character: the compiler turns CR LF into LF, and
/// refuses a lone CR and characters that change the direction of text.
fn is_plain(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || is_direction(c))
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            _ if is_plain(c) => out.push(c),
            _ => out.extend(c.escape_unicode()),
        }
    }
    out.push('"');
    out
}

/// Returns whether the character changes the direction of the text around it, or is a byte order
/// mark.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

fn longest_run(text: &str, of: char) -> usize {
    let runs = text.split(|c| c != of);
    runs.map(|run| run.chars().count()).max().unwrap_or(0)
}

const LINE: usize = 88;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_string(text: &str) {
        let literal = syn::parse_str::<syn::LitStr>(&string(text)).unwrap();
        assert_eq!(literal.value(), text);
        assert!(!string(text).contains(|c: char| c == '\r' || is_direction(c)));
    }

    #[track_caller]
    fn check_bytes(value: &[u8]) {
        let literal = syn::parse_str::<syn::LitByteStr>(&bytes(value)).unwrap();
        assert_eq!(literal.value(), value);
    }

    #[test]
    fn strings_keep_their_value() {
        for text in [
            "",
            "a\nb",
            "\"",
            "\"#",
            "\"##\" #",
            "\\",
            "a\r\nb",
            "\0\u{1}",
            "\u{202e}x",
            "\u{feff}é✓",
        ] {
            check_string(text);
        }
    }

    #[test]
    fn bytes_keep_their_value() {
        check_bytes(&[]);
        check_bytes(&[b' '; 500]);
        check_bytes(&[b'\n'; 500]);
        check_bytes(&(0..=255).cycle().take(2000).collect::<Vec<_>>());
    }
}
