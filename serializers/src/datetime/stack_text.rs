use std::fmt;

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

    /// Appends all of `text`, or nothing where it does not fit.
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    #[inline]
    pub(super) fn push_ascii<const M: usize>(&mut self, ascii: [u8; M]) {
        debug_assert!(ascii.is_ascii());
        self.push_bytes(&ascii);
    }

    pub(super) fn overflowed(&self) -> bool {
        self.overflow
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    #[allow(
        clippy::expect_used,
        reason = "only ASCII and whole `str`s are appended"
    )]
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("whole strings in a row are UTF-8")
    }

    #[inline]
    fn push_bytes(&mut self, bytes: &[u8]) {
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
        self.push(text);
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
