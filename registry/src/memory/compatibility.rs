use crate::error::{Error, ErrorKind, Result};
use crate::level::Level;
use crate::memory::store::{Earlier, Plan};
use crate::rules::{Incompatibility, SchemaRules};
use crate::schema::ResolvedSchema;
use crate::subject::Subject;

/// Every reason why `new` does not fit the versions of `plan`; none if it does.
pub(super) fn findings(
    rules: &dyn SchemaRules,
    new: &ResolvedSchema,
    plan: &Plan,
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for earlier in &plan.earlier {
        compare(rules, new, earlier, plan.level, &mut found)?;
    }
    Ok(found)
}

/// As Confluent's server words it.
pub(super) fn incompatible(subject: &Subject, level: Level, findings: &[String]) -> Error {
    let message = format!(
        "Schema being registered is incompatible with an earlier schema for subject \
         \"{subject}\", details: [{}, {{compatibility: '{level}'}}]",
        findings.join(", ")
    );
    Error::new(ErrorKind::Incompatible, message).with_code(INCOMPATIBLE)
}

fn compare(
    rules: &dyn SchemaRules,
    new: &ResolvedSchema,
    earlier: &Earlier,
    level: Level,
    found: &mut Vec<String>,
) -> Result<()> {
    let Earlier {
        version,
        resolved: old,
    } = earlier;
    let old_name = format!("version {version}");
    if level != Level::None && old.kind != new.kind {
        let message = format!("the schema type was {} and is {} now", old.kind, new.kind);
        let finding = Incompatibility::new("/", "SCHEMA_TYPE_CHANGED", message);
        found.push(sentence(&finding, "new", &old_name));
        return Ok(());
    }
    if level.is_backward() {
        let findings = rules.check(new, old)?;
        found.extend(findings.iter().map(|f| sentence(f, "new", &old_name)));
    }
    if level.is_forward() {
        let findings = rules.check(old, new)?;
        found.extend(findings.iter().map(|f| sentence(f, &old_name, "new")));
    }
    Ok(())
}

/// Returns a finding in Confluent's form, with the reader and the writer.
fn sentence(finding: &Incompatibility, reader: &str, writer: &str) -> String {
    let Incompatibility {
        path,
        kind,
        message,
    } = finding;
    format!(
        "{{errorType:'{kind}', description:'{message}', additionalInfo:'{path}', \
         reader:'{reader}', writer:'{writer}'}}"
    )
}

/// The status itself, as most servers in use answer; the newest sources say 40901. Source:
/// confluentinc/schema-registry
/// `core/src/main/java/io/confluent/kafka/schemaregistry/rest/exceptions/Errors.java`.
const INCOMPATIBLE: u32 = 409;
