//! The key of a cache's entry: a hash of everything that the entry's value depends on.

use std::hash::{Hash, Hasher};

use aws_lc_rs::digest::{Context, SHA256};

/// The SHA-256 of a value: equal for equal values only.
///
/// Every cache of the gate is keyed by one: of the whole request that was sent to a service, or of one
/// struct that holds everything a result is computed from. As [`Hash`] visits every field, an option
/// added to either becomes part of the key by itself. The secrets among them are not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The cache key of a value. Its parts are hashed separately: `ab` and `c` give another key than `a`
    /// and `bc`, because [`Hash`] marks where a string or a list ends.
    #[must_use]
    pub fn of<T: Hash + ?Sized>(value: &T) -> Self {
        let mut hasher = Sha256(Context::new(&SHA256));
        value.hash(&mut hasher);
        let mut hash = [0; 32];
        for (byte, hashed) in hash.iter_mut().zip(hasher.0.finish().as_ref()) {
            *byte = *hashed;
        }
        Self(hash)
    }
}

/// Feeds a SHA-256 with everything that is hashed.
struct Sha256(Context);

impl Hasher for Sha256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The first eight bytes of the hash so far; the cache key is all of it.
    fn finish(&self) -> u64 {
        let hash = self.0.clone().finish();
        let first = hash.as_ref().first_chunk().copied().unwrap_or_default();
        u64::from_le_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_whose_parts_end_elsewhere_have_different_keys() {
        assert_eq!(CacheKey::of(&("ab", "c")), CacheKey::of(&("ab", "c")));
        for other in [("a", "bc"), ("abc", ""), ("", "abc"), ("ab\u{ff}", "c")] {
            assert_ne!(CacheKey::of(&("ab", "c")), CacheKey::of(&other));
        }
        let lists: [&[&[u8]]; 4] = [&[b"ab"], &[b"ab", b""], &[b"a", b"b"], &[]];
        for (index, one) in lists.iter().enumerate() {
            for (other_index, other) in lists.iter().enumerate() {
                let equal = CacheKey::of(one) == CacheKey::of(other);
                assert_eq!(equal, index == other_index);
            }
        }
    }
}
