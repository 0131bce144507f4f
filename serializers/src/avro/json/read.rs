//! JSON text to Avro data.

use std::borrow::Cow;

use super::text::{Shape, Text};
use super::{AvroJson, logical, too_long};
use crate::avro::fields::{Fields, OneBlock, default_of};
use crate::avro::schema::{Kind, Node, NodeId, Record};
use crate::avro::transcode::item_path;
use crate::avro::write;
use crate::error::{Error, ErrorKind, Result};

/// Appends the datum of the whole of `text`.
pub(super) fn read(json: &AvroJson, text: &str, out: &mut Vec<u8>) -> Result<()> {
    let max = out.len().saturating_add(json.limits.heap);
    let mut reader = Reader {
        json,
        text: Text::new(text),
        out,
        max,
        depth: json.limits.depth,
        work: text
            .len()
            .saturating_mul(WORK_PER_BYTE)
            .saturating_add(WORK),
    };
    reader.value(json.schema.root())?;
    reader.text.finish()
}

struct Reader<'j, 't, 'o> {
    json: &'j AvroJson,
    text: Text<'t>,
    out: &'o mut Vec<u8>,
    /// How long `out` may become.
    max: usize,
    depth: usize,
    /// How much text may still be read in vain, while the branches of plain unions are tried.
    work: usize,
}

