use std::fmt;

use crate::avro::schema::json::{line_column, pointer_to};
use crate::error::{Error, ErrorKind};

/// Where something stands. The line and the path are found only for an error: there may be many
/// places in a long text.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) label: &'a str,
    pub(super) text: &'a str,
    pub(super) offset: usize,
}

impl fmt::Display for Place<'_> {
    /// `schema, line 3 column 14, /fields/2/type`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            label,
            text,
            offset,
        } = *self;
        let (line, column) = line_column(text, offset);
        let path = pointer_to(text, offset);
        write!(f, "{label}, line {line} column {column}, {path}")
    }
}

impl Place<'_> {
    pub(super) fn invalid(&self, message: &str) -> Error {
        Error::new(ErrorKind::InvalidSchema, format!("{self}: {message}"))
    }
}
