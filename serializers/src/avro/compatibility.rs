//! Whether a reader schema reads everything that a writer schema writes, by the rules of Java's
//! `org.apache.avro.SchemaCompatibility` 1.12, finding by finding.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use wireform_registry::Incompatibility;

use super::fields_by_name::{FieldMatch, match_fields};
use super::schema::name::short_name;
use super::schema::{Enum, Field, Fixed, Kind, NodeId, Record, Schema};

/// All reasons why a reader with the schema `reader` could not read data of `writer`; none if it
/// reads all of it.
///
/// Paths are JSON pointers into the reader schema, kinds the names of Java's
/// `SchemaIncompatibilityType`, and `LIMIT_EXCEEDED` where schemas are too large to tell.
///
/// ```
/// use wireform::avro::{Schema, check_compatibility};
///
/// let (long, int) = (Schema::parse("\"long\"")?, Schema::parse("\"int\"")?);
/// assert!(check_compatibility(&long, &int).is_empty());
/// assert_eq!(check_compatibility(&int, &long)[0].kind, "TYPE_MISMATCH");
/// # Ok::<(), wireform::Error>(())
/// ```
#[must_use]
pub fn check_compatibility(reader: &Schema, writer: &Schema) -> Vec<Incompatibility> {
    let mut check = Check {
        reader,
        writer,
        known: HashMap::new(),
        fitting: Vec::new(),
        checked: 0,
        reported: HashSet::new(),
        is_trial: false,
        depth: 0,
        path: Vec::new(),
        found: Vec::new(),
    };
    check.types(reader.root(), writer.root());
    check.found
}

struct Check<'s> {
    reader: &'s Schema,
    writer: &'s Schema,
    /// Whether pairs fit: types by definition, not by place. A pair that is being checked counts
    /// as fitting, so recursion ends.
    known: HashMap<(NodeId, NodeId), bool>,
    /// The known pairs that fit, in the order in which that was found.
    fitting: Vec<(NodeId, NodeId)>,
    /// How many pairs were checked, with those that were forgotten.
    checked: usize,
    /// Pairs whose findings are in `found`, outside of trials.
    reported: HashSet<(NodeId, NodeId)>,
    /// Whether only the question counts if there are findings: a union's branches are tried.
    is_trial: bool,
    depth: usize,
    path: Vec<String>,
    found: Vec<Incompatibility>,
}

impl<'s> Check<'s> {
    fn types(&mut self, reader: NodeId, writer: NodeId) {
        let pair = (reader, writer);
        match self.known.get(&pair) {
            Some(true) => return,
            Some(false) if self.is_trial => return self.report("", String::new()),
            Some(false) if !self.reported.insert(pair) => return,
            Some(false) | None => {}
        }
        if self.depth >= MAX_DEPTH || self.checked >= MAX_PAIRS || self.found.len() >= MAX_FOUND {
            return self.give_up();
        }
        self.known.insert(pair, true);
        self.checked += 1;
        let (before, fitting) = (self.found.len(), self.fitting.len());
        self.depth += 1;
        self.kinds(reader, writer);
        self.depth -= 1;
        let fits = self.found.len() == before;
        match fits {
            true => self.fitting.push(pair),
            false if self.is_trial => self.forget(fitting),
            false => {}
        }
        self.known.insert(pair, fits);
        if !self.is_trial {
            self.reported.insert(pair);
        }
    }

    /// Forgets the pairs that were found to fit since there were `count` of them: they may rest on
    /// a pair that was being tried, counted as fitting, and turned out not to.
    fn forget(&mut self, count: usize) {
        for pair in self.fitting.drain(count..) {
            self.known.remove(&pair);
        }
    }

    /// What cannot be checked does not count as compatible.
    fn give_up(&mut self) {
        let message = format!(
            "not checked: the schemas meet in over {MAX_PAIRS} pairs of types, {MAX_DEPTH} types \
             deep, or with over {MAX_FOUND} findings"
        );
        self.report("LIMIT_EXCEEDED", message);
    }

