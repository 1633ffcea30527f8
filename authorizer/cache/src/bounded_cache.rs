//! A cache whose entries never weigh more together than its capacity.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// Entries by key, in two generations: when the young one is full it becomes the old one, and the old
/// entries that were not read since are dropped. Values are returned as clones.
pub struct BoundedCache<K, V> {
    generations: Mutex<Generations<K, V>>,
    capacity: usize,
}

struct Generations<K, V> {
    young: HashMap<K, Entry<V>>,
    /// The total weight of the young entries.
    weight: usize,
    old: HashMap<K, Entry<V>>,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    weight: usize,
}

impl<K: Hash + Eq, V: Clone> BoundedCache<K, V> {
    /// A cache whose entries weigh at most `capacity` together. An entry weighs 1 unless it is inserted
    /// with another weight.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let generations = Generations {
            young: HashMap::new(),
            weight: 0,
            old: HashMap::new(),
        };
        Self {
            generations: Mutex::new(generations),
            capacity,
        }
    }

    /// The value of a key, if there is one that `fits`; a value that does not fit is dropped.
    pub fn get(&self, key: &K, fits: impl FnOnce(&V) -> bool) -> Option<V> {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = generations.young.get(key) {
            if fits(&entry.value) {
                return Some(entry.value.clone());
            }
            generations.drop_young(key);
            return None;
        }
        let (key, entry) = generations.old.remove_entry(key)?;
        if !fits(&entry.value) {
            return None;
        }
        generations.insert(key, entry.clone(), self.capacity);
        Some(entry.value)
    }

    /// Keeps a value of weight 1, replacing the key's previous value.
    pub fn insert(&self, key: K, value: V) {
        self.insert_weighing(key, value, 1);
    }

    /// Keeps a value of this weight, replacing the key's previous value. A value that weighs more than
    /// half of the capacity is not kept.
    pub fn insert_weighing(&self, key: K, value: V, weight: usize) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.old.remove(&key);
        generations.insert(key, Entry { value, weight }, self.capacity);
    }
}

impl<K: Hash + Eq, V> Generations<K, V> {
    fn insert(&mut self, key: K, entry: Entry<V>, capacity: usize) {
        self.drop_young(&key);
        let half = capacity.div_ceil(2);
        if entry.weight > half {
            return;
        }
        if self.weight + entry.weight > half {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += entry.weight;
        self.young.insert(key, entry);
    }

    fn drop_young(&mut self, key: &K) {
        if let Some(entry) = self.young.remove(key) {
            self.weight = self.weight.saturating_sub(entry.weight);
        }
    }
}

/// Shows the number of entries, and no key or value.
impl<K, V> fmt::Debug for BoundedCache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let entries = generations.young.len() + generations.old.len();
        write!(f, "BoundedCache({entries} of {})", self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_is_read_and_drops_the_rest() {
        let cache = BoundedCache::new(4);
        cache.insert(0, "read");
        for key in 1..100 {
            cache.insert(key, "once");
            assert_eq!(cache.get(&0, |_| true), Some("read"));
        }
        let held = (0..100)
            .filter(|key| cache.get(key, |_| true).is_some())
            .count();
        assert!(held <= 4, "{held}");
        assert_eq!(cache.get(&1, |_| true), None);
    }

    #[test]
    fn it_keeps_as_many_values_as_its_capacity_and_shows_their_number_alone() {
        let cache = BoundedCache::new(4);
        for key in ["a", "b", "c", "d"] {
            cache.insert(key, "a secret");
        }
        assert_eq!(format!("{cache:?}"), "BoundedCache(4 of 4)");
        cache.insert("e", "a secret");
        assert_eq!(format!("{cache:?}"), "BoundedCache(3 of 4)");
    }

    #[test]
    fn it_drops_a_value_that_does_not_fit() {
        let cache = BoundedCache::new(4);
        cache.insert("a", 1);
        assert_eq!(cache.get(&"a", |value| *value > 1), None);
        assert_eq!(cache.get(&"a", |_| true), None);
        cache.insert("a", 2);
        cache.insert("a", 3);
        assert_eq!(cache.get(&"a", |_| true), Some(3));
    }

    #[test]
    fn weights_are_counted_and_a_value_that_is_too_heavy_is_not_kept() {
        let cache = BoundedCache::new(100);
        cache.insert_weighing("heavy", 0, 51);
        assert_eq!(cache.get(&"heavy", |_| true), None);
        cache.insert_weighing("a", 1, 50);
        cache.insert_weighing("b", 2, 50);
        assert_eq!(cache.get(&"a", |_| true), Some(1));
        cache.insert_weighing("c", 3, 1);
        assert_eq!(cache.get(&"b", |_| true), None);
        // A value that is replaced again and again is counted once.
        for value in 0..100 {
            cache.insert_weighing("d", value, 20);
        }
        assert_eq!(cache.get(&"c", |_| true), Some(3));
        assert_eq!(cache.get(&"d", |_| true), Some(99));
    }
}
