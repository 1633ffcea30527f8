//! Signatures that were verified before.

use crate::{
    fingerprint::Fingerprint,
    keys::{Jwk, JwkSet},
    pipeline::{authenticators::web_token::WebToken, bounded_cache::BoundedCache},
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
pub(crate) struct SeenSignatures(BoundedCache<Fingerprint, ()>);

impl Default for SeenSignatures {
    fn default() -> Self {
        Self(BoundedCache::new(MOST))
    }
}

impl SeenSignatures {
    /// Whether `key` of `set`, the one that the token names, signed the token, which was read from
    /// `text`.
    pub(super) fn verify(&self, set: &JwkSet, key: &Jwk, token: &WebToken, text: &str) -> bool {
        let fingerprint = Fingerprint::of([&set.version().to_le_bytes()[..], text.as_bytes()]);
        if self.0.get(&fingerprint, |()| true).is_some() {
            return true;
        }
        let signed = token.is_signed_by(key);
        if signed {
            self.0.insert(fingerprint, ());
        }
        signed
    }
}
