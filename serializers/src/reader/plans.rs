use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// The plans of loaded schemas, by key. Ids never change their meaning, so plans are never
/// replaced.
///
/// The first plans, which are all plans in nearly every program, are found without a lock and
/// without reference counting: their places are written once. Others are in a map.
pub(super) struct Plans<K, P> {
    first: Box<[Place<K, P>]>,
    others: RwLock<HashMap<K, Arc<P>, KeyHashing>>,
}

/// Written once.
type Place<K, P> = OnceLock<Box<(K, P)>>;

impl<K: Copy + Eq + Hash, P> Plans<K, P> {
    /// Returns the plan of `key`, if it is among the first.
    #[inline]
    pub(super) fn first(&self, key: K) -> Option<&P> {
        for place in self.places(key) {
            match place.get() {
                Some(known) if known.0 == key => return Some(&known.1),
                Some(_) => {}
                // Places are taken in this order, and never left.
                None => return None,
            }
        }
        None
    }

    /// Calls `read` with the plan of `key`, if there is one.
    pub(super) fn with<R>(&self, key: K, read: impl FnOnce(&P) -> R) -> Option<R> {
        match self.first(key) {
            Some(plan) => Some(read(plan)),
            None => self.other(key).map(|plan| read(&plan)),
        }
    }

    fn other(&self, key: K) -> Option<Arc<P>> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        others.get(&key).cloned()
    }

    /// Keeps `plan`, unless one is known already.
    pub(super) fn insert(&self, key: K, plan: P) {
        let mut entry = Box::new((key, plan));
        for place in self.places(key) {
            match place.set(entry) {
                Ok(()) => return,
                Err(back) => entry = back,
            }
            if place.get().is_some_and(|known| known.0 == key) {
                return;
            }
        }
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= MAX_OTHERS && !others.contains_key(&key) {
            // No program reads that many schemas; those that occur again are planned again.
            others.clear();
        }
        others.entry(key).or_insert(Arc::new(entry.1));
    }

    /// Where `key` may be among the first, in the order in which places are taken.
    #[inline]
    fn places(&self, key: K) -> impl Iterator<Item = &Place<K, P>> {
        let hash = BuildHasherDefault::<KeyHasher>::default().hash_one(key);
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the low bits are what counts"
        )]
        let start = hash as usize;
        (0..TRIES).filter_map(move |step| self.first.get(start.wrapping_add(step) % FIRST))
    }
}

impl<K, P> Default for Plans<K, P> {
    fn default() -> Self {
        Self {
            first: std::iter::repeat_with(OnceLock::new).take(FIRST).collect(),
            others: RwLock::default(),
        }
    }
}

/// Hashes the key of a schema by a multiplication for each part.
///
/// Keys that are kept come from the registry and from the program; those in payloads are looked up
/// and never inserted, so that an attacker cannot fill a bucket.
type KeyHashing = BuildHasherDefault<KeyHasher>;

/// See [`KeyHashing`].
#[derive(Default)]
struct KeyHasher(u64);

impl KeyHasher {
    fn add(&mut self, part: u64) {
        // The golden ratio of 2^64; the rotation brings the well-mixed high bits to the low ones.
        self.0 = (self.0 ^ part)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(32);
    }
}

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            self.add(part.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)));
        }
    }

    fn write_u32(&mut self, part: u32) {
        self.add(part.into());
    }

    fn write_u64(&mut self, part: u64) {
        self.add(part);
    }

    fn write_isize(&mut self, _part: isize) {
        // Whether it is an id or a GUID: those differ enough without.
    }
}

/// How many schemas are found without a lock; a power of two.
const FIRST: usize = 64;
/// How many places of those a schema may have.
const TRIES: usize = 8;
/// A reader with so many other schemas drops them, and plans those that occur again once more.
const MAX_OTHERS: usize = 10_000;

#[cfg(test)]
mod tests {
    use wireform_registry::{SchemaGuid, SchemaId, SchemaKey};

    use super::*;

    fn keys(count: u32) -> impl Iterator<Item = SchemaKey> {
        (0..count).map(|n| match n % 3 {
            0 => SchemaGuid::from_bytes(
                u128::from(n)
                    .wrapping_mul(0x1234_5678_9abc_def1)
                    .to_be_bytes(),
            )
            .into(),
            _ => SchemaId::new(n).into(),
        })
    }

    #[test]
    fn what_is_kept_is_found_however_much_it_is() {
        let plans = Plans::default();
        let mut without_a_lock = 0;
        for (n, key) in keys(9_000).enumerate() {
            assert_eq!(plans.with(key, |&found: &usize| found), None);
            plans.insert(key, n);
            plans.insert(key, 0);
            without_a_lock += usize::from(plans.other(key).is_none());
        }
        for (n, key) in keys(9_000).enumerate() {
            assert_eq!(plans.with(key, |&found| found), Some(n));
        }
        assert_eq!(without_a_lock, FIRST);
    }

    #[test]
    fn the_first_ids_of_a_registry_need_no_lock() {
        let plans = Plans::default();
        for id in 1..=40 {
            plans.insert(SchemaKey::from(SchemaId::new(id)), id);
        }
        assert!(plans.others.read().unwrap().is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let plans = Plans::default();
        let most = u32::try_from(MAX_OTHERS + 2 * FIRST).unwrap();
        keys(3 * most).for_each(|key| plans.insert(key, ()));
        assert!(plans.others.read().unwrap().len() <= MAX_OTHERS);
    }

    #[test]
    fn threads_agree() {
        let plans = Plans::default();
        let found: Vec<Vec<Option<usize>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4_usize)
                .map(|thread| {
                    let plans = &plans;
                    scope.spawn(move || {
                        let insert = |key| {
                            plans.insert(key, thread);
                            plans.with(key, |&found| found)
                        };
                        keys(500).map(insert).collect()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let now: Vec<_> = keys(500)
            .map(|key| plans.with(key, |&found| found))
            .collect();
        assert!(now.iter().all(Option::is_some));
        assert!(found.iter().all(|found| *found == now));
    }
}