impl<'j, 't> Reader<'j, 't, '_> {
    fn value(&mut self, id: NodeId) -> Result<()> {
        let node = self.json.schema.node(id);
        match &node.kind {
            Kind::Array(items) => self.array(*items),
            Kind::Map(values) => self.map(*values),
            Kind::Record(record) => self.record(record),
            Kind::Union(branches) if self.json.style.is_plain => self.plain_union(branches),
            Kind::Union(branches) => self.named_union(branches),
            _ => self.leaf(node),
        }
    }

    fn leaf(&mut self, node: &Node) -> Result<()> {
        if let Some(logical) = node.logical
            && self.json.style.is_readable
            && logical::read(&node.kind, logical, &mut self.text, self.out)?
        {
            return Ok(());
        }
        self.scalar(&node.kind)
    }

    fn scalar(&mut self, kind: &Kind) -> Result<()> {
        match kind {
            Kind::Null => {
                self.expect(Shape::Null, kind)?;
                self.text.null()?;
            }
            Kind::Boolean => {
                self.expect(Shape::Boolean, kind)?;
                self.out.push(u8::from(self.text.boolean()?));
            }
            Kind::Int => write::int(self.integer(kind)?, self.out),
            Kind::Long => write::long(self.integer(kind)?, self.out),
            Kind::Float => self.float()?,
            Kind::Double => self.double()?,
            Kind::String => write::bytes(self.string(kind)?.as_bytes(), self.out),
            Kind::Bytes => write::bytes(&latin1(&self.string(kind)?)?, self.out),
            Kind::Fixed(fixed) => {
                let bytes = latin1(&self.string(kind)?)?;
                if bytes.len() != fixed.size {
                    let found = bytes.len();
                    return Err(unfit(format!(
                        "expected {} bytes, found {found}",
                        fixed.size
                    )));
                }
                self.out.extend_from_slice(&bytes);
            }
            Kind::Enum(enumeration) => {
                let symbol = self.string(kind)?;
                let index = enumeration.symbols.iter().position(|s| **s == *symbol);
                let unknown = || unfit(format!("the enum {} has no such symbol", enumeration.name));
                write::count(index.ok_or_else(unknown)?, self.out);
            }
            _ => {}
        }
        Ok(())
    }

    fn integer<I: std::str::FromStr>(&mut self, kind: &Kind) -> Result<I> {
        self.expect(Shape::Number, kind)?;
        self.text.number()?.parse().map_err(|_| {
            let name = kind.type_name();
            unfit(format!(
                "the number is not valid for {name}: it has a fraction, or is out of range"
            ))
        })
    }

    fn float(&mut self) -> Result<()> {
        let value = match self.special()? {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "NaN and the infinities are floats too"
            )]
            Some(special) => special as f32,
            None => {
                let value: f32 = self.text.number()?.parse().unwrap_or(f32::INFINITY);
                finite(value, value.is_finite())?
            }
        };
        self.out.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn double(&mut self) -> Result<()> {
        let value = match self.special()? {
            Some(special) => special,
            None => {
                let value: f64 = self.text.number()?.parse().unwrap_or(f64::INFINITY);
                finite(value, value.is_finite())?
            }
        };
        self.out.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    /// One of the three that JSON has no number for, by the names that Java takes; `None` if a
    /// number follows.
    fn special(&mut self) -> Result<Option<f64>> {
        match self.text.shape()? {
            Shape::Number => return Ok(None),
            Shape::String => {}
            found => return Err(expected("a number", found)),
        }
        Ok(Some(match &*self.text.string()? {
            "NaN" => f64::NAN,
            "Infinity" | "INF" => f64::INFINITY,
            "-Infinity" | "-INF" => f64::NEG_INFINITY,
            _ => return Err(expected("a number", Shape::String)),
        }))
    }

    fn string(&mut self, kind: &Kind) -> Result<Cow<'t, str>> {
        self.expect(Shape::String, kind)?;
        self.text.string()
    }

    fn expect(&mut self, shape: Shape, kind: &Kind) -> Result<()> {
        let found = self.text.shape()?;
        match found == shape {
            true => Ok(()),
            false => Err(expected(kind.branch_name(), found)),
        }
    }

    fn array(&mut self, items: NodeId) -> Result<()> {
        self.expect_container(Shape::Array, "array")?;
        self.text.open(b'[')?;
        let mut block = OneBlock::new(0, self.out);
        let mut is_first = true;
        while self.text.item(is_first)? {
            is_first = false;
            let place = block.item();
            self.value(items)
                .map_err(|error| error.at(item_path(place, false)))?;
            self.check_length()?;
        }
        block.finish(self.out);
        self.depth += 1;
        Ok(())
    }

    fn map(&mut self, values: NodeId) -> Result<()> {
        self.expect_container(Shape::Object, "map")?;
        self.text.open(b'{')?;
        let mut block = OneBlock::new(0, self.out);
        let mut is_first = true;
        while let Some(key) = self.text.key(is_first)? {
            is_first = false;
            let place = block.item();
            write::bytes(key.as_bytes(), self.out);
            self.value(values)
                .map_err(|error| error.at(item_path(place, true)))?;
            self.check_length()?;
        }
        block.finish(self.out);
        self.depth += 1;
        Ok(())
    }

    fn record(&mut self, record: &'j Record) -> Result<()> {
        self.expect_container(Shape::Object, &record.name)?;
        self.text.open(b'{')?;
        let mut fields = Fields::new(record.fields.len(), self.out);
        let mut next = 0;
        let mut is_first = true;
        while let Some(key) = self.text.key(is_first)? {
            is_first = false;
            let index = field_index(record, &key, next)?;
            next = index + 1;
            if fields.has(index) {
                return Err(unfit("the field is given twice").at(key.into_owned()));
            }
            if let Some(field) = record.fields.get(index) {
                self.value(field.schema)
                    .map_err(|error| error.at(field.name.to_string()))?;
            }
            fields.appended(index, self.out);
        }
        self.defaults(record, &mut fields)?;
        fields.finish(self.out);
        self.depth += 1;
        Ok(())
    }

    fn defaults(&mut self, record: &Record, fields: &mut Fields) -> Result<()> {
        for (index, field) in record.fields.iter().enumerate() {
            if fields.has(index) {
                continue;
            }
            let missing = "the field is left out, and the schema has no default";
            self.out.extend_from_slice(default_of(field, missing)?);
            fields.appended(index, self.out);
            self.check_length()?;
        }
        Ok(())
    }

    /// `null`, or an object whose one key is the name of the branch.
    fn named_union(&mut self, branches: &[NodeId]) -> Result<()> {
        let found = self.text.shape()?;
        if found == Shape::Null {
            let index = self.branch(branches, "null")?.0;
            write::count(index, self.out);
            return self.text.null();
        }
        if found != Shape::Object {
            return Err(expected("null or an object that names a branch", found));
        }
        self.text.open(b'{')?;
        let Some(name) = self.text.key(true)? else {
            return Err(unfit("the object should name a branch of the union"));
        };
        let (index, branch) = self.branch(branches, &name)?;
        write::count(index, self.out);
        self.value(branch)?;
        match self.text.key(false)? {
            None => Ok(()),
            Some(_) => Err(unfit("the object should name one branch of the union")),
        }
    }

    fn branch(&self, branches: &[NodeId], name: &str) -> Result<(usize, NodeId)> {
        let kind_of = |id: &NodeId| self.json.schema.kind(*id);
        let mut all = branches.iter().enumerate();
        let found = all.find(|(_, id)| kind_of(id).branch_name() == name);
        let known = || {
            let names: Vec<&str> = branches
                .iter()
                .map(|id| kind_of(id).branch_name())
                .collect();
            unfit(format!("expected one of the branches {}", names.join(", ")))
        };
        found.map(|(index, id)| (index, *id)).ok_or_else(known)
    }

    /// The first branch that takes the value; of a number, the first one of those that suit it best.
    fn plain_union(&mut self, branches: &[NodeId]) -> Result<()> {
        let shape = self.text.shape()?;
        let number = self.peek_number(shape)?;
        let mut failure: Option<Error> = None;
        let mut tries = 0;
        for round in 0..=ROUNDED {
            for (index, branch) in branches.iter().enumerate() {
                let node = self.json.schema.node(*branch);
                let rank = number.map_or(0, |number| rank(&node.kind, number));
                if rank != round || !self.may_take(node, shape) {
                    continue;
                }
                match self.try_branch(index, *branch)? {
                    None => return Ok(()),
                    Some(error) => failure = Some(error),
                }
                tries += 1;
            }
        }
        match failure {
            Some(error) if tries == 1 => Err(error),
            _ => Err(expected("one of the union's branches", shape)),
        }
    }

    /// Reads a value of a branch; if it does not fit, goes back and tells why.
    fn try_branch(&mut self, index: usize, branch: NodeId) -> Result<Option<Error>> {
        let (from, start, depth) = (self.text.at(), self.out.len(), self.depth);
        write::count(index, self.out);
        match self.value(branch) {
            Ok(()) => Ok(None),
            Err(error) if error.kind() == ErrorKind::Encode => {
                self.spend(self.text.at().saturating_sub(from))?;
                self.text.go_back(from);
                self.out.truncate(start);
                self.depth = depth;
                Ok(Some(error))
            }
            Err(error) => Err(error),
        }
    }

    fn peek_number(&mut self, shape: Shape) -> Result<Option<&'t str>> {
        if shape != Shape::Number {
            return Ok(None);
        }
        let from = self.text.at();
        let number = self.text.number()?;
        self.text.go_back(from);
        Ok(Some(number))
    }

    fn may_take(&self, node: &Node, shape: Shape) -> bool {
        use Shape as S;
        let is_readable = self.json.style.is_readable && node.logical.is_some();
        match (&node.kind, shape) {
            (Kind::Null, S::Null)
            | (Kind::Boolean, S::Boolean)
            | (Kind::Array(_), S::Array)
            | (Kind::Map(_) | Kind::Record(_), S::Object)
            | (Kind::Bytes | Kind::Enum(_) | Kind::Fixed(_) | Kind::String, S::String)
            | (Kind::Float | Kind::Double, S::String)
            | (Kind::Double | Kind::Float | Kind::Int | Kind::Long, S::Number) => true,
            (Kind::Bytes, S::Number)
            | (Kind::Fixed(_), S::Number | S::Object)
            | (Kind::Int | Kind::Long, S::String) => is_readable,
            _ => false,
        }
    }

    fn spend(&mut self, work: usize) -> Result<()> {
        match self.work.checked_sub(work + 1) {
            Some(left) => {
                self.work = left;
                Ok(())
            }
            None => {
                let message = "too many branches of unions were tried in vain";
                Err(Error::new(ErrorKind::LimitExceeded, message))
            }
        }
    }

    fn expect_container(&mut self, shape: Shape, what: &str) -> Result<()> {
        let found = self.text.shape()?;
        if found != shape {
            return Err(expected(what, found));
        }
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(Error::new(ErrorKind::LimitExceeded, "nested too deeply")),
        }
    }

    fn check_length(&self) -> Result<()> {
        match self.out.len() <= self.max {
            true => Ok(()),
            false => Err(too_long()),
        }
    }
}

