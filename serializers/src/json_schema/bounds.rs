//! How much work a schema can make of one value, before it is compiled.
//!
//! A schema may send one value through another schema several times (`allOf`, `anyOf`, `$ref`,
//! …), that one again, and so on: thirty lines can ask for 2³⁰ looks at a single number. Here
//! those looks are counted, without doing them.

use std::collections::HashMap;

use jsonschema::Draft;
use referencing::Resolver;
use serde_json::{Map, Value};

use super::texts::{Texts, unresolved};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// The most looks that the part of a value at each depth can get.
#[derive(Debug)]
pub(super) struct Bounds {
    /// By depth below the value; the last one counts for everything deeper.
    looks: Vec<u64>,
    /// Whether the looks grow beyond the last depth.
    is_growing: bool,
}

impl Bounds {
    /// Counts.
    ///
    /// `InvalidSchema` if a schema leads back to itself without going into the value;
    /// `LimitExceeded` if one value is looked at too often.
    pub(super) fn new(texts: &Texts) -> Result<Self> {
        let registry = texts.registry()?;
        let mut graph = Graph::default();
        let (value, resolver, draft) = texts.resolve_root(&registry)?;
        graph.collect(value, &resolver, draft)?;
        let order = graph.order()?;
        let looks = graph.looks(&order);
        match looks.looks.first() {
            Some(first) if *first > MAX_LOOKS => {
                let message = "JSON Schema: it looks at one value too often";
                Err(Error::new(ErrorKind::LimitExceeded, message))
            }
            _ => Ok(looks),
        }
    }

    /// Returns whether it is safe to walk through `instance` without remembering what was seen.
    pub(super) fn allow(&self, instance: &Value) -> bool {
        let (count, depth) = measure(instance);
        if depth >= self.looks.len() && self.is_growing {
            return false;
        }
        let looks = self
            .looks
            .iter()
            .take(depth + 1)
            .max()
            .copied()
            .unwrap_or(1);
        looks.saturating_mul(count) <= MAX_WALK
    }
}

/// Returns the number of values, and how deep they are nested.
fn measure(value: &Value) -> (u64, usize) {
    let below = |values: &mut dyn Iterator<Item = &Value>| {
        values
            .map(measure)
            .fold((1, 0), |(count, depth), (more, deeper)| {
                (count + more, depth.max(deeper + 1))
            })
    };
    match value {
        Value::Array(items) => below(&mut items.iter()),
        Value::Object(entries) => below(&mut entries.values()),
        _ => (1, 0),
    }
}

#[derive(Default)]
struct Graph {
    index: HashMap<*const Value, usize>,
    schemas: Vec<Schema>,
}

/// Which schemas a schema sends a value, or its parts, to.
#[derive(Default)]
struct Schema {
    /// Schemas of the same value.
    here: Vec<usize>,
    /// Schemas of some part of it, each part for at most one of these.
    one_of_below: Vec<usize>,
    /// Schemas of some part of it, perhaps for all of these.
    all_below: Vec<usize>,
}

