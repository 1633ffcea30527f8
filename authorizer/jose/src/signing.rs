//! Choosing a key to sign with, and signing JSON Web Tokens,
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), with it.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
        RSA_PSS_SHA512, RsaEncoding,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use thiserror::Error;

use super::{
    Jwk, Material, PublicKey,
    jwk::{Curve, KeyPair},
};

/// A key that signs tokens, with everything prepared that is the same for every token.
pub struct SigningKey {
    id: String,
    /// The encoded header of its tokens and the dot after it.
    header: String,
    method: Method,
}

enum Method {
    Rsa(&'static dyn RsaEncoding, Arc<KeyPair>),
    /// ECDSA and Ed25519, whose algorithm follows from the key.
    Pair(Arc<KeyPair>),
    Hmac(Box<hmac::Key>),
}

/// Why a set cannot sign.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SigningError {
    /// No key of the set can sign, or the one that can has no id.
    #[error("the key set contains no key to sign with that has an id (`kid`)")]
    NoKey,
    /// The key's `alg` is missing or unknown.
    #[error("the algorithm (`alg`) `{algorithm}` of the signing key `{id}` is not supported")]
    Algorithm {
        /// The key's id.
        id: String,
        /// Its `alg`.
        algorithm: String,
    },
    /// The key's `alg` belongs to another type of key.
    #[error(
        "the algorithm (`alg`) `{algorithm}` of the signing key `{id}` does not belong to a key of its type (`kty`)"
    )]
    Kind {
        /// The key's id.
        id: String,
        /// Its `alg`.
        algorithm: String,
    },
    /// The `exp` of every key that can sign has been reached, or its `nbf` has not.
    #[error("no key of the set signs now: each has expired (`exp`) or is not valid yet (`nbf`)")]
    NotNow,
    /// The cryptographic library failed to sign.
    #[error("signing failed")]
    Signing,
}

impl SigningKey {
    /// Chooses the key to sign with from a set, and the id to sign under.
    ///
    /// Oathkeeper takes the last private key, or the last one before a public key with an id; a symmetric
    /// key ends the search. It then signs under the id of the first public key, even if that is another
    /// key's. Here the id is always that of the key's own public half: of that public key if it is the
    /// half, else of another key of the set that is, else the private key's own id.
    ///
    /// `keys` are those to choose from, `all` are those of the whole set.
    pub(super) fn choose<'a>(
        keys: &[&'a Jwk],
        all: &[Jwk],
    ) -> Result<(&'a Jwk, Self), SigningError> {
        let mut signer: Option<&'a Jwk> = None;
        let mut named: Option<&'a Jwk> = None;
        for &key in keys {
            match &key.material {
                Material::Private(_) => signer = Some(key),
                Material::Public(_) => named = Some(key),
                Material::Symmetric(_) => (signer, named) = (Some(key), Some(key)),
            }
            if signer.is_some() && named.is_some_and(|key| !key.id.is_empty()) {
                break;
            }
        }
        let signer = signer
            .filter(|key| !key.id.is_empty())
            .ok_or(SigningError::NoKey)?;
        Ok((signer, Self::of(signer, named, all)?))
    }

    /// Prepares a key to sign, under the id of its public half if `named` or a key of the set is that half.
    pub(super) fn of(signer: &Jwk, named: Option<&Jwk>, all: &[Jwk]) -> Result<Self, SigningError> {
        let halves = named
            .into_iter()
            .chain(all)
            .filter(|key| is_public_half(key, signer));
        let id = halves
            .map(|key| &key.id)
            .find(|id| !id.is_empty())
            .unwrap_or(&signer.id);
        Ok(Self {
            id: id.clone(),
            header: header(&signer.algorithm, id),
            method: Method::of(signer)?,
        })
    }