    fn kinds(&mut self, reader: NodeId, writer: NodeId) {
        match (self.reader.kind(reader), self.writer.kind(writer)) {
            (Kind::Array(r), Kind::Array(w)) => self.at("items", |check| check.types(*r, *w)),
            (Kind::Map(r), Kind::Map(w)) => self.at("values", |check| check.types(*r, *w)),
            (Kind::Fixed(r), Kind::Fixed(w)) => self.fixed(r, w),
            (Kind::Enum(r), Kind::Enum(w)) => self.enumeration(r, w),
            (Kind::Record(r), Kind::Record(w)) => self.record(r, w),
            (Kind::Union(_), Kind::Union(branches)) => {
                for (index, branch) in branches.iter().enumerate() {
                    if !self.would_fit(reader, *branch) {
                        self.at(index.to_string(), |check| check.missing_branch(*branch));
                    }
                }
            }
            (_, Kind::Union(branches)) => {
                for (index, branch) in branches.iter().enumerate() {
                    self.at(index.to_string(), |check| check.types(reader, *branch));
                }
            }
            (Kind::Union(branches), _) => {
                if !branches
                    .iter()
                    .any(|branch| self.would_fit(*branch, writer))
                {
                    self.missing_branch(writer);
                }
            }
            (r, w) if promotes(r, w) => {}
            (r, w) => {
                let message = format!(
                    "reader type: {} not compatible with writer type: {}",
                    upper(r),
                    upper(w)
                );
                self.report("TYPE_MISMATCH", message);
            }
        }
    }

    fn record(&mut self, reader: &'s Record, writer: &'s Record) {
        self.names(&reader.name, &reader.aliases, &writer.name);
        let matches = match_fields(writer, reader);
        for ((index, field), found) in reader.fields.iter().enumerate().zip(matches) {
            match found {
                FieldMatch::Missing => self.missing_field(index, field),
                FieldMatch::One(found) => {
                    let Some(found) = writer.fields.get(found) else {
                        continue;
                    };
                    self.at_field(index, |check| {
                        check.at("type", |check| check.types(field.schema, found.schema));
                    });
                }
                FieldMatch::Several => self.at_field(index, |check| {
                    let message = format!(
                        "the aliases of reader field {:?} match several writer fields",
                        field.name
                    );
                    check.report("NAME_MISMATCH", message);
                }),
            }
        }
    }

    fn missing_field(&mut self, index: usize, field: &Field) {
        if field.default.is_some() {
            return;
        }
        self.at_field(index, |check| {
            // Java compares an enum with a default of its own with the writer's record, and so
            // calls the same mistake something else.
            if let Kind::Enum(Enum {
                default: Some(_), ..
            }) = check.reader.kind(field.schema)
            {
                let message = "reader type: ENUM not compatible with writer type: RECORD";
                return check.at("type", |check| {
                    check.report("TYPE_MISMATCH", message.to_owned());
                });
            }
            let name = &field.name;
            let message = format!("the writer has no field {name:?}, and the reader's no default");
            check.report("READER_FIELD_MISSING_DEFAULT_VALUE", message);
        });
    }

    fn enumeration(&mut self, reader: &Enum, writer: &Enum) {
        self.names(&reader.name, &reader.aliases, &writer.name);
        if reader.default.is_some() {
            return;
        }
        let known: HashSet<&Arc<str>> = reader.symbols.iter().collect();
        let mut missing: Vec<&str> = (writer.symbols.iter())
            .filter(|symbol| !known.contains(symbol))
            .map(|symbol| &**symbol)
            .collect();
        missing.sort_unstable();
        if !missing.is_empty() {
            let list = missing.join(", ");
            let message = format!("the reader lacks the symbols [{list}], and has no default");
            self.at("symbols", |check| {
                check.report("MISSING_ENUM_SYMBOLS", message);
            });
        }
    }

    fn fixed(&mut self, reader: &Fixed, writer: &Fixed) {
        self.names(&reader.name, &reader.aliases, &writer.name);
        if reader.size != writer.size {
            let (reader, writer) = (reader.size, writer.size);
            let message = format!("the reader's size is {reader}, the writer's {writer}");
            self.at("size", |check| check.report("FIXED_SIZE_MISMATCH", message));
        }
    }

    fn names(&mut self, reader: &str, aliases: &[String], writer: &str) {
        let is_same = short_name(reader) == short_name(writer);
        if !is_same && !aliases.iter().any(|alias| alias == writer) {
            let message = format!("the reader's name is {reader}, the writer's {writer}");
            self.at("name", |check| check.report("NAME_MISMATCH", message));
        }
    }

    fn missing_branch(&mut self, writer: NodeId) {
        let message = format!(
            "the reader's union has no branch for the writer's type: {}",
            upper(self.writer.kind(writer))
        );
        self.report("MISSING_UNION_BRANCH", message);
    }

    /// Checks a pair without keeping the findings.
    fn would_fit(&mut self, reader: NodeId, writer: NodeId) -> bool {
        let was_trial = std::mem::replace(&mut self.is_trial, true);
        let before = self.found.len();
        self.types(reader, writer);
        let fits = self.found.len() == before;
        self.found.truncate(before);
        self.is_trial = was_trial;
        fits
    }

    fn at_field(&mut self, index: usize, inner: impl FnOnce(&mut Self)) {
        self.at("fields", |check| check.at(index.to_string(), inner));
    }

