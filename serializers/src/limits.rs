use crate::error::{Error, ErrorKind, Result};

/// Upper bounds for decoding one payload. Beyond them, decoding fails with `LimitExceeded`.
///
/// Limits apply to one deserializer, never to the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest payload, in bytes. Default 16 MiB.
    pub payload: usize,
    /// The deepest nesting of records, arrays and maps. Default 64, at most 256.
    pub depth: usize,
    /// The most memory that decoding one payload may take, in bytes. Default 64 MiB. For short
    /// payloads the bound is lower: 64 KiB + 256 bytes for each byte of payload.
    pub heap: usize,
}

impl Limits {
    /// The highest allowed `depth`.
    pub const MAX_DEPTH: usize = 256;

    /// Sets the longest payload, in bytes.
    #[must_use]
    pub fn payload(mut self, bytes: usize) -> Self {
        self.payload = bytes;
        self
    }

    /// Sets the deepest nesting; a value above [`MAX_DEPTH`](Self::MAX_DEPTH) is lowered to it.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth.min(Self::MAX_DEPTH);
        self
    }

    /// Sets the most memory for decoding one payload, in bytes.
    #[must_use]
    pub fn heap(mut self, bytes: usize) -> Self {
        self.heap = bytes;
        self
    }

    /// Refuses a payload that is too long.
    #[allow(dead_code, reason = "used by the codecs, which are features")]
    #[inline]
    pub(crate) fn check_payload(&self, bytes: &[u8]) -> Result<()> {
        match bytes.len() <= self.payload {
            true => Ok(()),
            false => Err(self.too_long(bytes.len())),
        }
    }

    #[cold]
    #[inline(never)]
    fn too_long(&self, len: usize) -> Error {
        let message = format!("payload of {len} bytes is over {}", self.payload);
        Error::new(ErrorKind::LimitExceeded, message)
    }

    /// Returns the most memory that decoding a payload of `len` bytes may take.
    #[must_use]
    pub fn heap_for(&self, len: usize) -> usize {
        self.heap
            .min(len.saturating_mul(HEAP_PER_BYTE).saturating_add(HEAP_BASE))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            payload: 16 << 20,
            depth: 64,
            heap: 64 << 20,
        }
    }
}

const HEAP_BASE: usize = 64 << 10;
const HEAP_PER_BYTE: usize = 256;
