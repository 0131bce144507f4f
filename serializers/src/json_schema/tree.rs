//! JSON text as a tree to validate, within limits.

use std::cell::Cell;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Error, ErrorKind, Result};

/// Reads one JSON text: no key twice in an object, nothing after it, nested at most `depth` deep,
/// in at most about `heap` bytes of memory.
///
/// A key that appears twice is an error because readers differ on which one counts: the validator
/// would look at one and the program at the other.
pub(super) fn read(text: &[u8], depth: usize, heap: usize) -> Result<Value> {
    let budget = Budget {
        left: Cell::new(heap),
        fault: Cell::new(None),
    };
    let node = Node {
        budget: &budget,
        depth,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = node
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| budget.explain(&error, depth, heap))
}

/// Refuses text in which arrays and objects are nested more than `depth` deep. Text that is not
/// JSON may pass.
pub(super) fn check_depth(text: &[u8], depth: usize) -> Result<()> {
    // Most text has not so many brackets at all, and to count them takes a fraction of the time.
    let brackets = text.iter().filter(|byte| matches!(byte, b'[' | b'{'));
    if brackets.count() <= depth {
        return Ok(());
    }
    let mut open = 0_usize;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > depth {
            return Err(too_deep(depth));
        }
    }
    Ok(())
}

#[cold]
fn too_deep(depth: usize) -> Error {
    let message = format!("the JSON text is nested deeper than {depth}");
    Error::new(ErrorKind::LimitExceeded, message)
}

fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

struct Budget {
    left: Cell<usize>,
    fault: Cell<Option<Fault>>,
}

#[derive(Clone, Copy)]
enum Fault {
    Depth,
    DuplicateKey,
    Heap,
}

impl Budget {
    fn charge<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        match self.left.get().checked_sub(bytes) {
            Some(left) => self.left.set(left),
            None => return Err(self.fail(Fault::Heap)),
        }
        Ok(())
    }

    fn fail<E: serde::de::Error>(&self, fault: Fault) -> E {
        self.fault.set(Some(fault));
        E::custom("")
    }

    fn explain(&self, error: &serde_json::Error, depth: usize, heap: usize) -> Error {
        match self.fault.get() {
            Some(Fault::Depth) => too_deep(depth),
            Some(Fault::DuplicateKey) => {
                let place = format!("line {} column {}", error.line(), error.column());
                let message = format!("an object of the JSON text has a key twice, {place}");
                Error::new(ErrorKind::Decode, message)
            }
            Some(Fault::Heap) => {
                let message = format!("the JSON text needs more than {heap} bytes of memory");
                Error::new(ErrorKind::LimitExceeded, message)
            }
            None => crate::json_error::json_error(ErrorKind::Decode, error),
        }
    }
}

#[derive(Clone, Copy)]
struct Node<'b> {
    budget: &'b Budget,
    /// How many arrays and objects may still be nested in each other.
    depth: usize,
}

impl Node<'_> {
    /// Returns the node for the content of this array or object.
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.budget.fail(Fault::Depth)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.budget.charge(value.len())?;
        Ok(Value::from(value))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.budget.charge(value.len())?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            self.budget.charge(ITEM)?;
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut next = entries.next_key::<String>()?;
        if next.as_deref() == Some(NUMBER_KEY) && *NUMBERS_ARE_TEXT {
            let text = entries.next_value::<String>()?;
            let number = text.parse::<Number>().map_err(A::Error::custom)?;
            return Ok(Value::Number(number));
        }
        let below = self.below()?;
        let mut object = Map::new();
        while let Some(key) = next {
            self.budget.charge(ENTRY.saturating_add(key.len()))?;
            if object
                .insert(key, entries.next_value_seed(below)?)
                .is_some()
            {
                return Err(self.budget.fail(Fault::DuplicateKey));
            }
            next = entries.next_key()?;
        }
        Ok(Value::Object(object))
    }
}

/// Whether some crate in the program turned on serde_json's `arbitrary_precision`, with which
/// numbers come as objects with this one key.
static NUMBERS_ARE_TEXT: LazyLock<bool> =
    LazyLock::new(|| serde_json::from_str::<Value>("1e999").is_ok());
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// The memory of an item: vectors grow by doubling.
const ITEM: usize = 2 * size_of::<Value>();
/// The memory of an entry besides its key: nodes of a tree map are at least half full.
const ENTRY: usize = 2 * (size_of::<String>() + size_of::<Value>());
