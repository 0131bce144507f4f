use std::collections::BTreeMap;

use wireform_registry::{Subject, Version};

use super::Keeper;
use super::identity::{Identity, Known};

/// Describes how the schema that a program writes differs from the newest version that `keeper`
/// has.
pub(super) fn written(
    subject: &Subject,
    program: &Identity,
    keeper: Keeper<'_>,
    versions: &BTreeMap<Version, Known>,
) -> Option<String> {
    let Some((newest, known)) = versions.last_key_value() else {
        let to_do = to_keep(keeper, subject, 1);
        return Some(format!(
            "subject \"{subject}\": the program moved: it writes a schema, and {keeper} has none; \
             {to_do}"
        ));
    };
    if known.identity == *program {
        return None;
    }
    let older = versions
        .iter()
        .rev()
        .find(|(_, known)| known.identity == *program);
    Some(match older {
        Some((older, _)) => format!(
            "subject \"{subject}\": {keeper} moved: its newest version is {newest}, and the \
             program still writes version {older}; change the program's type, or run `wireform \
             generate`"
        ),
        None => {
            let to_do = to_keep(keeper, subject, newest.as_u32() + 1);
            format!(
                "subject \"{subject}\": the program moved: what it writes is no version in \
                 {keeper}, whose newest is {newest}; {to_do}, or take the change back"
            )
        }
    })
}

/// Returns the advice for a schema that `keeper` does not have.
fn to_keep(keeper: Keeper<'_>, subject: &Subject, version: u32) -> String {
    match keeper {
        Keeper::Files(folder) => {
            let file = folder.join(subject.as_str()).join(format!("v{version}.*"));
            format!(
                "write it to {} and run `wireform apply` and `wireform lock`",
                file.display()
            )
        }
        Keeper::Lock(_) => "run `wireform apply` and `wireform lock`".to_owned(),
        Keeper::Registry => "run `wireform apply`".to_owned(),
    }
}

/// Describes how two keepers of the versions of `subject` differ.
pub(super) fn compared(
    subject: &Subject,
    (one, ours): (Keeper<'_>, &BTreeMap<Version, Known>),
    (next, theirs): (Keeper<'_>, &BTreeMap<Version, Known>),
) -> Option<String> {
    let newest = |versions: &BTreeMap<Version, Known>| versions.keys().next_back().copied();
    let common = ours.iter().filter_map(|(version, known)| {
        let other = theirs.get(version)?;
        Some((version, known, other))
    });
    for (version, known, other) in common {
        if known.identity != other.identity {
            return Some(changed(subject, *version, one, next));
        }
        if matches!(one, Keeper::Lock(_)) && !is_named_alike(known, other) {
            return Some(format!(
                "subject \"{subject}\", version {version}: {next} moved: its id is {}, and {} in \
                 {one}, which was written from another registry; run `wireform lock`",
                other.schema.id, known.schema.id
            ));
        }
    }
    match (newest(ours), newest(theirs)) {
        (Some(version), other) if other < Some(version) => Some(ahead(subject, version, one, next)),
        (other, Some(version)) if other < Some(version) => {
            Some(behind(subject, version, one, next))
        }
        _ => None,
    }
}

fn is_named_alike(one: &Known, other: &Known) -> bool {
    let (one, other) = (&one.schema, &other.schema);
    let are_both = one.guid.is_some() && other.guid.is_some();
    one.id == other.id && (!are_both || one.guid == other.guid)
}

fn changed(subject: &Subject, version: Version, one: Keeper<'_>, next: Keeper<'_>) -> String {
    let to_do = match one {
        Keeper::Files(folder) => format!(
            "{} moved, and a version never changes: put back what it was, and write the change to \
             v{}.*",
            folder
                .join(subject.as_str())
                .join(format!("v{version}.*"))
                .display(),
            version.as_u32() + 1
        ),
        _ => format!("{one} was written from another registry, or by hand; run `wireform lock`"),
    };
    format!(
        "subject \"{subject}\", version {version} is not the same in {one} and in {next}: {to_do}"
    )
}

/// `one` has a version that `next` lacks.
fn ahead(subject: &Subject, version: Version, one: Keeper<'_>, next: Keeper<'_>) -> String {
    let to_do = match (one, next) {
        (Keeper::Files(_), Keeper::Lock(_)) => {
            "run `wireform apply`, if it is not registered, and `wireform lock`"
        }
        (Keeper::Files(_), _) => "run `wireform apply`",
        _ => "it was deleted there, or this is another registry; run `wireform lock`",
    };
    let moved = if matches!(one, Keeper::Files(_)) {
        one
    } else {
        next
    };
    format!(
        "subject \"{subject}\": {moved} moved: version {version} is in {one} and not in {next}; \
         {to_do}"
    )
}

/// `next` has a version that `one` lacks.
fn behind(subject: &Subject, version: Version, one: Keeper<'_>, next: Keeper<'_>) -> String {
    let to_do = match one {
        Keeper::Files(_) => "run `wireform registry download`, and change the program's type",
        _ => "run `wireform lock`",
    };
    format!(
        "subject \"{subject}\": {next} moved: version {version} is in {next} and not in {one}; \
         {to_do}"
    )
}
