//! Verifying signatures of JSON Web Tokens,
//! [RFC 7518 section 3](https://www.rfc-editor.org/rfc/rfc7518#section-3).
//!
//! `jsonwebtoken` verifies; aws-lc-rs is used directly for what that crate lacks and Oathkeeper
//! accepts: ES512, RSA keys below 2048 bits, and PSS salts of another length than the hash.

use aws_lc_rs::{
    rsa::PublicKeyComponents,
    signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PSS_2048_8192_SHA256,
        RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPssSaltLength,
        UnparsedPublicKey,
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Name, DecodingKey};

use super::{Curve, Jwk, JwkSet, Material, PublicKey};

/// The algorithm that a token names as its own (`alg`).
#[derive(Clone, Copy, Debug)]
pub struct Algorithm(Family);

#[derive(Clone, Copy, Debug)]
enum Family {
    /// With the parameters to try where the usual ones do not verify.
    Rsa(Name, &'static [&'static RsaParameters]),
    /// With the library's name of the algorithm, where it has one.
    Ec(Curve, Option<Name>),
    Hmac(Name),
    /// `EdDSA` and `none`, which Oathkeeper knows by name and never verifies with.
    Never,
}

/// RFC 7518 requires salts as long as the hash. Signers that use the longest possible salt or none are
/// common enough that Oathkeeper accepts any length.
macro_rules! pss {
    ($name:ident, $parameters:ident) => {
        Family::Rsa(
            Name::$name,
            const {
                &[
                    &const { $parameters.with_pss_salt_length(RsaPssSaltLength::Max) },
                    &const { $parameters.with_pss_salt_length(RsaPssSaltLength::Custom(0)) },
                ]
            },
        )
    };
}

impl Algorithm {
    /// The algorithm of a name, if Oathkeeper knows it. Names are case-sensitive.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(Self(match name {
            // Keys from 1024 bits on, as in Oathkeeper.
            "RS256" => Family::Rsa(
                Name::RS256,
                &[&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY],
            ),
            "RS384" => Family::Rsa(Name::RS384, &[]),
            "RS512" => Family::Rsa(
                Name::RS512,
                &[&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY],
            ),
            "PS256" => pss!(PS256, RSA_PSS_2048_8192_SHA256),
            "PS384" => pss!(PS384, RSA_PSS_2048_8192_SHA384),
            "PS512" => pss!(PS512, RSA_PSS_2048_8192_SHA512),
            "ES256" => Family::Ec(Curve::P256, Some(Name::ES256)),
            "ES384" => Family::Ec(Curve::P384, Some(Name::ES384)),
            "ES512" => Family::Ec(Curve::P521, None),
            "HS256" => Family::Hmac(Name::HS256),
            "HS384" => Family::Hmac(Name::HS384),
            "HS512" => Family::Hmac(Name::HS512),
            "EdDSA" | "none" => Family::Never,
            _ => return None,
        }))
    }
}

impl JwkSet {
    /// The key with this id to verify tokens with: the first whose `use` is `sig`.
    #[must_use]
    pub fn verification_key(&self, id: &str) -> Option<&Jwk> {
        self.keys()
            .iter()
            .find(|key| key.id == id && key.usage == "sig")
    }
}

impl Jwk {
    /// Whether this key made the signature of a message with this algorithm. The algorithm must belong
    /// to the key's type; the key's own `alg` is not compared, as in Oathkeeper.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, algorithm.0) {
            (Material::Symmetric(secret), Family::Hmac(name)) => {
                // Anyone can sign with an empty secret.
                !secret.bytes().is_empty() && {
                    let key = DecodingKey::from_secret(secret.bytes());
                    verified(name, &key, message, signature)
                }
            }
            (Material::Public(public), family) => public.verifies(family, message, signature),
            (Material::Private(private), family) => {
                private.public.verifies(family, message, signature)
            }
            (Material::Symmetric(_), _) => false,
        }
    }
}

impl PublicKey {
    fn verifies(&self, family: Family, message: &[u8], signature: &[u8]) -> bool {
        match (self, family) {
            (Self::Rsa { n, e }, Family::Rsa(name, others)) => {
                let key = DecodingKey::from_rsa_raw_components(n, e);
                verified(name, &key, message, signature)
                    || others.iter().any(|parameters| {
                        PublicKeyComponents { n, e }
                            .verify(parameters, message, signature)
                            .is_ok()
                    })
            }
            (Self::Ec { curve, point }, Family::Ec(wanted, name)) if *curve == wanted => match name
            {
                Some(name) => verified(name, &DecodingKey::from_ec_der(point), message, signature),
                None => UnparsedPublicKey::new(curve.verification(), point)
                    .verify(message, signature)
                    .is_ok(),
            },
            _ => false,
        }
    }
}

/// The library takes signatures as they are encoded in a token.
fn verified(name: Name, key: &DecodingKey, message: &[u8], signature: &[u8]) -> bool {
    let signature = URL_SAFE_NO_PAD.encode(signature);
    jsonwebtoken::crypto::verify(&signature, message, key, name).unwrap_or(false)
}
