//! JSON text, taken apart piece by piece: whatever stands next is asked for.
//!
//! Grammar: RFC 8259. No piece recurses, so nesting costs nothing here.

use std::borrow::Cow;

use crate::avro::schema::line_column;
use crate::error::{Error, ErrorKind, Result};

/// A JSON text, and how far it was read.
#[derive(Debug)]
pub(super) struct Text<'t> {
    text: &'t str,
    at: usize,
}

/// What stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Array,
    Boolean,
    Null,
    Number,
    Object,
    String,
}

impl Shape {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Array => "an array",
            Self::Boolean => "a boolean",
            Self::Null => "null",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::String => "a string",
        }
    }
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Bytes read so far.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to where [`at`](Self::at) was once.
    pub(super) fn go_back(&mut self, at: usize) {
        self.at = at;
    }

    /// What the next value is; reads only the white space in front of it.
    pub(super) fn shape(&mut self) -> Result<Shape> {
        self.skip_white_space();
        Ok(match self.peek() {
            Some(b'[') => Shape::Array,
            Some(b'{') => Shape::Object,
            Some(b'"') => Shape::String,
            Some(b't' | b'f') => Shape::Boolean,
            Some(b'n') => Shape::Null,
            Some(b'-' | b'0'..=b'9') => Shape::Number,
            Some(_) => return Err(self.error("expected a JSON value")),
            None => return Err(self.error("the text ends where a value should stand")),
        })
    }

    /// Reads `null`.
    pub(super) fn null(&mut self) -> Result<()> {
        match self.eat("null") {
            true => Ok(()),
            false => Err(self.error("expected null")),
        }
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self) -> Result<bool> {
        if self.eat("true") {
            return Ok(true);
        }
        match self.eat("false") {
            true => Ok(false),
            false => Err(self.error("expected true or false")),
        }
    }

    /// Reads a number, as it stands there.
    pub(super) fn number(&mut self) -> Result<&'t str> {
        self.skip_white_space();
        let start = self.at;
        self.eat_byte(b'-');
        let first = self.peek();
        let whole = self.digits();
        if whole == 0 || (whole > 1 && first == Some(b'0')) {
            return Err(self.error("expected a number"));
        }
        if self.eat_byte(b'.') && self.digits() == 0 {
            return Err(self.error("expected digits behind the point"));
        }
        if self.eat_byte(b'e') || self.eat_byte(b'E') {
            let _sign = self.eat_byte(b'+') || self.eat_byte(b'-');
            if self.digits() == 0 {
                return Err(self.error("expected digits in the exponent"));
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Reads a string.
    pub(super) fn string(&mut self) -> Result<Cow<'t, str>> {
        self.skip_white_space();
        if !self.eat_byte(b'"') {
            return Err(self.error("expected a string"));
        }
        let plain = self.plain_characters()?;
        if self.eat_byte(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut out = plain.to_owned();
        while !self.eat_byte(b'"') {
            match self.peek() {
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => out.push_str(self.plain_characters()?),
                None => return Err(self.error("the text ends inside a string")),
            }
        }
        Ok(Cow::Owned(out))
    }

    /// Enters an array or an object.
    pub(super) fn open(&mut self, bracket: u8) -> Result<()> {
        self.skip_white_space();
        match self.eat_byte(bracket) {
            true => Ok(()),
            false => Err(self.error("expected another kind of value")),
        }
    }

    /// Whether another item follows; reads the comma, or the bracket that closes.
    pub(super) fn item(&mut self, is_first: bool) -> Result<bool> {
        self.next_in(is_first, b']')
    }

    /// Whether another member follows: its key; reads the colon, or the bracket that closes.
    pub(super) fn key(&mut self, is_first: bool) -> Result<Option<Cow<'t, str>>> {
        if !self.next_in(is_first, b'}')? {
            return Ok(None);
        }
        let key = self.string()?;
        self.skip_white_space();
        match self.eat_byte(b':') {
            true => Ok(Some(key)),
            false => Err(self.error("expected a colon")),
        }
    }

    /// Ends the text.
    pub(super) fn finish(mut self) -> Result<()> {
        self.skip_white_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("something follows the value")),
        }
    }

    fn next_in(&mut self, is_first: bool, close: u8) -> Result<bool> {
        self.skip_white_space();
        if self.eat_byte(close) {
            return Ok(false);
        }
        if !is_first && !self.eat_byte(b',') {
            return Err(self.error("expected a comma or a closing bracket"));
        }
        Ok(true)
    }

    /// Characters up to a quote or a backslash.
    fn plain_characters(&mut self) -> Result<&'t str> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        let start = self.at;
        self.at += len;
        match self.peek() {
            Some(0..=0x1f) => Err(self.error("a control character inside a string")),
            None => Err(self.error("the text ends inside a string")),
            Some(_) => Ok(self.text.get(start..self.at).unwrap_or_default()),
        }
    }

    fn escape(&mut self) -> Result<char> {
        self.at += 1;
        let escaped = self.peek();
        // A character of several bytes is an error, which is told of before it.
        self.at += usize::from(escaped.is_some_and(|byte| byte.is_ascii()));
        Ok(match escaped {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error("an unknown escape")),
        })
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.error("half of a surrogate pair"));
        }
        if !self.eat("\\u") {
            return Err(self.error("half of a surrogate pair"));
        }
        let low = self.hex()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(self.error("half of a surrogate pair"));
        }
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        char::from_u32(code).ok_or_else(|| self.error("half of a surrogate pair"))
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.error("expected four hex digits"))?;
        self.at += 4;
        Ok(code)
    }

    fn digits(&mut self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += len;
        len
    }

    /// Reads `word` if it stands here.
    fn eat(&mut self, word: &str) -> bool {
        let is_here = self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    fn eat_byte(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// A `Decode` error that says where.
    #[cold]
    pub(super) fn error(&self, what: &str) -> Error {
        let (line, column) = line_column(self.text, self.at);
        Error::new(
            ErrorKind::Decode,
            format!("line {line}, column {column}: {what}"),
        )
    }
}

/// Appends a string, quoted; control characters are escaped, C1's too: terminals obey them.
pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    match is_plain(text.as_bytes()) {
        true => out.extend_from_slice(text.as_bytes()),
        false => write_escaped(text, out),
    }
    out.push(b'"');
}

