use crate::error::{Error, ErrorKind, Result};

/// The full name of `name` in `namespace`: a name with a dot is one already.
pub(super) fn full_name(name: &str, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) if !namespace.is_empty() && !name.contains('.') => {
            // Not `format!`, which takes twice the memory: names come by the thousand.
            [namespace, ".", name].concat()
        }
        _ => name.to_owned(),
    }
}

/// The namespace of a full name.
pub(crate) fn namespace_of(full_name: &str) -> Option<&str> {
    full_name.rsplit_once('.').map(|(namespace, _)| namespace)
}

/// The last part of a full name.
pub(crate) fn short_name(full_name: &str) -> &str {
    full_name
        .rsplit_once('.')
        .map_or(full_name, |(_, name)| name)
}

/// Checks a simple name: a letter or `_`, then letters, digits and `_`.
///
/// Letters are Unicode's: the specification says ASCII, but Java 1.12 takes others too, so there
/// are such schemas.
pub(super) fn check_simple(name: &str) -> Result<()> {
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
    if starts_well && chars.all(|c| c == '_' || c.is_alphanumeric()) && name.len() <= MAX_LEN {
        return Ok(());
    }
    let shown: String = name.chars().take(40).collect();
    Err(Error::new(
        ErrorKind::InvalidSchema,
        format!("invalid name {shown:?}"),
    ))
}

/// Checks a full name: simple names with dots between.
pub(super) fn check_full(name: &str) -> Result<()> {
    name.split('.').try_for_each(check_simple)
}

/// Checks a name that need not follow the rules: it is there, and not too long.
pub(super) fn check_length(name: &str) -> Result<()> {
    match (1..=MAX_LEN).contains(&name.len()) {
        true => Ok(()),
        false => {
            let message = format!("a name of {} bytes: 1 to {MAX_LEN} are allowed", name.len());
            Err(Error::new(ErrorKind::InvalidSchema, message))
        }
    }
}

const MAX_LEN: usize = 1024;
