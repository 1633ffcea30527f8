//! Makes a key for an algorithm.

use aws_lc_rs::{
    encoding::{AsBigEndian, EcPrivateKeyBin, EcPublicKeyUncompressedBin},
    rand,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
        KeyPair as _,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    Algorithm, CredentialsError,
    jwk::{Jwk, Jwks, Material},
    rsa,
};

/// Generates a key set with one new private key. Without `kid` the key gets a random UUID; without
/// `bits` it gets the algorithm's usual size, which is 2048 for RSA as in Oathkeeper.
///
/// # Errors
/// A size that the algorithm has no keys of, or a failure of the cryptographic library.
pub fn generate(
    algorithm: Algorithm,
    kid: Option<&str>,
    bits: Option<u32>,
) -> Result<Jwks, CredentialsError> {
    use Algorithm::{ES256, ES384, ES512, EdDSA, HS256, HS384, HS512};

    let (kty, crv, material) = match algorithm {
        HS256 => ("oct", None, symmetric(algorithm, bits.unwrap_or(256), 256)?),
        HS384 => ("oct", None, symmetric(algorithm, bits.unwrap_or(384), 384)?),
        HS512 => (
            "oct",
            None,
            symmetric(algorithm, bits.unwrap_or(1024), 512)?,
        ),
        ES256 => {
            only(algorithm, bits, 256, "256")?;
            (
                "EC",
                Some("P-256"),
                elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
            )
        }
        ES384 => {
            only(algorithm, bits, 384, "384")?;
            (
                "EC",
                Some("P-384"),
                elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING)?,
            )
        }
        ES512 => {
            only(algorithm, bits, 521, "521")?;
            (
                "EC",
                Some("P-521"),
                elliptic(&ECDSA_P521_SHA512_FIXED_SIGNING)?,
            )
        }
        EdDSA => {
            only(algorithm, bits, 256, "256")?;
            ("OKP", Some("Ed25519"), edwards()?)
        }
        _ => {
            let parts = rsa::make(algorithm, bits.unwrap_or(2048))?;
            ("RSA", None, Material::Rsa(Box::new(parts)))
        }
    };
    let kid = match kid {
        Some(kid) if !kid.is_empty() => kid.to_owned(),
        _ => Uuid::new_v4().to_string(),
    };
    let key = Jwk {
        usage: "sig",
        kty,
        kid,
        crv,
        alg: algorithm.as_str(),
        material,
    };
    Ok(Jwks { keys: vec![key] })
}

/// base64url without padding, as every member of a key is encoded.
pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn only(
    algorithm: Algorithm,
    bits: Option<u32>,
    size: u32,
    usable: &'static str,
) -> Result<(), CredentialsError> {
    match bits {
        Some(bits) if bits != size => Err(CredentialsError::Bits {
            algorithm,
            bits,
            usable,
        }),
        _ => Ok(()),
    }
}

fn symmetric(algorithm: Algorithm, bits: u32, least: u32) -> Result<Material, CredentialsError> {
    /// More than any hash uses, and more than a secret can contain.
    const MOST: u32 = 1 << 16;
    if bits < least || bits > MOST || !bits.is_multiple_of(8) {
        let usable = "a multiple of 8 that is at least the hash's size";
        return Err(CredentialsError::Bits {
            algorithm,
            bits,
            usable,
        });
    }
    let size = usize::try_from(bits / 8).map_err(|_| CredentialsError::Cryptography)?;
    let mut key = vec![0; size];
    rand::fill(&mut key).map_err(|_| CredentialsError::Cryptography)?;
    Ok(Material::Oct { k: encoded(&key) })
}

fn elliptic(algorithm: &'static EcdsaSigningAlgorithm) -> Result<Material, CredentialsError> {
    let failed = |_| CredentialsError::Cryptography;
    let pair = EcdsaKeyPair::generate(algorithm).map_err(failed)?;
    let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(failed)?;
    let public: EcPublicKeyUncompressedBin<'_> = pair.public_key().as_be_bytes().map_err(failed)?;
    // SEC 1 section 2.3.3: the byte 4, then both coordinates at the field's size.
    match public.as_ref() {
        [4, coordinates @ ..] => {
            let (x, y) = coordinates
                .split_at_checked(coordinates.len() / 2)
                .ok_or(CredentialsError::Cryptography)?;
            Ok(Material::Ec {
                x: encoded(x),
                y: encoded(y),
                d: encoded(private.as_ref()),
            })
        }
        _ => Err(CredentialsError::Cryptography),
    }
}

fn edwards() -> Result<Material, CredentialsError> {
    let failed = |_| CredentialsError::Cryptography;
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let seed = pair.seed().map_err(failed)?;
    let seed = seed.as_be_bytes().map_err(failed)?;
    Ok(Material::Okp {
        x: encoded(pair.public_key().as_ref()),
        d: encoded(seed.as_ref()),
    })
}
