//! Tokens: those that clients bring, and those that the gate signs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fastrand::Rng;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rcgen::{KeyPair, PublicKeyData as _};
use serde_json::{Value, json};

/// The id of every key, so that nothing but the signature tells them apart.
const KEY_ID: &str = "the-key";

/// Who issues clients' tokens, and the keys the gate signs with.
#[derive(Clone)]
pub struct Issuer {
    private: Vec<u8>,
    point: Vec<u8>,
    gate: Vec<u8>,
}

impl Issuer {
    /// With keys of its own.
    pub fn new() -> Self {
        let pair = KeyPair::generate().unwrap();
        Self {
            private: pair.serialize_der(),
            point: pair.der_bytes().to_vec(),
            gate: (0..64).map(|_| fastrand::u8(..)).collect(),
        }
    }

    pub fn public_key_set(&self) -> Value {
        let (x, y) = self.point[1..].split_at(32);
        let [x, y] = [x, y].map(|part| URL_SAFE_NO_PAD.encode(part));
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": KEY_ID, "x": x, "y": y,
        }]})
    }

    /// What lies in the secret.
    pub fn secret_key_set(&self) -> Value {
        let key = URL_SAFE_NO_PAD.encode(&self.gate);
        json!({"keys": [{"kty": "oct", "use": "sig", "alg": "HS256", "kid": "gate", "k": key}]})
    }

    /// A token for `subject` that is good for so many seconds.
    pub fn token(&self, subject: &str, key_id: &str, seconds: i64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let end = now.as_secs().saturating_add_signed(seconds);
        let header = Header {
            kid: Some(key_id.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        let key = EncodingKey::from_ec_der(&self.private);
        jsonwebtoken::encode(&header, &json!({"sub": subject, "exp": end}), &key).unwrap()
    }

    /// A token for `subject` that is to be let in.
    pub fn good_token(&self, subject: &str) -> String {
        self.token(subject, KEY_ID, 3600)
    }

    /// Tokens that look like it and are not.
    pub fn bad_tokens(&self, subject: &str, rng: &mut Rng) -> [String; 5] {
        let good = self.good_token(subject);
        let mut parts = good.split('.');
        let (_, claims) = (parts.next(), parts.next().unwrap());
        let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": KEY_ID}).to_string());
        let confused = URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "kid": KEY_ID}).to_string());
        [
            Self::new().good_token(subject),
            self.token(subject, KEY_ID, -3600),
            self.token(subject, &format!("unknown-{}", rng.u32(..)), 3600),
            format!("{none}.{claims}."),
            format!("{confused}.{claims}.{}", URL_SAFE_NO_PAD.encode([7; 32])),
        ]
    }

    /// Whether the gate signed a token with the key from the secret.
    pub fn signed(&self, token: &str) -> bool {
        let mut wanted = Validation::new(Algorithm::HS256);
        wanted.validate_aud = false;
        let key = DecodingKey::from_secret(&self.gate);
        jsonwebtoken::decode::<Value>(token, &key, &wanted).is_ok()
    }

    /// What must be printed nowhere.
    pub fn secrets(&self) -> [String; 1] {
        [URL_SAFE_NO_PAD.encode(&self.gate)]
    }
}

/// How long the gate keeps the secret.
pub const SECRET_TTL: Duration = Duration::from_secs(1);
