use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A map with a limit: a new entry drives out the one that was not used for the longest time.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    entries: HashMap<K, (u64, V)>,
    /// Keys by when they were last used.
    order: BTreeMap<u64, K>,
    clock: u64,
    capacity: usize,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: BTreeMap::new(),
            clock: 0,
            capacity,
        }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        let now = self.tick();
        let (used, value) = self.entries.get_mut(key)?;
        if let Some(key) = self.order.remove(used) {
            self.order.insert(now, key);
        }
        *used = now;
        Some(value)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        let now = self.tick();
        if let Some((used, _)) = self.entries.insert(key.clone(), (now, value)) {
            self.order.remove(&used);
        }
        self.order.insert(now, key);
        self.shrink();
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some((used, _)) = self.entries.remove(key) {
            self.order.remove(&used);
        }
    }

    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.entries.len() > self.capacity {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            self.entries.remove(&oldest);
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts the keys of `script` (`+a`), uses them (`a`) or removes them (`-a`); `expected` are
    /// those left.
    #[track_caller]
    fn check(capacity: usize, script: &str, expected: &str) {
        let mut map = Bounded::new(capacity);
        for step in script.split(' ') {
            if let Some(key) = step.strip_prefix('+') {
                map.put(key, ());
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
}
