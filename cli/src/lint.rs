//! `lint`: finds problems that compatibility rules do not see.

use std::io;
use std::path::PathBuf;

use clap::Args;
use wireform::avro::schema::{Kind, NodeId, Schema};
use wireform::registry::{ResolvedSchema, SchemaKind};

use crate::Result;
use crate::check::invalid;
use crate::exit::Error;
use crate::input;
use crate::report::{Finding, Report, Style};
use crate::schema::{self, Reading, rules};

mod units;

/// Find problems in schemas that make them hard to evolve.
///
/// Also reports names that are hard to use from other languages. References of a version in a
/// schemas folder are read from that folder, as `plan` does. If several versions of a schema are
/// given, the oldest first, reports units that changed, which the compatibility rules allow.
/// Protobuf and JSON Schemas are only checked for validity.
///
/// Exit status 1 if there are findings.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wireform lint --docs schemas/order.avsc
  wireform lint order/v1.avsc order/v2.avsc")]
pub(crate) struct Lint {
    /// Schema files, or folders
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Also report missing documentation
    #[arg(long)]
    docs: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    output: Style,
}

impl Lint {
    pub(crate) fn run(&self) -> Result {
        let mut report = Report::new(self.output);
        let mut versions: Vec<Schema> = Vec::new();
        for file in &self.all_files()? {
            let name = file.display().to_string();
            report.checked(&name);
            let schema = match self.reading.load_version(file) {
                Ok(schema) => schema,
                Err(Error::Finding(message)) => {
                    report.add(invalid(&name, "", &message));
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Err(error) = rules(schema.kind)?.parse(&schema) {
                report.add(invalid(&name, &schema.text, &error));
                continue;
            }
            if let Some(finding) = unknown_draft(&name, &schema) {
                report.add(finding);
            }
            if schema.kind == SchemaKind::Avro {
                let references: Vec<&str> = schema
                    .references
                    .iter()
                    .map(|reference| &*reference.text)
                    .collect();
                let parsed = Schema::parse_with(&schema.text, &references)
                    .map_err(|error| Error::Finding(format!("{name}: {error}")))?;
                let mut lines = Lines {
                    name: &name,
                    schema: &parsed,
                    docs: self.docs,
                    report: &mut report,
                };
                lines.look();
                lines.units(&versions);
                versions.push(parsed);
            }
        }
        report.finish(&mut io::stdout().lock())
    }
}

/// Returns the finding that `$schema` names an unknown draft.
fn unknown_draft(name: &str, schema: &ResolvedSchema) -> Option<Finding> {
    let message = schema::unknown_draft(schema)?;
    let path = "/$schema".to_owned();
    let place = input::place(&schema.text, &path);
    Some(Finding {
        file: name.to_owned(),
        line: place.line,
        column: place.column,
        snippet: place.snippet,
        path,
        kind: "UNKNOWN_DRAFT".to_owned(),
        message,
        effect: "other languages may read it as another draft".to_owned(),
        annotation: None,
    })
}

impl Lint {
    /// Returns the files, and the schema files of the folders.
    fn all_files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for file in &self.files {
            match file.is_dir() {
                true => files.append(&mut input::schema_files(file)?),
                false => files.push(file.clone()),
            }
        }
        Ok(files)
    }
}

struct Lines<'l> {
    name: &'l str,
    schema: &'l Schema,
    docs: bool,
    report: &'l mut Report,
}

