//! Somebody who issues tokens: a key of a run's own, its key set, and a token that it signed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use thiserror::Error;

/// The cryptography made no key.
#[derive(Clone, Copy, Debug, Error)]
#[error("no key could be made")]
pub struct NoKey;

/// An issuer of tokens.
#[derive(Debug)]
pub struct Issuer {
    /// The key set to verify with.
    pub key_set: Value,
    /// A token that holds for as long as a run may take.
    pub token: String,
}

impl Issuer {
    /// Makes a key and signs one token, by RS256, as most issuers do.
    ///
    /// # Errors
    /// Cryptography that fails.
    pub fn new() -> Result<Self, NoKey> {
        let failed = |_| NoKey;
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        // RFC 8017 appendix A.1.1: behind the heads of a sequence and of a number of 257 bytes, whose
        // first is zero, stands the modulus; the exponent is 65537.
        let modulus = pair.public_key().as_ref().get(9..265).ok_or(NoKey)?;
        let key_set = json!({"keys": [{"kty": "RSA", "kid": "bench", "use": "sig", "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"}]});
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let head = json!({"alg": "RS256", "typ": "JWT", "kid": "bench"});
        let claims = json!({"iss": "https://issuer.example.com/", "sub": "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d",
            "aud": ["https://api.example.com"], "scope": "files:read files:write", "iat": now.as_secs(),
            "exp": (now + Duration::from_secs(86_400)).as_secs()});
        let signed = [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = signed.join(".");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .map_err(failed)?;
        Ok(Self {
            key_set,
            token: format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)),
        })
    }
}
