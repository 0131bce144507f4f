//! Random Avro schemas and values, the same for the same seed.

use serde_json::{Value as Json, json};
use wireform::avro::schema::{Kind, NodeId, Schema};

use crate::generic::{Value, kept};

/// Random numbers: SplitMix64, <https://doi.org/10.1145/2714064.2660195>.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    #[allow(clippy::cast_possible_truncation, reason = "below a usize")]
    pub const fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Yes, once in `times` times.
    pub const fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `items`.
    pub const fn one_of<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }
}

/// A random schema, as text.
pub fn schema_text(random: &mut Random) -> String {
    let mut writer = SchemaMaker {
        random,
        known: Vec::new(),
        open: Vec::new(),
        count: 0,
    };
    writer.schema(0, None).to_string()
}

struct SchemaMaker<'r> {
    random: &'r mut Random,
    /// Full names of types that may be referred to.
    known: Vec<String>,
    /// Full names of the records around, which may be held behind a union, an array or a map.
    open: Vec<String>,
    count: usize,
}

impl SchemaMaker<'_> {
    fn schema(&mut self, depth: usize, namespace: Option<&str>) -> Json {
        let simple = depth > 3 || self.random.once_in(3);
        match self.random.below(if simple { 4 } else { 12 }) {
            0..=2 => self.primitive(),
            3 => match self.random.below(4) {
                0 => self.enumeration(namespace),
                1 => self.fixed(namespace),
                2 => self.reference(),
                _ => self.logical(namespace),
            },
            4 | 5 => json!({"type": "array", "items": self.item(depth, namespace)}),
            6 | 7 => json!({"type": "map", "values": self.item(depth, namespace)}),
            8 | 9 => self.union(depth, namespace),
            _ => self.record(depth, namespace),
        }
    }

    /// What an array or a map holds: perhaps a record around it.
    fn item(&mut self, depth: usize, namespace: Option<&str>) -> Json {
        match self.open.last() {
            Some(open) if self.random.once_in(6) => json!(open),
            _ => self.schema(depth + 1, namespace),
        }
    }

    fn primitive(&mut self) -> Json {
        let name = *self.random.one_of(&[
            "null", "boolean", "int", "long", "float", "double", "bytes", "string",
        ]);
        match self.random.once_in(6) {
            true => json!({"type": name, "note": [1, "x", null]}),
            false => json!(name),
        }
    }

    fn reference(&mut self) -> Json {
        match self.known.is_empty() {
            true => self.primitive(),
            false => json!(self.random.one_of(&self.known)),
        }
    }

    fn logical(&mut self, namespace: Option<&str>) -> Json {
        let (base, name) = *self.random.one_of(&[
            ("int", "date"),
            ("int", "time-millis"),
            ("long", "time-micros"),
            ("long", "timestamp-millis"),
            ("long", "timestamp-micros"),
            ("long", "timestamp-nanos"),
            ("long", "local-timestamp-millis"),
            ("string", "uuid"),
            ("bytes", "decimal"),
            ("fixed", "decimal"),
            ("fixed", "duration"),
            ("fixed", "uuid"),
            ("int", "uuid"),
        ]);
        let mut schema = match base {
            "fixed" => self.fixed(namespace),
            base => json!({"type": base}),
        };
        schema["logicalType"] = json!(name);
        match name {
            "decimal" => {
                schema["precision"] = json!(3);
                schema["scale"] = json!(1);
            }
            "duration" => schema["size"] = json!(12),
            "uuid" if base == "fixed" => schema["size"] = json!(16),
            _ => {}
        }
        schema
    }

    fn name(&mut self, schema: &mut Json, namespace: Option<&str>) -> (String, Option<String>) {
        self.count += 1;
        let short = format!(
            "{}{}",
            self.random.one_of(&["T", "_t", "Rec9_"]),
            self.count
        );
        let own = *self
            .random
            .one_of(&[None, None, Some("a"), Some("a.b_1"), Some("other")]);
        let (full, inner) = match own {
            Some(own) => (format!("{own}.{short}"), Some(own.to_owned())),
            None => match namespace {
                Some(space) => (format!("{space}.{short}"), Some(space.to_owned())),
                None => (short.clone(), None),
            },
        };
        match own {
            Some(_) if self.random.once_in(2) => schema["name"] = json!(full),
            Some(own) => {
                schema["name"] = json!(short);
                schema["namespace"] = json!(own);
            }
            None => schema["name"] = json!(short),
        }
        if self.random.once_in(5) {
            schema["aliases"] = json!([format!("Old{}", self.count), "x.y.Z"]);
        }
        if self.random.once_in(5) {
            schema["doc"] = json!("what it is: \"quoted\" \u{e9}\n");
        }
        // A name without a namespace is not found from within one.
        if inner.is_some() {
            self.known.push(full.clone());
        }
        (full, inner)
    }

    fn enumeration(&mut self, namespace: Option<&str>) -> Json {
        let mut schema = json!({"type": "enum"});
        self.name(&mut schema, namespace);
        let symbols: Vec<String> = (0..=self.random.below(70))
            .map(|i| format!("S_{i}"))
            .collect();
        if self.random.once_in(3) {
            schema["default"] = json!(symbols[symbols.len() / 2]);
        }
        schema["symbols"] = json!(symbols);
        schema
    }

    fn fixed(&mut self, namespace: Option<&str>) -> Json {
        let mut schema = json!({"type": "fixed"});
        self.name(&mut schema, namespace);
        schema["size"] = json!(*self.random.one_of(&[0, 1, 2, 16, 200]));
        schema
    }

    fn union(&mut self, depth: usize, namespace: Option<&str>) -> Json {
        let mut branches: Vec<Json> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        if let Some(open) = self.open.last()
            && self.random.once_in(3)
        {
            let open = open.clone();
            seen.extend([short(&open), "null".to_owned()]);
            branches.extend([json!("null"), json!(open)]);
        }
        for _ in 0..=self.random.below(4) {
            let before = self.known.len();
            let branch = self.schema(depth + 1, namespace);
            let name = branch_name(&branch);
            match branch.is_array() || seen.contains(&name) {
                // What it defines is defined nowhere then.
                true => self.known.truncate(before),
                false => {
                    seen.push(name);
                    branches.push(branch);
                }
            }
        }
        match branches.is_empty() {
            true => json!(["null", "string"]),
            false => Json::Array(branches),
        }
    }

    fn record(&mut self, depth: usize, namespace: Option<&str>) -> Json {
        let mut schema = json!({"type": "record"});
        let before = self.known.len();
        let (full, inner) = self.name(&mut schema, namespace);
        // Not before it is complete: a record that holds itself has no values.
        let own: Vec<_> = self.known.drain(before..).collect();
        let is_named = inner.is_some() || namespace.is_none();
        if is_named {
            self.open.push(full);
        }
        let count = *self.random.one_of(&[0, 1, 2, 3, 5, 9]);
        let fields: Vec<Json> = (0..count)
            .map(|i| self.field(i, depth, inner.as_deref()))
            .collect();
        schema["fields"] = Json::Array(fields);
        if is_named {
            self.open.pop();
        }
        self.known.extend(own);
        schema
    }

    fn field(&mut self, index: usize, depth: usize, namespace: Option<&str>) -> Json {
        let type_ = self.schema(depth + 1, namespace);
        let mut field = json!({"name": format!("f{index}"), "type": type_});
        if self.random.once_in(6) {
            field["doc"] = json!("a field");
        }
        if self.random.once_in(6) {
            field["aliases"] = json!([format!("old{index}")]);
        }
        if self.random.once_in(6) {
            field["order"] = json!(*self.random.one_of(&["ignore", "descending", "ascending"]));
        }
        if self.random.once_in(3)
            && let Some(default) = simple_default(&field["type"])
        {
            field["default"] = default;
        }
        field
    }
}

