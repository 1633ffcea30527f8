//! Signatures that were verified before.

use oathgate_cache::{BoundedCache, CacheKey};

use super::{JwkSet, WebToken};

/// How many are kept: about two hundred kilobytes.
const CAPACITY: usize = 2048;

/// The tokens whose signatures were verified, each with the key set that verified it.
///
/// A signature over the same text stays valid as long as the key is the same, and verifying it takes
/// longer than the rest of a decision. Nothing else is kept: whether the key is still in the set, the
/// dates and the claims are checked every time. A token is kept as its SHA-256, together with the
/// version of the set; a set that was read anew and has changed has another version.
#[derive(Debug)]
pub struct VerifiedSignatures(BoundedCache<CacheKey, ()>);

impl Default for VerifiedSignatures {
    fn default() -> Self {
        Self(BoundedCache::new(CAPACITY))
    }
}

impl VerifiedSignatures {
    /// Whether the key of `set` that the token names signed the token, which was read from `text`.
    #[must_use]
    pub fn verify(&self, set: &JwkSet, token: &WebToken, text: &str) -> bool {
        let key = token.key_id.as_deref();
        let Some(key) = key.and_then(|id| set.verification_key(id)) else {
            return false;
        };
        let cache_key = CacheKey::of(&(set.version(), text));
        if self.0.get(&cache_key, |()| true).is_some() {
            return true;
        }
        let signed = token.is_signed_by(key);
        if signed {
            self.0.insert(cache_key, ());
        }
        signed
    }
}
