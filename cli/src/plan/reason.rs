//! Why a schema does not fit, of a registry that says only that: Apicurio gives no reasons.

use wireform::registry::{
    Level, Registry as _, RegistryAdmin as _, Result, SchemaDef, Subject, VersionRef, resolve,
};

use crate::registry::Open;
use crate::schema::rules;

/// What our own rules have against `schema` behind the subject's latest version.
pub(super) fn of_rules(
    registry: &Open,
    subject: &Subject,
    level: Option<Level>,
    schema: &SchemaDef,
) -> Result<String> {
    let inner = registry.inner();
    let asked = async {
        let level = match level {
            Some(level) => level,
            None => inner.compatibility_level(Some(subject), true).await?,
        };
        let latest = inner.by_version(subject, VersionRef::Latest).await?;
        let old = resolve(inner, &latest.def).await?;
        Ok((level, old, resolve(inner, schema).await?))
    };
    let (level, old, new) = registry.wait(asked)??;
    if old.kind != new.kind {
        return Ok(format!(
            "it is {}, and {} is registered",
            new.kind, old.kind
        ));
    }
    let ours = match rules(new.kind) {
        Ok(rules) => rules,
        Err(error) => return Ok(error.to_string()),
    };
    let (mut found, mut ways) = (Vec::new(), Vec::new());
    if level.is_backward() {
        ways.push((&new, &old));
    }
    if level.is_forward() {
        ways.push((&old, &new));
    }
    for (reader, writer) in ways {
        match ours.check(reader, writer) {
            Ok(reasons) => found.extend(reasons.iter().map(ToString::to_string)),
            Err(error) => found.push(error.to_string()),
        }
    }
    Ok(match found.is_empty() {
        true => "the registry gives no reason".to_owned(),
        false => found.join("; "),
    })
}