/// Whatever differs between branches that may stand side by side.
fn branch_name(branch: &Json) -> String {
    let own = branch.as_str().or_else(|| branch["type"].as_str());
    let name = match own {
        Some("record" | "enum" | "fixed") => branch["name"].as_str(),
        name => name,
    };
    short(name.unwrap_or_default())
}

/// The last part of a name: every type has another.
fn short(name: &str) -> String {
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

fn simple_default(type_: &Json) -> Option<Json> {
    let first = type_.as_array().and_then(|branches| branches.first());
    let type_ = first.unwrap_or(type_);
    Some(match type_.as_str().or_else(|| type_["type"].as_str())? {
        "null" => Json::Null,
        "boolean" => json!(true),
        "int" | "long" => json!(-12),
        "float" | "double" => json!(1.5),
        "string" => json!("\u{e9}"),
        "bytes" => json!("\u{ff}"),
        "array" => json!([]),
        "map" => json!({}),
        _ => return None,
    })
}

/// A random value of `schema`.
pub fn value(random: &mut Random, schema: &Schema) -> Value {
    ValueMaker { random, schema }.value(schema.root(), 0)
}

struct ValueMaker<'r, 's> {
    random: &'r mut Random,
    schema: &'s Schema,
}

impl ValueMaker<'_, '_> {
    fn value(&mut self, id: NodeId, depth: usize) -> Value {
        match &self.schema.node(id).kind {
            Kind::Null => Value::Null,
            Kind::Boolean => Value::Boolean(self.random.once_in(2)),
            Kind::Int => Value::Int(self.int()),
            Kind::Long => Value::Long(self.long()),
            Kind::Float => Value::Float(self.float()),
            Kind::Double => Value::Double(self.double()),
            Kind::Bytes => {
                let len = self.len();
                Value::Bytes(self.bytes(len))
            }
            Kind::Fixed(fixed) => Value::Bytes(self.bytes(fixed.size)),
            Kind::String => Value::String(self.text()),
            Kind::Enum(enumeration) => {
                Value::String(self.random.one_of(&enumeration.symbols).to_string())
            }
            Kind::Array(items) => {
                let count = self.count(depth);
                Value::Array((0..count).map(|_| self.value(*items, depth + 1)).collect())
            }
            Kind::Map(values) => {
                let count = self.count(depth);
                let mut entries: Vec<(String, Value)> = (0..count)
                    .map(|_| (self.text(), self.value(*values, depth + 1)))
                    .collect();
                entries.sort_by(|(left, _), (right, _)| left.cmp(right));
                entries.dedup_by(|(left, _), (right, _)| left == right);
                Value::Map(entries)
            }
            Kind::Record(record) => Value::Record(
                (record.fields.iter())
                    .map(|field| (field.name.to_string(), self.value(field.schema, depth + 1)))
                    .collect(),
            ),
            Kind::Union(branches) => {
                let is_null = |id: &NodeId| matches!(self.schema.node(*id).kind, Kind::Null);
                let null = branches.iter().position(is_null);
                let index = match null {
                    Some(null) if depth > 6 => null,
                    _ => self.random.below(branches.len()),
                };
                let name = kept(self.schema.node(branches[index]).kind.branch_name());
                Value::Union(name, Box::new(self.value(branches[index], depth + 1)))
            }
        }
    }

    const fn count(&mut self, depth: usize) -> usize {
        match (depth, self.random.below(40)) {
            (0..=1, 0) => 150,
            (0..=4, _) => self.random.below(5),
            (5..=6, _) => self.random.below(2),
            _ => 0,
        }
    }

    const fn len(&mut self) -> usize {
        match self.random.below(30) {
            0 => 63 + self.random.below(4),
            1 => 300,
            2..=8 => 0,
            _ => self.random.below(12),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "any bits will do")]
    fn int(&mut self) -> i32 {
        match self.random.below(4) {
            0 => *self
                .random
                .one_of(&[0, 1, -1, 63, -64, 64, -65, i32::MAX, i32::MIN]),
            _ => (self.random.next() as i32) >> self.random.below(31),
        }
    }

    #[allow(clippy::cast_possible_wrap, reason = "any bits will do")]
    fn long(&mut self) -> i64 {
        match self.random.below(4) {
            0 => *self
                .random
                .one_of(&[0, -1, i64::MAX, i64::MIN, 1 << 53, -(1 << 31) - 1]),
            _ => (self.random.next() as i64) >> self.random.below(63),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "any bits will do")]
    fn float(&mut self) -> f32 {
        match self.random.below(3) {
            0 => *self
                .random
                .one_of(&[0.0, -0.0, 1.1, f32::NAN, f32::INFINITY, f32::MIN, 1e-45]),
            1 => f32::from_bits(self.random.next() as u32),
            _ => self.int() as f32,
        }
    }

    fn double(&mut self) -> f64 {
        match self.random.below(3) {
            0 => *self.random.one_of(&[
                0.0,
                -0.0,
                1.1,
                f64::NAN,
                f64::NEG_INFINITY,
                f64::MAX,
                5e-324,
            ]),
            1 => f64::from_bits(self.random.next()),
            _ => f64::from(self.int()),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "any bits will do")]
    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.random.next() as u8).collect()
    }

    fn text(&mut self) -> String {
        let chars = [
            'a',
            'Z',
            '0',
            ' ',
            '"',
            '\\',
            '\0',
            '\u{e9}',
            '\u{4e16}',
            '\u{1f600}',
        ];
        let len = self.len();
        (0..len).map(|_| *self.random.one_of(&chars)).collect()
    }
}
