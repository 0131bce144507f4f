//! The compatibility rules and the plan answer one question: random pairs of schemas, and both
//! verdicts on them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

/// A small generator of random numbers, the same in every run.
struct Random(u64);

impl Random {
    /// A number below `count`.
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

#[derive(Clone)]
enum Type {
    Primitive(&'static str),
    Array(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
    Named(usize),
}

/// What a name stands for.
#[derive(Clone)]
enum Definition {
    Record(Vec<Column>),
    Enum(Vec<&'static str>, bool),
    Fixed(usize),
}

#[derive(Clone)]
struct Column {
    name: &'static str,
    alias: Option<&'static str>,
    kind: Type,
    has_default: bool,
}

/// Types by number, each with a name and an alias; the first one is the root.
#[derive(Clone)]
struct Model {
    names: Vec<(String, Option<String>)>,
    definitions: Vec<Definition>,
    root: Type,
}

const NAMES: usize = 6;
const RECORDS: usize = 4;
const PRIMITIVES: [&str; 7] = [
    "null", "int", "long", "double", "string", "bytes", "boolean",
];
const FIELDS: [&str; 4] = ["a", "b", "c", "d"];

fn random_type(random: &mut Random, depth: usize) -> Type {
    match random.below(if depth == 0 { 4 } else { 8 }) {
        0..=1 => Type::Primitive(random.pick(&PRIMITIVES)),
        2..=3 => Type::Named(random.below(NAMES)),
        4 => Type::Array(Box::new(random_type(random, depth - 1))),
        5 => Type::Map(Box::new(random_type(random, depth - 1))),
        _ => random_union(random, depth - 1),
    }
}

/// A union holds no union, and no type twice.
fn random_union(random: &mut Random, depth: usize) -> Type {
    let mut seen = BTreeSet::new();
    let mut branches = Vec::new();
    for _ in 0..=random.below(3) {
        let branch = random_type(random, depth);
        let key = match &branch {
            Type::Primitive(name) => (*name).to_owned(),
            Type::Array(_) => "array".to_owned(),
            Type::Map(_) => "map".to_owned(),
            Type::Named(number) => number.to_string(),
            Type::Union(_) => continue,
        };
        if seen.insert(key) {
            branches.push(branch);
        }
    }
    match branches.is_empty() {
        true => Type::Union(vec![Type::Primitive("null")]),
        false => Type::Union(branches),
    }
}

fn random_column(random: &mut Random, name: &'static str) -> Column {
    Column {
        name,
        alias: None,
        kind: random_type(random, 2),
        has_default: random.one_in(2),
    }
}

impl Model {
    fn random(random: &mut Random) -> Self {
        let definitions = (0..NAMES).map(|number| match number {
            0..RECORDS => {
                let count = random.below(FIELDS.len());
                let columns = FIELDS[..count].iter();
                Definition::Record(columns.map(|name| random_column(random, name)).collect())
            }
            RECORDS => Definition::Enum(["A", "B", "C"][..1 + random.below(3)].to_vec(), false),
            _ => Definition::Fixed(2),
        });
        let definitions = definitions.collect();
        let root = match random.one_in(3) {
            true => random_type(random, 2),
            false => Type::Named(random.below(RECORDS)),
        };
        Self {
            names: (0..NAMES)
                .map(|number| (format!("N{number}"), None))
                .collect(),
            definitions,
            root,
        }
    }

    /// A later version of the same schema.
    fn evolved(&self, random: &mut Random) -> Self {
        let mut model = self.clone();
        for _ in 0..=random.below(3) {
            model.change(random);
        }
        model
    }

    fn change(&mut self, random: &mut Random) {
        let number = random.below(NAMES);
        if random.one_in(5) {
            // No two types of a schema answer to one name.
            let alias = random.one_in(2).then(|| format!("N{number}"));
            self.names[number] = (format!("M{number}"), alias);
        }
        match &mut self.definitions[number] {
            Definition::Record(columns) => change_columns(columns, random),
            Definition::Enum(symbols, has_default) => {
                *symbols = ["A", "B", "D"][..1 + random.below(3)].to_vec();
                *has_default = random.one_in(2);
            }
            Definition::Fixed(size) => *size = 2 + random.below(2),
        }
        if random.one_in(6) {
            let root = std::mem::replace(&mut self.root, Type::Primitive("null"));
            self.root = change_type(root, random);
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        self.write(&self.root, &mut BTreeSet::new(), &mut out);
        out
    }

    fn write(&self, kind: &Type, defined: &mut BTreeSet<usize>, out: &mut String) {
        match kind {
            Type::Primitive(name) => write!(out, "\"{name}\"").unwrap(),
            Type::Array(items) => {
                out.push_str(r#"{"type":"array","items":"#);
                self.write(items, defined, out);
                out.push('}');
            }
            Type::Map(values) => {
                out.push_str(r#"{"type":"map","values":"#);
                self.write(values, defined, out);
                out.push('}');
            }
            Type::Union(branches) => {
                for (place, branch) in branches.iter().enumerate() {
                    out.push(if place == 0 { '[' } else { ',' });
                    self.write(branch, defined, out);
                }
                out.push(']');
            }
            Type::Named(number) if defined.insert(*number) => {
                self.write_definition(*number, defined, out);
            }
            Type::Named(number) => write!(out, "\"{}\"", self.names[*number].0).unwrap(),
        }
    }

    fn write_definition(&self, number: usize, defined: &mut BTreeSet<usize>, out: &mut String) {
        let (name, alias) = &self.names[number];
        write!(out, r#"{{"name":"{name}","#).unwrap();
        if let Some(alias) = alias {
            write!(out, r#""aliases":["{alias}"],"#).unwrap();
        }
        match &self.definitions[number] {
            Definition::Record(columns) => {
                out.push_str(r#""type":"record","fields":["#);
                for (place, column) in columns.iter().enumerate() {
                    out.push_str(if place == 0 { "{" } else { ",{" });
                    write!(out, r#""name":"{}","#, column.name).unwrap();
                    if let Some(alias) = column.alias {
                        write!(out, r#""aliases":["{alias}"],"#).unwrap();
                    }
                    if let (true, Some(default)) = (column.has_default, default_of(&column.kind)) {
                        write!(out, r#""default":{default},"#).unwrap();
                    }
                    out.push_str(r#""type":"#);
                    self.write(&column.kind, defined, out);
                    out.push('}');
                }
                out.push_str("]}");
            }
            Definition::Enum(symbols, has_default) => {
                let default = if *has_default {
                    r#","default":"A""#
                } else {
                    ""
                };
                write!(out, r#""type":"enum","symbols":{symbols:?}{default}}}"#).unwrap();
            }
            Definition::Fixed(size) => write!(out, r#""type":"fixed","size":{size}}}"#).unwrap(),
        }
    }
}

fn default_of(kind: &Type) -> Option<&'static str> {
    Some(match kind {
        Type::Primitive("null") => "null",
        Type::Primitive("boolean") => "true",
        Type::Primitive("string" | "bytes") => "\"\"",
        Type::Primitive(_) => "7",
        Type::Array(_) => "[]",
        Type::Map(_) => "{}",
        Type::Union(branches) => default_of(branches.first()?)?,
        Type::Named(_) => return None,
    })
}

fn change_columns(columns: &mut Vec<Column>, random: &mut Random) {
    let free = FIELDS
        .into_iter()
        .find(|name| columns.iter().all(|column| column.name != *name));
    match (random.below(5), free) {
        (0, Some(name)) => {
            let place = random.below(columns.len() + 1);
            columns.insert(place, random_column(random, name));
        }
        (1, Some(name)) if !columns.is_empty() => {
            let place = random.below(columns.len());
            let old = std::mem::replace(&mut columns[place].name, name);
            columns[place].alias = random.one_in(2).then_some(old);
        }
        (2, _) if !columns.is_empty() => drop(columns.remove(random.below(columns.len()))),
        (3, _) => columns.reverse(),
        _ if !columns.is_empty() => {
            let place = random.below(columns.len());
            let kind = std::mem::replace(&mut columns[place].kind, Type::Primitive("null"));
            columns[place].kind = change_type(kind, random);
        }
        _ => {}
    }
}

fn change_type(kind: Type, random: &mut Random) -> Type {
    match (kind, random.below(3)) {
        (Type::Array(items), 0) => Type::Array(Box::new(change_type(*items, random))),
        (Type::Map(values), 0) => Type::Map(Box::new(change_type(*values, random))),
        (Type::Union(mut branches), 0) => {
            branches.reverse();
            Type::Union(branches)
        }
        (Type::Union(mut branches), 1) if branches.len() > 1 => {
            branches.pop();
            Type::Union(branches)
        }
        (Type::Union(branches), _) => branches.into_iter().next_back().unwrap(),
        (Type::Primitive("null"), _) => random_type(random, 1),
        (kind, 1) => Type::Union(vec![Type::Primitive("null"), kind]),
        (Type::Primitive("int"), _) => Type::Primitive("long"),
        _ => random_type(random, 2),
    }
}

/// Whether every value can be read: no step that is reached is impossible, and no symbol is missing.
fn reads_all(plan: &Plan) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![plan.root()];
    while let Some(id) = open.pop() {
        if !seen.insert(id.0) {
            continue;
        }
        match plan.step(id) {
            Step::Impossible(_) => return false,
            Step::Enum { symbols, .. } if symbols.contains(&None) => return false,
            Step::Array { items: inner, .. }
            | Step::Map { values: inner, .. }
            | Step::Branch { value: inner, .. } => open.push(*inner),
            Step::Branches(branches) => open.extend(branches),
            Step::Record(record) => {
                open.extend(record.fields.iter().filter_map(|field| match field {
                    FieldStep::Read { value, .. } => Some(*value),
                    FieldStep::Skip(_) => None,
                }));
            }
            _ => {}
        }
    }
    true
}

#[test]
fn compatibility_rules_and_plans_agree() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut fitting, mut others, mut by_structure) = (0, 0, 0);
    for _ in 0..6_000 {
        let model = Model::random(&mut random);
        let (writer, reader) = (model.text(), model.evolved(&mut random).text());
        let (old, new) = (parse(&writer), parse(&reader));
        let found = check_compatibility(&new, &old);
        let is_compatible = found.is_empty();
        // The rules compare the names of all records, the plan those that tell branches apart.
        let by_name = Plan::by_name(&old, &new).is_ok_and(|plan| reads_all(&plan));
        assert_eq!(
            is_compatible, by_name,
            "{found:?}\n  writer {writer}\n  reader {reader}"
        );
        let is_read = Plan::new(&old, &new).is_ok_and(|plan| reads_all(&plan));
        assert!(
            is_read || !is_compatible,
            "compatible, but not read\n  writer {writer}\n  reader {reader}"
        );
        fitting += usize::from(is_compatible);
        others += usize::from(!is_compatible);
        by_structure += usize::from(is_read && !is_compatible);
        // And each schema reads its own data.
        assert_eq!(
            Plan::new(&old, &old).unwrap().difference(),
            None,
            "{writer}"
        );
        assert_eq!(check_compatibility(&old, &old), [], "{writer}");
    }
    assert!(fitting > 500 && others > 500, "{fitting} and {others}");
    assert!(by_structure > 10, "{by_structure}");
}
