//! Bytes, part by part, by the schema that they were written with.

use crate::varint::{self, Malformed};

/// A range of bytes, and what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// The path of the value and the value: `shop.Order.total: double 9.5`.
    pub text: String,
}

impl Part {
    /// A part of the bytes from `start` to `end`.
    pub fn new(start: usize, end: usize, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { start, end, text }
    }

    /// Shifts the part, for bytes that start at `offset`.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.start += offset;
        self.end += offset;
        self
    }
}

/// The meaning of each byte of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Annotations {
    /// The full name of the record or message, or the type of another value.
    pub name: String,
    /// The parts, in the order of their starts. No more than 10,000.
    pub parts: Vec<Part>,
    /// Whether the bytes fit the schema; if not, the last part says why.
    pub is_valid: bool,
}

/// The most parts of one body.
const MAX_PARTS: usize = 10_000;
/// The deepest nesting, as when values are decoded.
const MAX_DEPTH: usize = 64;

/// A walk over bytes, with the parts so far.
pub(crate) struct Walk<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) at: usize,
    pub(crate) parts: Vec<Part>,
    pub(crate) depth: usize,
}

/// A walk that ended early: the last part says why.
#[derive(Debug)]
pub(crate) struct Stopped;

/// The result of a step of a walk.
pub(crate) type Step<T = ()> = Result<T, Stopped>;

impl<'b> Walk<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            parts: Vec::new(),
            depth: 0,
        }
    }

    /// The parts; bytes after the last one are a fault.
    pub(crate) fn finish(mut self, name: impl Into<String>, end: &Step) -> Annotations {
        let is_valid = end.is_ok() && self.at == self.bytes.len();
        if end.is_ok() && !is_valid {
            let count = self.bytes.len() - self.at;
            self.push(self.at, self.bytes.len(), format!("{count} bytes too many"));
        }
        Annotations {
            name: name.into(),
            parts: self.parts,
            is_valid,
        }
    }

    fn push(&mut self, start: usize, end: usize, text: String) {
        self.parts.push(Part::new(start, end, text));
    }

    /// Adds a part: the bytes since `start`.
    pub(crate) fn say(&mut self, start: usize, what: String) -> Step {
        if self.parts.len() >= MAX_PARTS {
            return self.stop(start, "and so on: there are more parts than are drawn");
        }
        self.push(start, self.at, what);
        Ok(())
    }

    /// Ends the walk, with the reason.
    pub(crate) fn stop<T>(&mut self, start: usize, why: &str) -> Step<T> {
        self.push(start, self.bytes.len(), why.to_owned());
        Err(Stopped)
    }

    pub(crate) fn enter(&mut self) -> Step {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => self.stop(self.at, "nested too deeply"),
            false => Ok(()),
        }
    }

    pub(crate) fn take(&mut self, count: u64, what: &str) -> Step<&'b [u8]> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => {
                let left = self.bytes.len() - self.at;
                let why = format!("{what}: cut short, {count} bytes expected and {left} left");
                self.stop(self.at, &why)
            }
        }
    }

    pub(crate) fn varint(&mut self, what: &str) -> Step<u64> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        match varint::split(rest) {
            Ok((value, rest)) => {
                self.at = self.bytes.len() - rest.len();
                Ok(value)
            }
            Err(Malformed::Truncated) => {
                self.stop(start, &format!("{what}: cut short within a number"))
            }
            Err(Malformed::TooLong) => {
                self.stop(start, &format!("{what}: a number of over 64 bits"))
            }
        }
    }
}

/// The start of a text, quoted, without control characters.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let text = String::from_utf8_lossy(bytes);
    let start: String = text.chars().take(SHOWN).collect();
    match text.chars().nth(SHOWN) {
        Some(_) => format!("{start:?}…"),
        None => format!("{start:?}"),
    }
}
