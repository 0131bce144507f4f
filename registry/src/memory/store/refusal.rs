//! Errors of the registry: codes and messages of Confluent's server. Source:
//! confluentinc/schema-registry
//! `core/src/main/java/io/confluent/kafka/schemaregistry/rest/exceptions/Errors.java`.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::id::{SchemaId, Version, VersionRef};
use crate::subject::Subject;

pub(in crate::memory) fn subject_not_found(subject: &Subject) -> Error {
    let message = format!("Subject '{subject}' not found.");
    Error::new(ErrorKind::SubjectNotFound, message).with_code(40401)
}

pub(in crate::memory) fn version_not_found(version: VersionRef) -> Error {
    // Confluent's server writes the newest version as -1.
    let message = match version {
        VersionRef::Latest => "Version -1 not found.".to_owned(),
        VersionRef::Number(number) => format!("Version {number} not found."),
    };
    Error::new(ErrorKind::VersionNotFound, message).with_code(40402)
}

pub(in crate::memory) fn schema_not_found(what: Option<&dyn fmt::Display>) -> Error {
    let message = match what {
        None => "Schema not found".to_owned(),
        Some(what) => format!("Schema {what} not found"),
    };
    Error::new(ErrorKind::SchemaNotFound, message).with_code(40403)
}

pub(super) fn subject_deleted(subject: &Subject) -> Error {
    let message =
        format!("Subject '{subject}' was soft deleted.Set permanent=true to delete permanently");
    Error::new(ErrorKind::SubjectNotFound, message).with_code(40404)
}

pub(super) fn subject_not_deleted(subject: &Subject) -> Error {
    let message =
        format!("Subject '{subject}' was not deleted first before being permanently deleted");
    Error::new(ErrorKind::SubjectNotFound, message).with_code(40405)
}

pub(super) fn version_deleted(subject: &Subject, version: Version) -> Error {
    let message = format!(
        "Subject '{subject}' Version {version} was soft deleted.Set permanent=true to delete \
         permanently"
    );
    Error::new(ErrorKind::VersionNotFound, message).with_code(40406)
}

pub(super) fn version_not_deleted(subject: &Subject, version: Version) -> Error {
    let message = format!(
        "Subject '{subject}' Version {version} was not deleted first before being permanently \
         deleted"
    );
    Error::new(ErrorKind::VersionNotFound, message).with_code(40407)
}

pub(super) fn no_own_level(scope: &dyn fmt::Display) -> Error {
    let message = format!("Subject '{scope}' does not have subject-level compatibility configured");
    Error::new(ErrorKind::Rejected, message).with_code(40408)
}

pub(super) fn no_own_mode(scope: &dyn fmt::Display) -> Error {
    let message = format!("Subject '{scope}' does not have subject-level mode configured");
    Error::new(ErrorKind::Rejected, message).with_code(40409)
}

pub(in crate::memory) fn invalid_schema(message: String) -> Error {
    Error::new(ErrorKind::InvalidSchema, message).with_code(INVALID_SCHEMA)
}

pub(super) fn not_permitted(message: String) -> Error {
    Error::new(ErrorKind::Rejected, message).with_code(42205)
}

pub(super) fn read_only(scope: Option<&Subject>) -> Error {
    let scope = scope.map_or("null", Subject::as_str);
    not_permitted(format!("Subject {scope} is in read-only mode"))
}

pub(super) fn referenced(subject: &Subject, version: Version) -> Error {
    let message = format!(
        "One or more references exist to the schema \
         {{magic=1,keytype=SCHEMA,subject={subject},version={version}}}."
    );
    Error::new(ErrorKind::Rejected, message).with_code(42206)
}

pub(super) fn id_taken(id: SchemaId) -> Error {
    not_permitted(format!(
        "Overwrite new schema with id {id} is not permitted."
    ))
}

pub(in crate::memory) const INVALID_SCHEMA: u32 = 42201;