/// Appends bytes that should be UTF-8 as a string; `None` if they are not.
#[inline]
pub(super) fn write_utf8(bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    out.push(b'"');
    match is_plain(bytes) {
        true => out.extend_from_slice(bytes),
        false => write_escaped(std::str::from_utf8(bytes).ok()?, out),
    }
    out.push(b'"');
    Some(())
}

/// Appends bytes as a string: the code points 0 to 255 are the bytes 0 to 255.
pub(super) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    match is_plain(bytes) {
        true => out.extend_from_slice(bytes),
        false => {
            for byte in bytes {
                write_escaped(char::from(*byte).encode_utf8(&mut [0; 2]), out);
            }
        }
    }
    out.push(b'"');
}

/// Whether all are printable ASCII that stands in a string as it is. Eight at a time, without an
/// early end: most strings are short and plain.
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 0xff;
    /// The high bit of each byte that is zero, and maybe of one above such.
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word
    }
    let others = |word: u64| {
        let below_blank = word.wrapping_sub(ONES * 0x20) & !word;
        let above_tilde = word | word.wrapping_add(ONES);
        let quote = zeros(word ^ (ONES * 0x22));
        let backslash = zeros(word ^ (ONES * 0x5c));
        below_blank | above_tilde | quote | backslash
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [b' '; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let found = words.iter().chain([&last]);
    let found = found.fold(0, |found, word| found | others(u64::from_le_bytes(*word)));
    found & (ONES * 0x80) == 0
}

#[inline(never)]
fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = next_special(rest) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut characters = from.chars();
        match characters.next() {
            Some('"') => out.extend_from_slice(b"\\\""),
            Some('\\') => out.extend_from_slice(b"\\\\"),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some('\r') => out.extend_from_slice(b"\\r"),
            Some('\t') => out.extend_from_slice(b"\\t"),
            Some(other) => {
                let escape = format!("\\u{:04x}", u32::from(other));
                out.extend_from_slice(escape.as_bytes());
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Where a character stands that a string does not have as it is.
fn next_special(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let is_rare = |byte: &u8| matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f | 0xc2);
        let at = from + rest.iter().position(is_rare)?;
        // C1 is U+0080 to U+009F, which is C2 80 to C2 9F.
        match bytes.get(at..) {
            Some([0xc2, 0xa0..=0xff, ..]) => from = at + 2,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_that_must_be_escaped_goes_by() {
        for length in 1..20 {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    let mut bytes = vec![b'~'; length];
                    if let Some(at) = bytes.get_mut(place) {
                        *at = byte;
                    }
                    let is_expected = matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
                    assert_eq!(
                        is_plain(&bytes),
                        is_expected,
                        "{byte} at {place} of {length}"
                    );
                }
            }
        }
        assert!(is_plain(b""));
    }

    #[test]
    fn every_character_is_escaped_that_a_terminal_obeys_and_no_other() {
        for character in (0..0x3000).filter_map(char::from_u32) {
            let text = format!("a{character}Ä{character}");
            let mut out = Vec::new();
            write_string(&text, &mut out);
            let written = String::from_utf8(out).unwrap();
            let is_as_it_is = written == format!("\"{text}\"");
            let must_not = character.is_control() || matches!(character, '"' | '\\');
            assert_eq!(is_as_it_is, !must_not, "{character:?}");
            let read: String = serde_json::from_str(&written).unwrap();
            assert_eq!(read, text);
        }
    }
}
