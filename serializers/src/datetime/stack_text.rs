use std::fmt;

use ascii::AsciiStr;

/// A text of at most `N` bytes on the stack.
pub(super) struct StackText<const N: usize> {
    bytes: [u8; N],
    len: usize,
    overflow: bool,
}

impl<const N: usize> StackText<N> {
    pub(super) fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
            overflow: false,
        }
    }

    pub(super) fn overflowed(&self) -> bool {
        self.overflow
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    #[allow(clippy::expect_used, reason = "only whole `str`s are appended")]
    pub(super) fn as_str(&self) -> &str {
        // Most text is ASCII, which is checked faster.
        let bytes = self.as_bytes();
        AsciiStr::from_ascii(bytes).map_or_else(
            |_| std::str::from_utf8(bytes).expect("whole strings in a row are UTF-8"),
            AsciiStr::as_str,
        )
    }

    #[inline]
    fn push(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        match self.bytes.get_mut(self.len..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len = end;
            }
            None => self.overflow = true,
        }
    }
}

impl<const N: usize> fmt::Write for StackText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        if self.overflow {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StackText;
    use std::fmt::Write;

    #[test]
    fn what_does_not_fit_is_told() {
        let mut text = StackText::<4>::new();
        assert!(text.write_str("äb").is_ok());
        assert!(text.write_str("cd").is_err());
        assert!(text.overflowed());
        assert_eq!(text.as_str(), "äb");
    }
}