/// The field called `name`, which is probably the one at `next`.
fn field_index(record: &Record, name: &str, next: usize) -> Result<usize> {
    if record
        .fields
        .get(next)
        .is_some_and(|field| *field.name == *name)
    {
        return Ok(next);
    }
    let unknown = || {
        let name: String = name.chars().take(MAX_NAME).collect();
        unfit(format!("the record {} has no such field", record.name)).at(name)
    };
    record
        .field(name)
        .map(|(index, _)| index)
        .ok_or_else(unknown)
}

/// How well a type suits a number, 0 best: whole numbers are integers before they are floats, and
/// a float or double that holds the number is better than one that rounds it.
fn rank(kind: &Kind, number: &str) -> u8 {
    let is_whole = !number.contains(['.', 'e', 'E']);
    let double = number.parse::<f64>().unwrap_or(f64::INFINITY);
    let float = number.parse::<f32>().unwrap_or(f32::INFINITY);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a double of a whole number is whole; what is out of range comes back as another"
    )]
    let is_same = |double: f64| number.parse() == Ok(double as i128);
    let is_held = match kind {
        Kind::Double => !is_whole || is_same(double),
        Kind::Float if is_whole => is_same(float.into()),
        // The text of a float is short, and seldom exactly the float.
        Kind::Float => f64::from(float) == double || format!("{float:?}").parse() == Ok(double),
        _ => return 0,
    };
    match is_held {
        true => u8::from(is_whole),
        false => ROUNDED,
    }
}

/// Code points 0 to 255 are the bytes 0 to 255.
fn latin1(text: &str) -> Result<Vec<u8>> {
    text.chars()
        .map(|c| {
            u8::try_from(u32::from(c))
                .map_err(|_| unfit("expected bytes, found a code point over 255"))
        })
        .collect()
}

fn finite<F>(value: F, is_finite: bool) -> Result<F> {
    match is_finite {
        true => Ok(value),
        false => Err(unfit("the number is out of range")),
    }
}

fn expected(what: &str, found: Shape) -> Error {
    unfit(format!("expected {what}, found {}", found.name()))
}

fn unfit(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Encode, message.into())
}

/// The worst rank of a number.
const ROUNDED: u8 = 2;
/// How often each byte of text may be read in vain, on average.
const WORK_PER_BYTE: usize = 64;
const WORK: usize = 1 << 16;
/// How much of a field's name an error repeats, in characters.
const MAX_NAME: usize = 100;
