//! `check --batch`: one case a line.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use wireform::registry::{Incompatibility, NamedText, ResolvedSchema};

use crate::exit::Outcome;
use crate::schema::{Format, rules};
use crate::{Result, input};

#[derive(Deserialize)]
struct Case {
    name: String,
    format: Format,
    reader: String,
    writer: String,
    references: Option<Vec<Referenced>>,
}

/// The text of a referenced schema, and the name that other schemas use for it.
#[derive(Clone, Deserialize)]
pub(crate) struct Referenced {
    pub(crate) name: String,
    pub(crate) schema: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    name: &'a str,
    compatible: bool,
    findings: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Found {
    path: String,
    kind: String,
    message: String,
}

pub(crate) fn run(path: &Path) -> Result {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut outcome = Outcome::Fine;
    input::each_line(path, |number, line| {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let answer = answer(line, number);
        if !answer.is_compatible {
            outcome = Outcome::Findings;
        }
        out.write_all(answer.line.as_bytes())?;
        out.write_all(b"\n")?;
        Ok(())
    })?;
    out.flush()?;
    Ok(outcome)
}

struct Line {
    is_compatible: bool,
    line: String,
}

fn answer(line: &[u8], number: u64) -> Line {
    let case: Case = match serde_json::from_slice(line) {
        Ok(case) => case,
        Err(error) => {
            return Line {
                is_compatible: false,
                line: input::json(&serde_json::json!({
                    "name": name_of(line),
                    "compatible": false,
                    "findings": [],
                    "error": format!("line {number}: {error}"),
                })),
            };
        }
    };
    let found = check(&case);
    let (findings, error) = match found {
        Ok(findings) => (findings, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let findings = findings.into_iter().map(|found| Found {
        path: found.path,
        kind: found.kind.into_owned(),
        message: found.message,
    });
    let answer = Answer {
        name: &case.name,
        findings: findings.collect(),
        compatible: false,
        error,
    };
    let compatible = answer.findings.is_empty() && answer.error.is_none();
    let answer = Answer {
        compatible,
        ..answer
    };
    Line {
        is_compatible: compatible,
        line: input::json(&answer),
    }
}

fn check(case: &Case) -> std::result::Result<Vec<Incompatibility>, String> {
    let references = case.references.as_deref().unwrap_or_default();
    let schema = |text: &str| {
        let mut schema = ResolvedSchema::new(case.format.kind(), text);
        schema.references = named(references);
        schema
    };
    let rules = rules(case.format.kind()).map_err(|error| error.to_string())?;
    rules
        .check(&schema(&case.reader), &schema(&case.writer))
        .map_err(|error| error.to_string())
}

/// Returns the name in a line that is not a valid case, if it has one.
pub(crate) fn name_of(line: &[u8]) -> Option<Cow<'static, str>> {
    let case: serde_json::Value = serde_json::from_slice(line).ok()?;
    let name = case.get("name")?.as_str()?;
    Some(name.to_owned().into())
}

/// Returns the texts in the form that codecs take.
pub(crate) fn named(references: &[Referenced]) -> Vec<NamedText> {
    let named = references.iter().map(|reference| NamedText {
        name: reference.name.clone(),
        text: reference.schema.as_str().into(),
    });
    named.collect()
}
