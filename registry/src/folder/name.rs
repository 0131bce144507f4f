//! Subjects as names of folders, and files as versions.

use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::error::Result;
use crate::id::Version;
use crate::schema::SchemaKind;
use crate::subject::Subject;

/// The name of a subject's folder: percent-encoded where a file system has a meaning for a
/// character or cannot keep it.
pub(super) fn folder_name(subject: &Subject) -> String {
    let name = utf8_percent_encode(subject.as_str(), ENCODED).to_string();
    // `.` and `..` lead elsewhere, and a leading dot hides a folder.
    let name = match name.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => name,
    };
    // Windows drops a dot or a blank at the end.
    match name.strip_suffix('.') {
        Some(rest) => format!("{rest}%2E"),
        None => name,
    }
}

/// The subject of a folder called `name`. A name that is not percent-encoded is the subject itself.
pub(super) fn subject(name: &str) -> Result<Subject> {
    match percent_decode_str(name).decode_utf8() {
        Ok(decoded) => Subject::new(decoded),
        Err(_) => Subject::new(name),
    }
}

/// The kind of a file in a subject's folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Schema(Version, SchemaKind),
    /// A file beside a schema that is not a schema itself.
    Companion,
    Other,
}

/// Reads `v12.avsc`.
pub(super) fn file_kind(name: &str) -> FileKind {
    let parts = name
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .and_then(|(number, extension)| Some((version(number)?, extension)));
    let Some((version, extension)) = parts else {
        return FileKind::Other;
    };
    match extension {
        "references" | "metadata.json" | "rules.json" => FileKind::Companion,
        _ => kind_of(extension).map_or(FileKind::Other, |kind| FileKind::Schema(version, kind)),
    }
}

/// The subject, version and language of a path `<subject>/v<version>.<type>`.
pub(super) fn parts(path: &Path) -> Option<(Subject, Version, SchemaKind)> {
    let folder = path.parent()?.file_name()?.to_str()?;
    match file_kind(path.file_name()?.to_str()?) {
        FileKind::Schema(version, kind) => Some((subject(folder).ok()?, version, kind)),
        _ => None,
    }
}

fn version(digits: &str) -> Option<Version> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Version::new(digits.parse().ok()?).ok()
}

/// The language of files with an extension.
pub(super) fn kind_of(extension: &str) -> Option<SchemaKind> {
    match extension {
        "avsc" => Some(SchemaKind::Avro),
        "json" => Some(SchemaKind::Json),
        "proto" => Some(SchemaKind::Protobuf),
        _ => None,
    }
}

pub(super) fn extension(kind: SchemaKind) -> &'static str {
    match kind {
        SchemaKind::Avro => "avsc",
        SchemaKind::Json => "json",
        SchemaKind::Protobuf => "proto",
    }
}

/// Separators, and what Windows refuses in names. `utf8_percent_encode` adds all that is not ASCII,
/// which file systems normalize in different ways.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'*')
    .add(b'/')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'|');

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let encoded = folder_name(&Subject::new(name).unwrap());
        assert_eq!(encoded, expected);
        assert_eq!(subject(&encoded).unwrap().as_str(), name);
    }

    #[test]
    fn a_subject_is_one_folder_name_and_back() {
        check("orders-value", "orders-value");
        check("shop.Money", "shop.Money");
        check("shop/v1/money.proto", "shop%2Fv1%2Fmoney.proto");
        check(":.blue:orders", "%3A.blue%3Aorders");
        check("100%-value", "100%25-value");
        check("..", "%2E%2E");
        check(".", "%2E");
        check("../up", "%2E.%2Fup");
        check(r"a\b c", "a%5Cb%20c");
        check("é", "%C3%A9");
    }

    #[test]
    fn names_that_are_not_encoded_are_read_too() {
        for name in ["a:b", "a b", "100%-value", "é", ".hidden"] {
            assert_eq!(subject(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn files_of_a_version_are_known() {
        let one = Version::new(1).unwrap();
        assert_eq!(
            file_kind("v1.avsc"),
            FileKind::Schema(one, SchemaKind::Avro)
        );
        for name in ["v1.references", "v1.metadata.json", "v2.rules.json"] {
            assert_eq!(file_kind(name), FileKind::Companion, "{name}");
        }
        for name in [
            "1.avsc",
            "v0.avsc",
            "v+1.avsc",
            "v1.txt",
            "v1",
            "v1.2.avsc",
            "V1.avsc",
        ] {
            assert_eq!(file_kind(name), FileKind::Other, "{name}");
        }
    }
}
