//! JSON Web Keys as they are written in JSON.

use std::fmt;

use serde::Serialize;

/// A JSON Web Key Set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)) with private keys. Its
/// `Debug` form shows key ids alone.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Jwks {
    pub(crate) keys: Vec<Jwk>,
}

/// One private key, its members in Oathkeeper's order.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    #[serde(rename = "use")]
    pub(crate) usage: &'static str,
    pub(crate) kty: &'static str,
    pub(crate) kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crv: Option<&'static str>,
    pub(crate) alg: &'static str,
    #[serde(flatten)]
    pub(crate) material: Material,
}

/// The members of the key itself, each in base64url without padding.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Material {
    Oct { k: String },
    Okp { x: String, d: String },
    Ec { x: String, y: String, d: String },
    Rsa(Box<RsaMaterial>),
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RsaMaterial {
    pub(crate) n: String,
    pub(crate) e: String,
    pub(crate) d: String,
    pub(crate) p: String,
    pub(crate) q: String,
    pub(crate) dp: String,
    pub(crate) dq: String,
    pub(crate) qi: String,
}

impl Jwks {
    /// The key set for serialisation.
    #[must_use]
    pub fn as_json(&self) -> &Self {
        self
    }

    /// The ids of the keys.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Jwks")
            .field("keys", &self.keys)
            .finish()
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Jwk")
            .field("kid", &self.kid)
            .field("alg", &self.alg)
            .finish_non_exhaustive()
    }
}
