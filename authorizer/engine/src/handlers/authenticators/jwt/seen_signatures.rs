//! Signatures that were verified before.

use crate::{
    cache_key::CacheKey,
    handlers::{authenticators::web_token::WebToken, bounded_cache::BoundedCache},
    keys::JwkSet,
};

/// How many are remembered: some two hundred kilobytes.
const MOST: usize = 2048;

/// Which tokens the keys of which set have signed.
///
/// A signature over the same text is right once and for all as long as the key is the same, and
/// finding out takes longer than the rest of a decision. Nothing else is remembered: whether the key
/// is still in the set, the dates and the claims are looked at every time. What is held of a token
/// is its SHA-256, beside the number of the set; a set that was read anew and has changed has another.
#[derive(Debug)]
pub(crate) struct SeenSignatures(BoundedCache<CacheKey, ()>);

impl Default for SeenSignatures {
    fn default() -> Self {
        Self(BoundedCache::new(MOST))
    }
}

impl SeenSignatures {
    /// Whether the key of `set` that the token names signed the token, which was read from `text`.
    pub(super) fn verify(&self, set: &JwkSet, token: &WebToken, text: &str) -> bool {
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
