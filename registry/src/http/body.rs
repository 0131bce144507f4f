//! The body of an answer, in blocks: a buffer that doubles would take three times as much.

use std::collections::VecDeque;
use std::io::{self, Read};

use reqwest::Response;

/// The bytes of a body. What is read from it is gone from memory.
#[derive(Debug, Default)]
pub(super) struct Body {
    blocks: VecDeque<Vec<u8>>,
    /// How much of the first block was read.
    read: usize,
    length: usize,
}

impl Body {
    /// The body of `response`; `None` if it is longer than `limit`.
    pub(super) async fn of(mut response: Response, limit: usize) -> reqwest::Result<Option<Self>> {
        let mut body = Self::default();
        while let Some(chunk) = response.chunk().await? {
            if chunk.len() > limit - body.length {
                return Ok(None);
            }
            body.append(&chunk);
        }
        Ok(Some(body))
    }

    /// Copies: a chunk may be a small part of a buffer that it keeps alive.
    fn append(&mut self, mut chunk: &[u8]) {
        self.length += chunk.len();
        while !chunk.is_empty() {
            let room = self.blocks.back().map_or(0, |block| BLOCK - block.len());
            if room == 0 {
                self.blocks.push_back(Vec::with_capacity(BLOCK));
                continue;
            }
            let (now, later) = chunk.split_at(room.min(chunk.len()));
            if let Some(block) = self.blocks.back_mut() {
                block.extend_from_slice(now);
            }
            chunk = later;
        }
    }

    /// All of it in one piece; for short ones.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.length);
        for block in self.blocks {
            bytes.extend_from_slice(&block);
        }
        bytes
    }
}

impl Read for Body {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(block) = self.blocks.front() else {
            return Ok(0);
        };
        let mut left = block.get(self.read..).unwrap_or_default();
        let count = left.read(out)?;
        self.read += count;
        if left.is_empty() {
            self.blocks.pop_front();
            self.read = 0;
        }
        Ok(count)
    }
}

const BLOCK: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chunks: &[usize]) {
        let mut body = Body::default();
        let mut expected = Vec::new();
        for (index, length) in chunks.iter().enumerate() {
            let chunk = vec![u8::try_from(index).unwrap(); *length];
            body.append(&chunk);
            expected.extend(chunk);
        }
        let mut read = Vec::new();
        body.read_to_end(&mut read).unwrap();
        assert_eq!(read, expected);
        assert!(body.blocks.is_empty());
    }

    #[test]
    fn what_was_appended_is_read() {
        check(&[]);
        check(&[0]);
        check(&[1, 2, 3]);
        check(&[BLOCK]);
        check(&[BLOCK - 1, 2, BLOCK]);
        check(&[3 * BLOCK + 7, 1]);
    }

    #[test]
    fn in_one_piece_it_is_the_same() {
        let mut body = Body::default();
        body.append(&[7; BLOCK + 1]);
        assert_eq!(body.into_bytes(), [7; BLOCK + 1]);
    }
}
