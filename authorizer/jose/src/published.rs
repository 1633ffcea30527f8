//! The public halves of a key set, for those who verify what its keys sign.

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{Jwk, JwkSet, PublicKey};

/// A key to verify with, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), written as Oathkeeper's
/// [go-jose](https://pkg.go.dev/github.com/go-jose/go-jose/v3#JSONWebKey) writes it.
///
/// None of its members can hold a private part: it is made from a [`PublicKey`] alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PublishedKey {
    #[serde(rename = "use", skip_serializing_if = "String::is_empty")]
    usage: String,
    kty: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    alg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

impl JwkSet {
    /// The keys that may be published at a moment: the public keys and the public halves of the private
    /// ones, in their order. Symmetric keys and keys whose `exp` has been reached are left out.
    pub fn published(&self, now: SystemTime) -> impl Iterator<Item = PublishedKey> {
        self.keys()
            .iter()
            .filter(move |key| key.lifetime.is_published(now))
            .filter_map(PublishedKey::of)
    }
}

impl PublishedKey {
    fn of(key: &Jwk) -> Option<Self> {
        let public = key.material.public()?;
        let described = Self {
            usage: key.usage.clone(),
            kid: key.id.clone(),
            alg: key.algorithm.clone(),
            ..Self::default()
        };
        Some(match public {
            PublicKey::Rsa { n, e } => Self {
                kty: "RSA",
                n: Some(encoded(n)),
                e: Some(encoded(e)),
                ..described
            },
            PublicKey::Ec { curve, point } => {
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                Self {
                    kty: "EC",
                    crv: Some(curve.name()),
                    x: Some(encoded(x)),
                    y: Some(encoded(y)),
                    ..described
                }
            }
            PublicKey::Ed25519(x) => Self {
                kty: "OKP",
                crv: Some("Ed25519"),
                x: Some(encoded(x)),
                ..described
            },
        })
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::testing::fixture;

    /// The members that may be published: the others are secret or of no use to those who verify.
    const SHOWN: [&str; 9] = ["use", "kty", "kid", "crv", "alg", "x", "y", "n", "e"];

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn published(text: &str) -> Value {
        let set = JwkSet::parse(text.as_bytes()).unwrap();
        serde_json::to_value(set.published(NOW).collect::<Vec<_>>()).unwrap()
    }

    fn written(text: &str) -> Vec<Value> {
        let set: Value = serde_json::from_str(text).unwrap();
        set["keys"].as_array().unwrap().clone()
    }

    #[test]
    fn it_publishes_the_public_half_of_every_type_of_private_key_and_nothing_else() {
        for name in [
            "rs.json",
            "rs512.json",
            "ps256.json",
            "es.json",
            "es384.json",
            "es512.json",
            "ed.json",
            "pair.json",
            "two-private.json",
            "mixed-pairs.json",
            "no-use.json",
        ] {
            let text = fixture(name);
            let shown = published(&text);
            let keys = written(&text);
            assert_eq!(shown.as_array().unwrap().len(), keys.len(), "{name}");
            for (shown, key) in shown.as_array().unwrap().iter().zip(&keys) {
                let mut public = key.as_object().unwrap().clone();
                public.retain(|member, _| SHOWN.contains(&member.as_str()));
                assert_eq!(shown.as_object(), Some(&public), "{name}");
            }
        }
    }

    #[test]
    fn no_secret_of_any_type_of_key_is_published() {
        let mut kinds = BTreeSet::new();
        for name in [
            "rs.json",
            "es.json",
            "es384.json",
            "es512.json",
            "ed.json",
            "hs.json",
            "hs512.json",
            "pair.json",
            "rsa-then-oct.json",
            "oct-then-rsa.json",
            "mixed-pairs.json",
        ] {
            let text = fixture(name);
            let set = JwkSet::parse(text.as_bytes()).unwrap();
            let shown: Vec<_> = set.published(NOW).collect();
            // `Debug` is what a careless log line would print.
            let shown = format!("{} {shown:?}", serde_json::to_string(&shown).unwrap());
            for key in written(&text) {
                for (member, value) in key.as_object().unwrap() {
                    if ["d", "p", "q", "dp", "dq", "qi", "k"].contains(&member.as_str()) {
                        let secret = value.as_str().unwrap();
                        assert!(!shown.contains(secret), "{name}: {member} is shown");
                        kinds.insert((key["kty"].clone().to_string(), member.clone()));
                    }
                }
            }
        }
        assert_eq!(kinds.len(), 9, "{kinds:?}");
    }

    #[test]
    fn a_symmetric_key_is_left_out_and_the_others_stay() {
        assert_eq!(published(&fixture("hs.json")), Value::Array(Vec::new()));
        let shown = published(&fixture("rsa-then-oct.json"));
        assert_eq!(shown.as_array().unwrap().len(), 1);
        assert_eq!(shown[0]["kty"], "RSA");
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_until_its_exp() {
        let mut written: Value = serde_json::from_str(&fixture("es.json")).unwrap();
        written["keys"][0]["nbf"] = serde_json::json!(100);
        written["keys"][0]["exp"] = serde_json::json!(200);
        let set = JwkSet::parse(written.to_string().as_bytes()).unwrap();
        for (now, count) in [(0, 1), (100, 1), (199, 1), (200, 0)] {
            let now = NOW + std::time::Duration::from_secs(now);
            assert_eq!(set.published(now).count(), count);
        }
        let (shown, plain) = (
            published(&written.to_string()),
            published(&fixture("es.json")),
        );
        assert_eq!(shown, plain, "its dates are not published");
    }

    #[test]
    fn the_published_keys_are_a_key_set_that_can_be_read_again() {
        let text = fixture("es512.json");
        let shown = serde_json::json!({"keys": published(&text)}).to_string();
        assert_eq!(published(&shown), published(&text));
    }
}
