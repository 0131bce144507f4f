//! How deeply a `.proto` text nests, found before a parser that recurses reads it.

use std::panic::resume_unwind;

use prost::encoding::{WireType, decode_key, decode_varint};

use crate::error::{Error, ErrorKind, Result};

/// Refuses a text whose brackets nest deeper than [`MAX_DEPTH`], or whose strings and comments are
/// so malformed that the depth is unknown.
///
/// Knows strings and comments exactly as protobuf's lexer has them, so that nothing hides in them:
/// <https://protobuf.dev/reference/protobuf/proto3-spec/#lexical_elements>.
///
/// Returns how deeply the brackets nest.
pub(super) fn check(text: &str) -> Result<usize> {
    let mut scan = Scan {
        rest: text.as_bytes(),
    };
    let (mut depth, mut deepest) = (0_usize, 0);
    while let Some(byte) = scan.next() {
        match byte {
            b'{' | b'[' | b'(' | b'<' => depth += 1,
            b'}' | b']' | b')' | b'>' => depth = depth.saturating_sub(1),
            b'"' | b'\'' => scan.skip_string(byte)?,
            b'#' => scan.skip_line(),
            b'/' if scan.eat(b'/') => scan.skip_line(),
            b'/' if scan.eat(b'*') => scan.skip_block()?,
            _ => {}
        }
        deepest = deepest.max(depth);
        if depth > MAX_DEPTH {
            let message = format!("the .proto text nests deeper than {MAX_DEPTH} brackets");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
    }
    Ok(deepest)
}

/// Refuses an encoded `FileDescriptorProto` whose messages nest deeper than protoc's do; returns
/// how deeply they nest.
pub(super) fn check_descriptor(bytes: &[u8]) -> Result<usize> {
    // message_type = 4 of a file, nested_type = 3 of a message.
    let depth = messages_in(bytes, 4, 0);
    if depth > MAX_MESSAGES {
        let message = format!("the schema's messages nest deeper than {MAX_MESSAGES}");
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    }
    Ok(depth)
}

/// How deeply messages nest in the fields `number` of `bytes`; what is malformed ends it, and the
/// decoder says so.
fn messages_in(bytes: &[u8], number: u32, depth: usize) -> usize {
    let (mut rest, mut deepest) = (bytes, depth);
    while depth <= MAX_MESSAGES
        && let Ok((found, wire_type)) = decode_key(&mut rest)
    {
        let skipped = match wire_type {
            WireType::LengthDelimited => delimited(&mut rest).map(|inner| {
                if found == number {
                    deepest = deepest.max(messages_in(inner, 3, depth + 1));
                }
            }),
            WireType::Varint => decode_varint(&mut rest).ok().map(drop),
            WireType::SixtyFourBit => rest.get(8..).map(|tail| rest = tail),
            WireType::ThirtyTwoBit => rest.get(4..).map(|tail| rest = tail),
            WireType::StartGroup | WireType::EndGroup => Some(()),
        };
        if skipped.is_none() {
            break;
        }
    }
    deepest
}

fn delimited<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let len = usize::try_from(decode_varint(rest).ok()?).ok()?;
    let (inner, tail) = rest.split_at_checked(len)?;
    *rest = tail;
    Some(inner)
}

/// Runs what recurses over a schema that nests so deeply: on the caller's stack, or where that
/// might be too small, on one of its own. (protox-parse was seen to take 8 KiB a level where
/// nothing is optimized.)
pub(super) fn with_stack<T: Send>(
    depth: usize,
    run: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    match depth <= SHALLOW {
        true => run(),
        false => on_stack(STACK, "a deeply nested schema", run),
    }
}

