//! What a cache finds its entries by, without holding what they were asked or made with.

use std::hash::{Hash, Hasher};

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256 of a value: equal for equal values only.
///
/// Every cache of the gate is keyed by one, of the whole request that goes out
/// ([`ServiceRequest`](crate::ServiceRequest)), or of one struct that holds all that a result is computed from.
/// As [`Hash`] goes through every field, an option added to either is part of the key by itself. No
/// secret that was asked or made with is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CacheKey([u8; 32]);

impl CacheKey {
    /// The cache_key of a value, of which each part counts for itself: `ab` and `c` are not `a`
    /// and `bc`, because [`Hash`] says where a text or a list ends.
    pub(crate) fn of<T: Hash + ?Sized>(value: &T) -> Self {
        let mut hasher = Sha256(Context::new(&SHA256));
        value.hash(&mut hasher);
        let mut hash = [0; 32];
        for (byte, hashed) in hash.iter_mut().zip(hasher.0.finish().as_ref()) {
            *byte = *hashed;
        }
        Self(hash)
    }
}

/// Takes everything into a SHA-256.
struct Sha256(Context);

impl Hasher for Sha256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Eight of the bytes so far. The cache_key is all of them.
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
    fn it_tells_values_apart_by_where_their_parts_end() {
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
