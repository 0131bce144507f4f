use std::fmt;
use std::hash::{Hash, Hasher};

use crate::error::{Error, ErrorKind, Result};
use crate::varint;

/// Which message of a `.proto` file a Protobuf frame holds: the path from the file's top level,
/// counting messages only, in declaration order.
///
/// The default is `[0]`, the first message of the file, and what formats without messages have.
#[derive(Clone, Copy, Eq)]
pub struct MessageIndex {
    path: [u32; MAX_LEN],
    len: u8,
}

impl PartialEq for MessageIndex {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.path() == other.path()
    }
}

impl Hash for MessageIndex {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path().hash(state);
    }
}

impl MessageIndex {
    /// `[0]`.
    pub(crate) const FIRST: Self = Self {
        path: [0; MAX_LEN],
        len: 1,
    };

    /// The index of the message at `path`.
    ///
    /// # Errors
    /// `Config` if `path` is empty, has more than 32 steps, or one of them is over 2³¹ − 1.
    pub fn new(path: &[u32]) -> Result<Self> {
        let mut index = Self {
            path: [0; MAX_LEN],
            len: 0,
        };
        for &step in path {
            index
                .push(step)
                .ok_or_else(|| invalid(ErrorKind::Config, "too long"))?;
        }
        if path.is_empty() || path.iter().any(|&step| i32::try_from(step).is_err()) {
            return Err(invalid(ErrorKind::Config, "empty or out of range"));
        }
        Ok(index)
    }

    /// The steps from the top of the file.
    #[must_use]
    pub fn path(&self) -> &[u32] {
        self.path.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Appends the index: zigzag varints, the count first; `[0]` is the one byte `00`.
    pub fn write(&self, out: &mut Vec<u8>) {
        if self.path() == [0] {
            out.push(0);
            return;
        }
        write_number(self.len.into(), out);
        for &step in self.path() {
            write_number(step, out);
        }
    }

    /// Reads an index from the start of `bytes`, and returns what follows.
    ///
    /// `[0]` may be written as `00` or `02 00` (Apicurio writes that).
    ///
    /// # Errors
    /// `Framing` if the bytes end early, a number is negative or too large, or there are more than
    /// 32 steps.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8])> {
        let (count, mut rest) = split_number(bytes)?;
        if count == 0 {
            return Ok((Self::default(), rest));
        }
        let mut index = Self {
            path: [0; MAX_LEN],
            len: 0,
        };
        for _ in 0..count {
            let (step, tail) = split_number(rest)?;
            index
                .push(step)
                .ok_or_else(|| invalid(ErrorKind::Framing, "too long"))?;
            rest = tail;
        }
        Ok((index, rest))
    }

    fn push(&mut self, step: u32) -> Option<()> {
        *self.path.get_mut(usize::from(self.len))? = step;
        self.len += 1;
        Some(())
    }
}

impl Default for MessageIndex {
    fn default() -> Self {
        Self {
            path: [0; MAX_LEN],
            len: 1,
        }
    }
}

impl fmt::Debug for MessageIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MessageIndex").field(&self.path()).finish()
    }
}

fn write_number(value: u32, out: &mut Vec<u8>) {
    varint::write(varint::zigzag(value.into()), out);
}

fn split_number(bytes: &[u8]) -> Result<(u32, &[u8])> {
    let within = bytes.get(..MAX_VARINT).unwrap_or(bytes);
    let (zigzag, rest) =
        varint::split(within).map_err(|_| invalid(ErrorKind::Framing, "cut short or over-long"))?;
    let value = i32::try_from(varint::unzigzag(zigzag)).ok();
    let value = value.and_then(|value| u32::try_from(value).ok());
    let value = value.ok_or_else(|| invalid(ErrorKind::Framing, "out of range"))?;
    let len = within.len() - rest.len();
    Ok((value, bytes.get(len..).unwrap_or_default()))
}

fn invalid(kind: ErrorKind, what: &str) -> Error {
    Error::new(kind, format!("message index: {what}"))
}

/// Deeper nesting of messages than anybody writes.
const MAX_LEN: usize = 32;
/// A zigzag varint of 32 bits is at most five bytes.
const MAX_VARINT: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &[u32], bytes: &[u8]) {
        let index = MessageIndex::new(path).unwrap();
        let mut out = vec![];
        index.write(&mut out);
        assert_eq!(out, bytes);
        let (read, rest) = MessageIndex::read(bytes).unwrap();
        assert_eq!((read, rest), (index, &[][..]));
    }

    #[track_caller]
    fn check_error(bytes: &[u8]) {
        assert_eq!(
            MessageIndex::read(bytes).unwrap_err().kind(),
            ErrorKind::Framing
        );
    }

    #[test]
    fn paths_are_written_as_java_does() {
        check(&[0], &[0]);
        check(&[1], &[2, 2]);
        check(&[1, 0], &[4, 2, 0]);
        check(&[2, 1], &[4, 4, 2]);
        check(&[64], &[2, 0x80, 1]);
    }

    #[test]
    fn long_form_of_the_first_message_is_read() {
        let (index, rest) = MessageIndex::read(&[2, 0, 9]).unwrap();
        assert_eq!((index, rest), (MessageIndex::default(), &[9][..]));
    }

    #[test]
    fn malformed_index_is_an_error() {
        check_error(&[]);
        check_error(&[2]);
        check_error(&[1, 0]);
        check_error(&[2, 1]);
        check_error(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
        check_error(&[0x80; 12]);
        check_error(&[0xfe, 0xff, 0xff, 0xff, 0x0f]);
        check_error(&[0; 40].map(|_| 66));
    }

    #[test]
    fn invalid_paths_cannot_be_built() {
        assert!(MessageIndex::new(&[]).is_err());
        assert!(MessageIndex::new(&[0; 33]).is_err());
        assert!(MessageIndex::new(&[1 << 31]).is_err());
    }
}
