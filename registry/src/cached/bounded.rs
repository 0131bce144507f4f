use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use crate::error::Error;
use crate::id::{SchemaGuid, SchemaId, Version};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::subject::Subject;

/// A map with limits: a new entry drives out those that were not used for the longest time.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by when they were last used.
    order: BTreeMap<u64, K>,
    clock: u64,
    capacity: usize,
    weight: usize,
    evicted: u64,
}

#[derive(Debug)]
struct Entry<V> {
    used: u64,
    weight: usize,
    value: V,
}

/// A type that keeps memory beyond its own size.
pub(super) trait Weigh {
    /// About how many bytes it keeps.
    fn weight(&self) -> usize;
}

impl<K: Clone + Eq + Hash + Weigh, V: Weigh> Bounded<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: BTreeMap::new(),
            clock: 0,
            capacity,
            weight: 0,
            evicted: 0,
        }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        self.get_mut(key).map(|value| &*value)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let now = self.tick();
        let entry = self.entries.get_mut(key)?;
        if let Some(key) = self.order.remove(&entry.used) {
            self.order.insert(now, key);
        }
        entry.used = now;
        Some(&mut entry.value)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        self.remove(&key);
        let used = self.tick();
        let weight = key.weight().saturating_add(value.weight());
        self.weight = self.weight.saturating_add(weight);
        self.order.insert(used, key.clone());
        let entry = Entry {
            used,
            weight,
            value,
        };
        self.entries.insert(key, entry);
        self.shrink();
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.used);
            self.weight = self.weight.saturating_sub(entry.weight);
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
        self.weight = 0;
    }

    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.shrink();
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many entries were driven out so far.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    fn shrink(&mut self) {
        while self.entries.len() > self.capacity || self.weight > MAX_WEIGHT {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            self.remove(&oldest);
            self.evicted += 1;
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }
}

impl Weigh for SchemaDef {
    fn weight(&self) -> usize {
        let references = self.references.iter();
        let references = references.map(|reference| reference.name.len() + OVERHEAD);
        self.text.len() + references.sum::<usize>()
    }
}

impl Weigh for StoredSchema {
    fn weight(&self) -> usize {
        self.def.weight()
    }
}

impl Weigh for RegisteredSchema {
    fn weight(&self) -> usize {
        self.def.weight()
    }
}

impl Weigh for Error {
    fn weight(&self) -> usize {
        OVERHEAD
    }
}

impl Weigh for SchemaId {
    fn weight(&self) -> usize {
        0
    }
}

impl Weigh for SchemaGuid {
    fn weight(&self) -> usize {
        0
    }
}

impl Weigh for Subject {
    fn weight(&self) -> usize {
        self.as_str().len()
    }
}

impl Weigh for (Subject, Version) {
    fn weight(&self) -> usize {
        self.0.weight()
    }
}

impl Weigh for (Subject, Arc<SchemaDef>) {
    fn weight(&self) -> usize {
        self.0.weight() + self.1.weight()
    }
}

const OVERHEAD: usize = 256;
/// Of each kind of answer, in bytes: a registry that is not ours must not fill our memory.
const MAX_WEIGHT: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for &str {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    impl Weigh for usize {
        fn weight(&self) -> usize {
            *self
        }
    }

    /// Puts the keys of `script` (`+a`), uses them (`a`) or removes them (`-a`); `expected` are
    /// those left.
    #[track_caller]
    fn check(capacity: usize, script: &str, expected: &str) {
        let mut map = Bounded::new(capacity);
        for step in script.split(' ') {
            if let Some(key) = step.strip_prefix('+') {
                map.put(key, 0);
            } else if let Some(key) = step.strip_prefix('-') {
                map.remove(&key);
            } else {
                map.get(&step);
            }
        }
        let mut left: Vec<&str> = map.entries.keys().copied().collect();
        left.sort_unstable();
        assert_eq!(left.join(" "), expected);
        assert_eq!(map.order.len(), left.len());
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        check(2, "+a +b", "a b");
        check(2, "+a +b +c", "b c");
        check(2, "+a +b a +c", "a c");
        check(2, "+a +b +a +c", "a c");
        check(2, "+a +b -a +c", "b c");
        check(2, "+a x +b", "a b");
        check(0, "+a", "");
    }

    #[test]
    fn heavy_entries_drive_out_others() {
        let mut map = Bounded::new(10);
        for key in ["a", "b", "c"] {
            map.put(key, MAX_WEIGHT / 2 - 1);
        }
        assert_eq!((map.len(), map.evicted()), (2, 1));
        map.put("d", MAX_WEIGHT);
        assert_eq!((map.len(), map.evicted()), (0, 4), "too heavy on its own");
        map.put("e", 1);
        assert_eq!(map.len(), 1);
    }
}
