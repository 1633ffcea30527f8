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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::testing::fixture;

    fn set_of(text: &str) -> JwkSet {
        JwkSet::parse(text.as_bytes()).unwrap()
    }

    fn signed(set: &JwkSet, payload: &str) -> String {
        let signer = set.signing_key(SystemTime::now()).unwrap();
        signer.key.sign(payload).unwrap()
    }

    /// The outcome of the first time and of the second, when a verified signature is known.
    fn verify_twice(signatures: &VerifiedSignatures, set: &JwkSet, token: &str) -> [bool; 2] {
        let read = WebToken::read(token).unwrap();
        [(); 2].map(|()| signatures.verify(set, &read, token))
    }

    #[test]
    fn a_token_is_verified_by_the_key_it_names_however_often_it_comes() {
        let set = set_of(&fixture("rs.json"));
        let signatures = VerifiedSignatures::default();
        let token = signed(&set, r#"{"sub":"ada"}"#);
        assert_eq!(verify_twice(&signatures, &set, &token), [true, true]);

        let (_, signature) = token.rsplit_once('.').unwrap();
        let other = signed(&set, r#"{"sub":"bob"}"#);
        let (forged, _) = other.rsplit_once('.').unwrap();
        let forged = format!("{forged}.{signature}");
        assert_eq!(verify_twice(&signatures, &set, &forged), [false, false]);
        assert_eq!(verify_twice(&signatures, &set, &other), [true, true]);
    }

    #[test]
    fn a_signature_that_one_key_set_verified_is_not_verified_by_another() {
        let (own, signatures) = (fixture("hs.json"), VerifiedSignatures::default());
        let own_set = set_of(&own);
        let token = signed(&own_set, "{}");
        assert_eq!(verify_twice(&signatures, &own_set, &token), [true, true]);

        let mut changed: serde_json::Value = serde_json::from_str(&own).unwrap();
        changed["keys"][0]["k"] = "YW5vdGhlciBzZWNyZXQ".into();
        let with_another_secret = set_of(&changed.to_string());
        let without_the_key = set_of(&own.replace("hs-key", "another-key"));
        let for_encryption = set_of(&own.replace("\"sig\"", "\"enc\""));
        for other in [with_another_secret, without_the_key, for_encryption] {
            assert_eq!(verify_twice(&signatures, &other, &token), [false, false]);
        }
    }
}
