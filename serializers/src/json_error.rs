use crate::error::{Error, ErrorKind};

/// serde's own messages may quote the offending value, so the error has only the place and the
/// category.
pub(crate) fn json_error(kind: ErrorKind, error: &serde_json::Error) -> Error {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Data => "does not fit the type",
        Category::Eof => "is cut short",
        Category::Io => "cannot be written",
        Category::Syntax => "is not valid JSON",
    };
    let message = match (kind, error.line(), error.column()) {
        (ErrorKind::Encode, ..) => "the value cannot be written as JSON".to_owned(),
        (_, line, column) => format!("the JSON text {what}, line {line} column {column}"),
    };
    Error::new(kind, message)
}