    fn at(&mut self, step: impl Into<String>, inner: impl FnOnce(&mut Self)) {
        self.path.push(step.into());
        inner(self);
        self.path.pop();
    }

    fn report(&mut self, kind: &'static str, message: String) {
        let path: String = self.path.iter().flat_map(|step| ["/", step]).collect();
        let path = if path.is_empty() {
            "/".to_owned()
        } else {
            path
        };
        self.found.push(Incompatibility::new(path, kind, message));
    }
}

/// Whether a value of `writer` is one of `reader` too, for types without parts.
pub(super) fn promotes(reader: &Kind, writer: &Kind) -> bool {
    matches!(
        (reader, writer),
        (Kind::Null, Kind::Null)
            | (Kind::Boolean, Kind::Boolean)
            | (Kind::Int, Kind::Int)
            | (Kind::Long, Kind::Int | Kind::Long)
            | (Kind::Float, Kind::Int | Kind::Long | Kind::Float)
            | (
                Kind::Double,
                Kind::Int | Kind::Long | Kind::Float | Kind::Double
            )
            | (Kind::Bytes | Kind::String, Kind::Bytes | Kind::String)
    )
}

/// As in a plan: types nest up to 128 deep, at most every second of them a union, and a union takes
/// two levels here, one for each of the two schemas.
const MAX_DEPTH: usize = 128 + 64 + 2;
const MAX_PAIRS: usize = 1 << 17;
const MAX_FOUND: usize = 10_000;

fn upper(kind: &Kind) -> String {
    kind.type_name().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reader: &str, writer: &str, expected: &[(&str, &str)]) {
        let (reader, writer) = (
            Schema::parse(reader).unwrap(),
            Schema::parse(writer).unwrap(),
        );
        let found = check_compatibility(&reader, &writer);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|finding| (&*finding.kind, finding.path.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    fn record(name: &str, fields: &str) -> String {
        format!(r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#)
    }

    #[test]
    fn promotions_are_one_way() {
        for (reader, writer) in [("long", "int"), ("double", "float"), ("bytes", "string")] {
            check(&format!("\"{reader}\""), &format!("\"{writer}\""), &[]);
        }
        check("\"int\"", "\"long\"", &[("TYPE_MISMATCH", "/")]);
        check("\"float\"", "\"double\"", &[("TYPE_MISMATCH", "/")]);
    }

    #[test]
    fn new_field_needs_a_default() {
        let old = record("R", r#"{"name":"a","type":"int"}"#);
        let new = record(
            "R",
            r#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#,
        );
        let defaulted = record(
            "R",
            r#"{"name":"a","type":"int"},{"name":"b","type":"int","default":1}"#,
        );
        check(
            &new,
            &old,
            &[("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1")],
        );
        check(&defaulted, &old, &[]);
        check(&old, &new, &[]);
    }

    #[test]
    fn every_finding_is_reported() {
        let old = record(
            "A",
            r#"{"name":"a","type":"long"},{"name":"b","type":["null","int"]}"#,
        );
        let new = record(
            "B",
            r#"{"name":"a","type":"int"},{"name":"b","type":["string"]}"#,
        );
        check(
            &new,
            &old,
            &[
                ("NAME_MISMATCH", "/name"),
                ("TYPE_MISMATCH", "/fields/0/type"),
                ("MISSING_UNION_BRANCH", "/fields/1/type/0"),
                ("MISSING_UNION_BRANCH", "/fields/1/type/1"),
            ],
        );
    }

    #[test]
    fn aliases_of_records_and_fields_count() {
        let old = record("Old", r#"{"name":"a","type":"int"}"#);
        let new = r#"{"type":"record","name":"New","aliases":["Old"],
            "fields":[{"name":"b","aliases":["a"],"type":"int"}]}"#;
        check(new, &old, &[]);
    }

    #[test]
    fn enum_default_covers_unknown_symbols() {
        let old = r#"{"type":"enum","name":"E","symbols":["A","B"]}"#;
        check(
            r#"{"type":"enum","name":"E","symbols":["A"]}"#,
            old,
            &[("MISSING_ENUM_SYMBOLS", "/symbols")],
        );
        check(
            r#"{"type":"enum","name":"E","symbols":["A"],"default":"A"}"#,
            old,
            &[],
        );
    }

    #[test]
    fn recursive_types_end() {
        let list = |payload: &str| {
            format!(
                r#"{{"type":"record","name":"L","fields":[{{"name":"v","type":"{payload}"}},
                    {{"name":"next","type":["null","L"]}}]}}"#
            )
        };
        check(&list("long"), &list("int"), &[]);
        check(
            &list("int"),
            &list("long"),
            &[("TYPE_MISMATCH", "/fields/0/type")],
        );
    }
}