    /// The id that its tokens name (`kid`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A token with these claims, which are a JSON object.
    ///
    /// # Errors
    /// The cryptographic library fails to sign.
    pub fn sign(&self, claims: &str) -> Result<String, SigningError> {
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 400);
        token.push_str(&self.header);
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.method.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn is_public_half(key: &Jwk, signer: &Jwk) -> bool {
    match (&key.material, &signer.material) {
        (Material::Public(public), Material::Private(private)) => *public == private.public,
        _ => false,
    }
}

/// The encoded header of a token and the dot after it.
fn header(algorithm: &str, id: &str) -> String {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: &'a str,
        kid: &'a str,
        typ: &'a str,
    }
    let header = Header {
        alg: algorithm,
        kid: id,
        typ: "JWT",
    };
    let mut encoded = URL_SAFE_NO_PAD.encode(serde_json::to_string(&header).unwrap_or_default());
    encoded.push('.');
    encoded
}

impl Method {
    fn of(key: &Jwk) -> Result<Self, SigningError> {
        let algorithm = key.algorithm.as_str();
        let fault = || (key.id.clone(), key.algorithm.clone());
        let method = match algorithm {
            "RS256" => Self::rsa(&RSA_PKCS1_SHA256, key),
            "RS384" => Self::rsa(&RSA_PKCS1_SHA384, key),
            "RS512" => Self::rsa(&RSA_PKCS1_SHA512, key),
            "PS256" => Self::rsa(&RSA_PSS_SHA256, key),
            "PS384" => Self::rsa(&RSA_PSS_SHA384, key),
            "PS512" => Self::rsa(&RSA_PSS_SHA512, key),
            "ES256" => Self::pair(key, |public| is_on(public, Curve::P256)),
            "ES384" => Self::pair(key, |public| is_on(public, Curve::P384)),
            "ES512" => Self::pair(key, |public| is_on(public, Curve::P521)),
            "EdDSA" => Self::pair(key, |public| matches!(public, PublicKey::Ed25519(_))),
            "HS256" => Self::hmac(hmac::HMAC_SHA256, key),
            "HS384" => Self::hmac(hmac::HMAC_SHA384, key),
            "HS512" => Self::hmac(hmac::HMAC_SHA512, key),
            _ => {
                let (id, algorithm) = fault();
                return Err(SigningError::Algorithm { id, algorithm });
            }
        };
        method.ok_or_else(|| {
            let (id, algorithm) = fault();
            SigningError::Kind { id, algorithm }
        })
    }

    fn rsa(encoding: &'static dyn RsaEncoding, key: &Jwk) -> Option<Self> {
        match &key.material {
            Material::Private(private) if matches!(private.public, PublicKey::Rsa { .. }) => {
                Some(Self::Rsa(encoding, Arc::clone(&private.pair)))
            }
            _ => None,
        }
    }

    fn pair(key: &Jwk, fits: impl FnOnce(&PublicKey) -> bool) -> Option<Self> {
        match &key.material {
            Material::Private(private) if fits(&private.public) => {
                Some(Self::Pair(Arc::clone(&private.pair)))
            }
            _ => None,
        }
    }

    fn hmac(algorithm: hmac::Algorithm, key: &Jwk) -> Option<Self> {
        match &key.material {
            Material::Symmetric(secret) => Some(Self::Hmac(Box::new(hmac::Key::new(
                algorithm,
                secret.bytes(),
            )))),
            _ => None,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(encoding, pair) => match &**pair {
                KeyPair::Rsa(pair) => {
                    let mut signature = vec![0; pair.public_modulus_len()];
                    pair.sign(*encoding, &random, message, &mut signature)
                        .map_err(|_| SigningError::Signing)?;
                    Ok(signature)
                }
                KeyPair::Ec(_) | KeyPair::Ed25519(_) => Err(SigningError::Signing),
            },
            Self::Pair(pair) => {
                let signed = match &**pair {
                    KeyPair::Ec(pair) => pair.sign(&random, message),
                    KeyPair::Ed25519(pair) => pair.try_sign(message),
                    KeyPair::Rsa(_) => return Err(SigningError::Signing),
                };
                signed
                    .map(|signature| signature.as_ref().to_vec())
                    .map_err(|_| SigningError::Signing)
            }
            Self::Hmac(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
        }
    }
}

fn is_on(public: &PublicKey, wanted: Curve) -> bool {
    matches!(public, PublicKey::Ec { curve, .. } if *curve == wanted)
}