/// Runs on a thread with a stack of so many bytes; a panic goes on in the caller's thread.
///
/// # Errors
/// `Io` if the thread cannot be started; errors of `run`.
pub(super) fn on_stack<T: Send>(
    bytes: usize,
    what: &str,
    run: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes);
        match thread.spawn_scoped(scope, run) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(error) => {
                let message = format!("could not start a thread to read {what}");
                Err(Error::new(ErrorKind::Io, message).with_source(error))
            }
        }
    })
}

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn eat(&mut self, expected: u8) -> bool {
        let found = self.rest.first() == Some(&expected);
        if found {
            self.next();
        }
        found
    }

    fn skip_line(&mut self) {
        while self.next().is_some_and(|byte| byte != b'\n') {}
    }

    /// Block comments do not nest.
    fn skip_block(&mut self) -> Result<()> {
        while let Some(byte) = self.next() {
            match byte {
                b'*' if self.eat(b'/') => return Ok(()),
                b'/' if self.rest.first() == Some(&b'*') => break,
                _ => {}
            }
        }
        Err(invalid("a comment is not closed, or nested"))
    }

    fn skip_string(&mut self, quote: u8) -> Result<()> {
        while let Some(byte) = self.next() {
            match byte {
                _ if byte == quote => return Ok(()),
                b'\\' => self.skip_escape()?,
                b'\n' | 0 => break,
                _ => {}
            }
        }
        Err(invalid("a string is not closed"))
    }

    fn skip_escape(&mut self) -> Result<()> {
        let digits = match self.next() {
            Some(
                b'a'
                | b'b'
                | b'f'
                | b'n'
                | b'r'
                | b't'
                | b'v'
                | b'?'
                | b'\\'
                | b'\''
                | b'"'
                | b'0'..=b'7',
            ) => 0,
            Some(b'x' | b'X') => 1,
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => return Err(invalid("a string has an unknown escape")),
        };
        for _ in 0..digits {
            if !self.next().is_some_and(|digit| digit.is_ascii_hexdigit()) {
                return Err(invalid("a string has an unknown escape"));
            }
        }
        Ok(())
    }
}

fn invalid(what: &str) -> Error {
    Error::new(
        ErrorKind::InvalidSchema,
        format!("not a .proto text: {what}"),
    )
}

/// Deeper than anybody writes: messages in messages, and option values in them.
pub(super) const MAX_DEPTH: usize = 64;
/// As protoc and protox-parse: `kMaxMessageNesting` in
/// <https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/compiler/parser.cc>.
const MAX_MESSAGES: usize = 32;
const SHALLOW: usize = 6;
const STACK: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_kind(text: &str, expected: Option<ErrorKind>) {
        assert_eq!(check(text).err().map(|error| error.kind()), expected);
    }

    #[test]
    fn deep_nesting_is_refused_in_every_bracket() {
        for bracket in ["message A {", "[", "(", "<"] {
            check_kind(&bracket.repeat(64), None);
            check_kind(&bracket.repeat(65), Some(ErrorKind::LimitExceeded));
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "{".repeat(100);
        check_kind(&format!("// {brackets}\n/* {brackets} */"), None);
        check_kind(&format!("'{brackets}' \"\\\"{brackets}\""), None);
    }

    #[test]
    fn closing_brackets_in_strings_and_comments_hide_nothing() {
        for closing in ["// }\n", "/* } */", "'}'", "\"\\\"}\"", "# }\n", "'\\x7d}'"] {
            let text = format!("{{{closing}").repeat(100);
            check_kind(&text, Some(ErrorKind::LimitExceeded));
        }
    }

    #[test]
    fn a_panic_in_the_helper_thread_is_not_a_limit() {
        let run = || with_stack(1_000, || -> Result<()> { panic!("the parser is wrong") });
        let panic = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"the parser is wrong"));
        assert_eq!(with_stack(1_000, || Ok(7)).unwrap(), 7);
    }

    /// No memory for its stack.
    #[test]
    fn a_thread_that_does_not_start_is_an_io_error() {
        let error = on_stack(usize::MAX / 2, "a schema", || Ok(7)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        for text in [
            "'", "\"a\n\"", "/*", "/* /* */", "'\\q'", "'\\x'", "'\\u12'", "'\0'",
        ] {
            check_kind(text, Some(ErrorKind::InvalidSchema));
        }
    }
}
