//! Which key of a set signs at which moment.

use std::time::SystemTime;

use super::{Jwk, Lifetime, Material, SigningError, SigningKey};

/// A key that signs, and its place among the signing keys of its set. As part of a cache key, the place
/// separates what one key of the set signed from what another did.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The key.
    pub key: &'a SigningKey,
    /// Its place.
    pub place: usize,
}

/// The keys of a set that sign, each with the time in which it does; computed once for a set.
#[derive(Debug)]
pub(super) struct Signers {
    /// The newest first.
    timed: Vec<(Lifetime, SigningKey)>,
    /// The error where none of its keys can sign.
    otherwise: SigningError,
}

impl Signers {
    /// Where no key has `nbf` or `exp`, the key that Oathkeeper would choose. Where one has, each
    /// private or symmetric key that can sign does so from its `nbf` on until the next one's; of
    /// those without `nbf`, the one that Oathkeeper would choose among them.
    pub(super) fn of(keys: &[Jwk]) -> Self {
        let untimed: Vec<&Jwk> = keys
            .iter()
            .filter(|key| key.lifetime.signs_from.is_none() && !key.lifetime.unreadable)
            .collect();
        let first = SigningKey::choose(&untimed, keys);
        let mut otherwise = SigningError::NoKey;
        let mut timed: Vec<(Lifetime, SigningKey)> = keys
            .iter()
            .filter(|key| key.lifetime.signs_from.is_some() && !key.lifetime.unreadable)
            .filter(|key| !matches!(key.material, Material::Public(_)) && !key.id.is_empty())
            .filter_map(|key| match SigningKey::of(key, None, keys) {
                Ok(signing) => Some((key.lifetime, signing)),
                Err(error) => {
                    otherwise = error;
                    None
                }
            })
            .collect();
        // Of keys that start at the same moment the last one in the set, as Oathkeeper takes the last.
        timed.reverse();
        timed.sort_by_key(|(lifetime, _)| std::cmp::Reverse(lifetime.signs_from));
        match first {
            Ok((chosen, signing)) => timed.push((chosen.lifetime, signing)),
            Err(error) if timed.is_empty() && otherwise == SigningError::NoKey => otherwise = error,
            Err(_) => {}
        }
        Self { timed, otherwise }
    }

    /// The key that signs at a moment: the newest whose `nbf` has been reached and whose `exp` has not.
    pub(super) fn at(&self, now: SystemTime) -> Result<Signer<'_>, SigningError> {
        self.timed
            .iter()
            .enumerate()
            .find(|(_, (lifetime, _))| lifetime.signs(now))
            .map(|(place, (_, key))| Signer { key, place })
            .ok_or_else(|| {
                if self.timed.is_empty() {
                    self.otherwise.clone()
                } else {
                    SigningError::NotNow
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::{Value, json};

    use crate::{JwkSet, SigningError, testing::fixture};

    /// The keys of fixtures, each with members laid over it.
    fn set(keys: &[(&str, Value)]) -> JwkSet {
        let keys: Vec<Value> = keys
            .iter()
            .map(|(name, members)| {
                let set: Value = serde_json::from_str(&fixture(name)).unwrap();
                let mut key = set["keys"][0].clone();
                for (member, value) in members.as_object().unwrap() {
                    key[member] = value.clone();
                }
                key
            })
            .collect();
        JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    fn signer(set: &JwkSet, now: u64) -> Result<String, SigningError> {
        let signer = set.signing_key(UNIX_EPOCH + Duration::from_secs(now))?;
        Ok(signer.key.id().to_owned())
    }

    #[test]
    fn the_newest_key_whose_nbf_is_reached_signs() {
        let next = json!({"nbf": 100});
        let newest = json!({"nbf": 200, "exp": 300});
        let orders = [
            [
                ("es.json", json!({})),
                ("rs.json", next.clone()),
                ("ed.json", newest.clone()),
            ],
            [
                ("ed.json", newest.clone()),
                ("es.json", json!({})),
                ("rs.json", next.clone()),
            ],
            [
                ("rs.json", next),
                ("ed.json", newest),
                ("es.json", json!({})),
            ],
        ];
        for keys in orders {
            let set = set(&keys);
            for (now, id) in [
                (0, "es-key"),
                (99, "es-key"),
                (100, "rs-key"),
                (199, "rs-key"),
                (200, "ed-key"),
                (299, "ed-key"),
                // Where the newest key has ended, the one before it signs.
                (300, "rs-key"),
            ] {
                assert_eq!(signer(&set, now).unwrap(), id, "at {now}");
            }
        }
    }

    #[test]
    fn two_keys_of_a_set_have_different_places() {
        let set = set(&[("es.json", json!({})), ("rs.json", json!({"nbf": 100}))]);
        let place = |now| {
            set.signing_key(UNIX_EPOCH + Duration::from_secs(now))
                .unwrap()
                .place
        };
        assert_eq!(place(1), place(99));
        assert_ne!(place(99), place(100));
    }

    #[test]
    fn a_key_does_not_sign_from_its_exp_on() {
        let ended = set(&[("es.json", json!({"exp": 100}))]);
        assert_eq!(signer(&ended, 99).unwrap(), "es-key");
        assert_eq!(signer(&ended, 100), Err(SigningError::NotNow));
        let not_yet = set(&[("es.json", json!({"nbf": 100}))]);
        assert_eq!(signer(&not_yet, 99), Err(SigningError::NotNow));
        let unreadable = set(&[("es.json", json!({"nbf": "soon"}))]);
        assert_eq!(signer(&unreadable, 99), Err(SigningError::NoKey));
    }

    #[test]
    fn a_key_that_cannot_sign_is_passed_over() {
        let broken = json!({"nbf": 100, "alg": "none"});
        let kept = set(&[("es.json", json!({})), ("rs.json", broken.clone())]);
        assert_eq!(signer(&kept, 200).unwrap(), "es-key");
        let alone = set(&[("rs.json", broken)]);
        assert!(matches!(
            signer(&alone, 200),
            Err(SigningError::Algorithm { .. })
        ));
        let nameless = set(&[
            ("es.json", json!({})),
            ("rs.json", json!({"nbf": 1, "kid": ""})),
        ]);
        assert_eq!(signer(&nameless, 200).unwrap(), "es-key");
    }

    #[test]
    fn of_keys_that_start_together_the_last_one_signs() {
        let set = set(&[
            ("es.json", json!({"nbf": 100})),
            ("rs.json", json!({"nbf": 100})),
        ]);
        assert_eq!(signer(&set, 100).unwrap(), "rs-key");
    }

    #[test]
    fn keys_without_dates_are_chosen_as_in_oathkeeper_until_one_with_a_date_signs() {
        for name in ["pair.json", "two-private.json", "mixed-pairs.json"] {
            let written: Value = serde_json::from_str(&fixture(name)).unwrap();
            let as_ever = JwkSet::parse(written.to_string().as_bytes()).unwrap();
            let mut with_next = written.clone();
            let next: Value = serde_json::from_str(&fixture("ed.json")).unwrap();
            let mut next = next["keys"][0].clone();
            next["nbf"] = json!(100);
            with_next["keys"].as_array_mut().unwrap().push(next);
            let with_next = JwkSet::parse(with_next.to_string().as_bytes()).unwrap();
            assert_eq!(signer(&with_next, 99), signer(&as_ever, 99), "{name}");
            assert_eq!(signer(&with_next, 100).unwrap(), "ed-key", "{name}");
        }
    }
}