impl Graph {
    /// Takes in a schema and all that it leads to; not recursive, since chains may be long.
    fn collect<'s>(
        &mut self,
        value: &'s Value,
        resolver: &Resolver<'s>,
        draft: Draft,
    ) -> Result<()> {
        let mut open = Vec::new();
        self.node(value, resolver.clone(), draft, &mut open)?;
        while let Some((index, value, resolver, draft)) = open.pop() {
            let mut schema = Schema::default();
            for (place, child) in children(value) {
                let resource = draft.create_resource_ref(child);
                let inner = resolver
                    .in_subresource(resource)
                    .map_err(|e| unresolved(&e))?;
                let child = self.node(child, inner, resource.draft(), &mut open)?;
                match place {
                    Place::Here => schema.here.push(child),
                    Place::OneOfBelow => schema.one_of_below.push(child),
                    Place::AllBelow => schema.all_below.push(child),
                }
            }
            for reference in ["$ref", "$dynamicRef", "$recursiveRef"] {
                if let Some(reference) = value.get(reference).and_then(Value::as_str) {
                    let target = resolver.lookup(reference).map_err(|e| unresolved(&e))?;
                    let (value, resolver, draft) = target.into_inner();
                    schema
                        .here
                        .push(self.node(value, resolver, draft, &mut open)?);
                }
            }
            if let Some(slot) = self.schemas.get_mut(index) {
                *slot = schema;
            }
        }
        Ok(())
    }

    fn node<'s>(
        &mut self,
        value: &'s Value,
        resolver: Resolver<'s>,
        draft: Draft,
        open: &mut Vec<(usize, &'s Value, Resolver<'s>, Draft)>,
    ) -> Result<usize> {
        if let Some(index) = self.index.get(&std::ptr::from_ref(value)) {
            return Ok(*index);
        }
        let index = self.schemas.len();
        if index >= MAX_SCHEMAS {
            let message = "JSON Schema: too many schemas in it";
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        self.index.insert(value, index);
        self.schemas.push(Schema::default());
        open.push((index, value, resolver, draft));
        Ok(index)
    }

    /// The schemas, each after those that it sends the same value to.
    fn order(&self) -> Result<Vec<usize>> {
        let mut order = Vec::with_capacity(self.schemas.len());
        let mut state = vec![State::New; self.schemas.len()];
        for start in 0..self.schemas.len() {
            let mut stack = vec![(start, false)];
            while let Some((index, is_done)) = stack.pop() {
                let (Some(state), Some(schema)) = (state.get_mut(index), self.schemas.get(index))
                else {
                    continue;
                };
                match (*state, is_done) {
                    (_, true) => {
                        *state = State::Done;
                        order.push(index);
                    }
                    (State::New, false) => {
                        *state = State::Open;
                        stack.push((index, true));
                        stack.extend(schema.here.iter().map(|child| (*child, false)));
                    }
                    (State::Open, false) => return Err(circle()),
                    (State::Done, false) => {}
                }
            }
        }
        Ok(order)
    }

    /// The looks at a part of the value at each depth, the most over all parts.
    fn looks(&self, order: &[usize]) -> Bounds {
        let mut worst = Vec::new();
        let mut above = vec![0; self.schemas.len()];
        let mut highest = 0;
        for depth in 0..=Limits::MAX_DEPTH {
            let now = self.level(order, &above, depth);
            let most = now.iter().copied().max().unwrap_or(0);
            let is_same = depth > 0 && now == above;
            highest = most.max(highest);
            worst.push(highest);
            if is_same || most > MAX_WALK {
                return Bounds {
                    looks: worst,
                    is_growing: !is_same,
                };
            }
            above = now;
        }
        Bounds {
            looks: worst,
            is_growing: false,
        }
    }

    fn level(&self, order: &[usize], above: &[u64], depth: usize) -> Vec<u64> {
        let mut now = vec![0_u64; self.schemas.len()];
        let at = |looks: &[u64], index: &usize| looks.get(*index).copied().unwrap_or(0);
        for index in order {
            let Some(schema) = self.schemas.get(*index) else {
                continue;
            };
            let here = schema.here.iter().map(|child| at(&now, child));
            let own = u64::from(depth == 0);
            let one = schema
                .one_of_below
                .iter()
                .map(|child| at(above, child))
                .max();
            let all = schema.all_below.iter().map(|child| at(above, child));
            let looks = here.chain(one).chain(all).fold(own, u64::saturating_add);
            if let Some(slot) = now.get_mut(*index) {
                *slot = looks;
            }
        }
        now
    }
}

#[derive(Clone, Copy)]
enum State {
    New,
    Open,
    Done,
}

#[derive(Clone, Copy)]
enum Place {
    Here,
    OneOfBelow,
    AllBelow,
}

/// The schemas that stand in a schema.
fn children(value: &Value) -> Vec<(Place, &Value)> {
    let Value::Object(keywords) = value else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (keyword, value) in keywords {
        let place = match keyword.as_str() {
            "additionalItems"
            | "additionalProperties"
            | "contains"
            | "items"
            | "patternProperties"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties" => Place::AllBelow,
            "allOf" | "anyOf" | "dependencies" | "dependentSchemas" | "else" | "if" | "not"
            | "oneOf" | "then" => Place::Here,
            "prefixItems" | "properties" => Place::OneOfBelow,
            _ => continue,
        };
        found.extend(schemas_in(keyword, value).map(|schema| (place, schema)));
    }
    found
}

fn schemas_in<'v>(keyword: &str, value: &'v Value) -> Box<dyn Iterator<Item = &'v Value> + 'v> {
    let is_map = matches!(
        keyword,
        "dependencies" | "dependentSchemas" | "patternProperties" | "properties"
    );
    match value {
        Value::Object(map) if is_map => Box::new(Map::values(map)),
        Value::Array(list) => Box::new(list.iter()),
        _ => Box::new(std::iter::once(value)),
    }
}

fn circle() -> Error {
    let message = "JSON Schema: a \"$ref\" leads back to its own schema for the same value";
    Error::new(ErrorKind::InvalidSchema, message)
}

/// The most looks at one value.
const MAX_LOOKS: u64 = 20_000;
/// The most looks at all values together in a walk that remembers nothing.
const MAX_WALK: u64 = 20_000_000;
const MAX_SCHEMAS: usize = 50_000;
