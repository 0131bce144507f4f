use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};

/// What a value is written to: bytes, appended.
///
/// A `with` module passes it on; its methods are for generated code.
#[derive(Debug)]
pub struct Encoder {
    out: Vec<u8>,
    depth: usize,
}

#[doc(hidden)]
impl Encoder {
    /// Appends to `out`; records may be nested `depth` deep.
    pub(crate) fn new(out: Vec<u8>, depth: usize) -> Self {
        Self { out, depth }
    }

    /// What was written, behind what was there before.
    pub(crate) fn into_inner(self) -> Vec<u8> {
        self.out
    }

    /// Appends a `boolean`.
    #[inline(always)]
    pub fn boolean(&mut self, value: bool) {
        self.out.push(u8::from(value));
    }

    /// Appends an `int`.
    #[inline(always)]
    pub fn int(&mut self, value: i32) {
        write::int(value, &mut self.out);
    }

    /// Appends a `long`.
    #[inline(always)]
    pub fn long(&mut self, value: i64) {
        write::long(value, &mut self.out);
    }

    /// Appends a `float`.
    #[inline(always)]
    pub fn float(&mut self, value: f32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends a `double`.
    #[inline(always)]
    pub fn double(&mut self, value: f64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends `bytes`: the length, then `value`.
    #[inline(always)]
    pub fn bytes(&mut self, value: &[u8]) {
        write::bytes(value, &mut self.out);
    }

    /// Appends a `string`: the length, then `value`.
    #[inline(always)]
    pub fn string(&mut self, value: &str) {
        write::bytes(value.as_bytes(), &mut self.out);
    }

    /// Appends a `fixed`: `value` and nothing else.
    #[inline(always)]
    pub fn fixed(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// Appends the number of an enum's symbol or of a union's branch.
    #[inline(always)]
    pub fn index(&mut self, index: usize) {
        write::count(index, &mut self.out);
    }

    /// Appends the number of items in a block of an array or a map; 0 ends it.
    #[inline(always)]
    pub fn count(&mut self, items: usize) {
        write::count(items, &mut self.out);
    }

    /// Appends a record: what `fields` writes, one level deeper.
    ///
    /// # Errors
    /// `LimitExceeded` if that is too deep; what `fields` returns.
    #[inline(always)]
    pub fn record(&mut self, fields: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match self.depth.checked_sub(1) {
            Some(depth) => self.depth = depth,
            None => return Err(nested_too_deeply()),
        }
        fields(self)?;
        self.depth += 1;
        Ok(())
    }
}

#[cold]
fn nested_too_deeply() -> Error {
    Error::new(ErrorKind::LimitExceeded, "nested too deeply")
}