impl Lines<'_> {
    /// Reports units that changed since the last version that has the type.
    fn units(&mut self, versions: &[Schema]) {
        let name = self.schema.full_name();
        let before = versions.iter().rev().find(|old| old.full_name() == name);
        for change in before.map_or_else(Vec::new, |old| units::changes(old, self.schema)) {
            self.add(&change.field, &change.path, "UNIT_CHANGED", &change.message);
        }
    }

    /// Checks every type that the text declares, found by its name.
    fn look(&mut self) {
        let schema = self.schema;
        let names: Vec<String> = schema.own_names().map(str::to_owned).collect();
        for name in names {
            if let Some(id) = schema.named(&name) {
                self.named(&name, id);
            }
        }
    }

    fn named(&mut self, name: &str, id: NodeId) {
        let simple = name.rsplit('.').next().unwrap_or(name);
        if !name.contains('.') {
            self.add(
                simple,
                name,
                "NO_NAMESPACE",
                "the type has no namespace: in Java it would be in the unnamed package",
            );
        }
        if name
            .split('.')
            .any(|part| is_keyword(part) || is_go_keyword(part))
        {
            self.add(
                simple,
                name,
                "KEYWORD",
                "a part of the name is a keyword of Java or Go",
            );
        }
        match &self.schema.node(id).kind {
            Kind::Enum(of) => {
                if of.default.is_none() {
                    self.add(simple, name, "ENUM_WITHOUT_DEFAULT", "readers of today will refuse symbols that are added later: give it a default");
                }
                if self.docs && of.doc.is_none() {
                    self.add(simple, name, "NO_DOC", "the enum has no doc");
                }
            }
            Kind::Record(record) => {
                if self.docs && record.doc.is_none() {
                    self.add(simple, name, "NO_DOC", "the record has no doc");
                }
                for field in &record.fields {
                    self.field(name, field);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, record: &str, field: &wireform::avro::schema::Field) {
        let path = format!("{record}.{}", field.name);
        if is_keyword(&field.name) {
            self.add(
                &field.name,
                &path,
                "KEYWORD",
                "the name is a keyword of Java",
            );
        }
        let kind = &self.schema.node(field.schema).kind;
        let can_be_null = matches!(kind, Kind::Union(branches)
            if branches.iter().any(|id| matches!(self.schema.node(*id).kind, Kind::Null)));
        if can_be_null && field.default.is_none() {
            self.add(&field.name, &path, "OPTIONAL_WITHOUT_DEFAULT", "the field may be null and has no default: with null first and \"default\": null, readers may have it before writers do");
        }
        if matches!(kind, Kind::Int | Kind::Long)
            && self.schema.node(field.schema).logical.is_none()
            && is_time(&field.name)
        {
            self.add(
                &field.name,
                &path,
                "TIME_WITHOUT_LOGICAL_TYPE",
                "a time without a logical type: its unit is anyone's guess",
            );
        }
        if self.docs && field.doc.is_none() {
            self.add(&field.name, &path, "NO_DOC", "the field has no doc");
        }
    }

    fn add(&mut self, word: &str, path: &str, kind: &str, message: &str) {
        let quoted = format!("\"{word}\"");
        let place = input::place_of(self.schema.text(), &quoted);
        self.report.add(Finding {
            file: self.name.to_owned(),
            line: place.line,
            column: place.column,
            snippet: place.snippet,
            path: path.to_owned(),
            kind: kind.to_owned(),
            message: message.to_owned(),
            effect: String::new(),
            annotation: None,
        });
    }
}

fn is_time(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["_at", "_time", "timestamp", "_date", "_ms", "_millis"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Returns whether a word cannot be the name of a Java class or field, or of a Go package. (Fields
/// in Go start with a capital letter.)
fn is_keyword(name: &str) -> bool {
    const JAVA: &[&str] = &[
        "abstract",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "final",
        "finally",
        "float",
        "for",
        "goto",
        "if",
        "implements",
        "import",
        "instanceof",
        "int",
        "interface",
        "long",
        "native",
        "new",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "try",
        "void",
        "volatile",
        "while",
    ];
    JAVA.contains(&name)
}

fn is_go_keyword(name: &str) -> bool {
    const GO: &[&str] = &[
        "chan",
        "defer",
        "fallthrough",
        "func",
        "go",
        "map",
        "range",
        "select",
        "struct",
        "type",
        "var",
    ];
    GO.contains(&name)
}
