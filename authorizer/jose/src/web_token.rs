//! A JSON Web Token of a request: read, not yet verified.
//! [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) in the compact form of
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-7.1), as
//! [golang-jwt](https://pkg.go.dev/github.com/golang-jwt/jwt/v5) reads it.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use oathgate_gostd::{Value, bytes_of_text, decode_json};
use thiserror::Error;

use super::{Algorithm, Jwk, go_base64};

/// The last second since 1970 that Go's `time.Unix` does not wrap around into the past.
pub const LAST_SECOND: i64 = i64::MAX - 62_135_596_800;

/// The contents of a token.
pub struct WebToken {
    /// `alg` as it is written, and the algorithm it names.
    pub algorithm: (Arc<str>, Algorithm),
    /// `kid`; `None` where it is missing, empty or not a string.
    pub key_id: Option<Arc<str>>,
    /// The claims.
    pub claims: BTreeMap<String, Value>,
    signature: Vec<u8>,
    /// The bytes that were signed.
    signed: Vec<u8>,
}

/// Why a token is not accepted. The texts contain nothing of the token.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum WebTokenError {
    /// It does not have three parts.
    #[error("it does not have three parts")]
    Parts,
    /// A part is not base64.
    #[error("its {0} is not base64url without padding")]
    Base64(&'static str),
    /// A part is not a JSON object.
    #[error("its {0} is not a JSON object")]
    Json(&'static str),
    /// `alg` is missing, not a string, or unknown.
    #[error("its algorithm (`alg`) is missing or not supported")]
    Algorithm,
    /// There is a `crit`: no extension that it could name is supported.
    #[error("it requires an extension that is not supported (`crit`)")]
    Critical,
    /// A date is not a number, or too far in the future for a date.
    #[error("its `{0}` is not a date")]
    Date(&'static str),
    /// `exp` has passed.
    #[error("it has expired (`exp`)")]
    Expired,
    /// `nbf` is in the future.
    #[error("it is not valid yet (`nbf`)")]
    Early,
    /// `iat` is in the future.
    #[error("it was issued in the future (`iat`)")]
    Unissued,
}

impl WebToken {
    /// Reads a token.
    ///
    /// # Errors
    /// A text that is not a JSON Web Token of a supported algorithm.
    pub fn read(token: &str) -> Result<Self, WebTokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(WebTokenError::Parts)?;
        let (header, claims) = signed.split_once('.').ok_or(WebTokenError::Parts)?;
        if claims.contains('.') {
            return Err(WebTokenError::Parts);
        }
        let header = object(header, "header")?;
        let claims = object(claims, "payload")?;
        let Some(Value::Str(name)) = header.get("alg") else {
            return Err(WebTokenError::Algorithm);
        };
        let algorithm = Algorithm::named(name).ok_or(WebTokenError::Algorithm)?;
        let signature = decode(signature, "signature")?;
        if header.contains_key("crit") {
            return Err(WebTokenError::Critical);
        }
        let key_id = match header.get("kid") {
            Some(Value::Str(id)) if !id.is_empty() => Some(Arc::clone(id)),
            _ => None,
        };
        Ok(Self {
            algorithm: (Arc::clone(name), algorithm),
            key_id,
            claims,
            signature,
            signed: bytes_of_text(signed).into_owned(),
        })
    }

    /// Whether a key signed the token, with the algorithm that the token names.
    #[must_use]
    pub fn is_signed_by(&self, key: &Jwk) -> bool {
        key.verifies(self.algorithm.1, &self.signed, &self.signature)
    }

    /// Checks `exp`, `nbf` and `iat`, each rounded down to whole seconds; a date of 0 is ignored. The
    /// token is valid from the second of `nbf` and `iat` on, and no longer in the second of `exp`.
    ///
    /// # Errors
    /// The first date that does not hold.
    pub fn check_dates(&self, now: SystemTime) -> Result<(), WebTokenError> {
        let now = seconds(now);
        if self.date("exp")?.is_some_and(|end| now >= end) {
            return Err(WebTokenError::Expired);
        }
        if self.date("nbf")?.is_some_and(|start| now < start) {
            return Err(WebTokenError::Early);
        }
        if self.date("iat")?.is_some_and(|issued| now < issued) {
            return Err(WebTokenError::Unissued);
        }
        Ok(())
    }

    /// A claim that is a date, in seconds since 1970.
    fn date(&self, claim: &'static str) -> Result<Option<f64>, WebTokenError> {
        // A few thousand of these seconds are one in a double; it does not matter here.
        let farthest = LAST_SECOND as f64;
        match self.claims.get(claim) {
            None => Ok(None),
            Some(Value::Float(date)) if *date == 0.0 => Ok(None),
            Some(Value::Float(date)) if *date < farthest => Ok(Some(date.floor())),
            Some(_) => Err(WebTokenError::Date(claim)),
        }
    }
}

/// Seconds since 1970, with a fraction.
fn seconds(time: SystemTime) -> f64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

fn decode(part: &str, name: &'static str) -> Result<Vec<u8>, WebTokenError> {
    go_base64::decode_url(part).map_err(|_| WebTokenError::Base64(name))
}

/// The members of a part that is a JSON object; `null` has none, as in Go.
fn object(part: &str, name: &'static str) -> Result<BTreeMap<String, Value>, WebTokenError> {
    let text = decode(part, name)?;
    match decode_json(&text).map_err(|_| WebTokenError::Json(name))? {
        Value::Nil => Ok(BTreeMap::new()),
        Value::Map(members) => Ok(Arc::unwrap_or_clone(members)),
        _ => Err(WebTokenError::Json(name)),
    }
}

#[cfg(test)]
mod tests;
