use std::io::{BufReader, Read};

use super::io;
use crate::error::{Error, ErrorKind, Result};
use crate::varint;

/// The bytes of a file, in front of which nobody knows how many there are.
#[derive(Debug)]
pub(super) struct Source<R> {
    input: BufReader<R>,
    offset: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: BufReader::new(input),
            offset: 0,
        }
    }

    /// The next number; `None` if the file ends in front of it.
    pub(super) fn long_or_end(&mut self) -> Result<Option<i64>> {
        let mut first = [0];
        match self.read(&mut first)? {
            0 => Ok(None),
            _ => self.long_from(first).map(Some),
        }
    }

    pub(super) fn long(&mut self) -> Result<i64> {
        let first = self.array()?;
        self.long_from(first)
    }

    fn long_from(&mut self, first: [u8; 1]) -> Result<i64> {
        let mut bytes = [0; varint::MAX_LEN];
        let mut last = first;
        for (index, place) in bytes.iter_mut().enumerate() {
            if index > 0 {
                last = self.array()?;
            }
            [*place] = last;
            if *place < 0x80 {
                break;
            }
        }
        match varint::split(&bytes) {
            Ok((zigzag, _)) => Ok(varint::unzigzag(zigzag)),
            Err(_) => Err(self.error("a number of more than 64 bits")),
        }
    }

    /// The next bytes, exactly so many.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        let found = self.read(&mut bytes)?;
        match found == N {
            true => Ok(bytes),
            false => Err(self.error("the file ends too early")),
        }
    }

    /// The next `len` bytes. Memory is taken for what is there, not for what is said to be.
    pub(super) fn bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let found = (&mut self.input).take(len).read_to_end(&mut bytes);
        let found = u64::try_from(found.map_err(io)?).unwrap_or(u64::MAX);
        self.offset += found;
        match found == len {
            true => Ok(bytes),
            false => Err(self.error("the file ends too early")),
        }
    }

    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut found = 0;
        while let Some(rest) = out.get_mut(found..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest) {
                Ok(0) => break,
                Ok(more) => found += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io(error)),
            }
        }
        self.offset += u64::try_from(found).unwrap_or(u64::MAX);
        Ok(found)
    }

    /// A `Decode` error that says where.
    #[cold]
    pub(super) fn error(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Decode,
            format!("at byte {} of the file: {what}", self.offset),
        )
    }
}
