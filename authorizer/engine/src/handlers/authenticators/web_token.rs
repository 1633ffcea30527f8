//! A JSON Web Token as it stands in a request: read, not yet verified.
//! [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) in the compact form of
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-7.1), as
//! [golang-jwt](https://pkg.go.dev/github.com/golang-jwt/jwt/v5) reads it.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc, time::SystemTime};

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use oathgate_gotemplate::Value;
use thiserror::Error;

use super::introspection::LAST_SECOND;
use crate::{
    go::{bytes_of_text, decode_json},
    keys::{Algorithm, Jwk},
};

/// Go looks at no bits that the last character has to spare.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// What a token holds.
pub(super) struct WebToken {
    /// `alg` as it is written, and what that means.
    pub(super) algorithm: (Arc<str>, Algorithm),
    /// `kid`; `None` where it is missing, empty or no string.
    pub(super) key_id: Option<Arc<str>>,
    /// The claims.
    pub(super) claims: BTreeMap<String, Value>,
    signature: Vec<u8>,
    /// What the signature was made of.
    signed: Vec<u8>,
}

/// Why a token does not count. The texts hold nothing of it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It has not three parts.
    #[error("it has not three parts")]
    Parts,
    /// A part is no base64.
    #[error("its {0} is no base64url without padding")]
    Base64(&'static str),
    /// A part is no JSON object.
    #[error("its {0} is no JSON object")]
    Json(&'static str),
    /// `alg` is missing, no string, or unknown.
    #[error("its algorithm is not known")]
    Algorithm,
    /// There is a `crit`, and nothing it could name is known here.
    #[error("it demands an extension to be understood (`crit`)")]
    Critical,
    /// A date is no number, or none that fits into a date.
    #[error("its `{0}` is no date")]
    Date(&'static str),
    /// It is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    Early,
    /// It says it is from the future.
    #[error("it is issued in the future")]
    Unissued,
}

impl WebToken {
    /// Reads a token.
    ///
    /// # Errors
    /// What is no JSON Web Token of a known algorithm.
    pub(super) fn read(token: &str) -> Result<Self, Unfit> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Unfit::Parts)?;
        let (header, claims) = signed.split_once('.').ok_or(Unfit::Parts)?;
        if claims.contains('.') {
            return Err(Unfit::Parts);
        }
        let header = object(header, "header")?;
        let claims = object(claims, "payload")?;
        let Some(Value::Str(name)) = header.get("alg") else {
            return Err(Unfit::Algorithm);
        };
        let algorithm = Algorithm::named(name).ok_or(Unfit::Algorithm)?;
        let signature = decode(signature, "signature")?;
        if header.contains_key("crit") {
            return Err(Unfit::Critical);
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

    /// Whether a key signed the token, with the algorithm it names.
    pub(super) fn is_signed_by(&self, key: &Jwk) -> bool {
        key.verifies(self.algorithm.1, &self.signed, &self.signature)
    }

    /// Checks `exp`, `nbf` and `iat`, each in whole seconds. One that is 0 counts as absent.
    ///
    /// # Errors
    /// The first that does not hold.
    pub(super) fn check_dates(&self, now: SystemTime) -> Result<(), Unfit> {
        let now = seconds(now);
        if self.date("exp")?.is_some_and(|end| now >= end) {
            return Err(Unfit::Expired);
        }
        if self.date("nbf")?.is_some_and(|start| now < start) {
            return Err(Unfit::Early);
        }
        if self.date("iat")?.is_some_and(|issued| now < issued) {
            return Err(Unfit::Unissued);
        }
        Ok(())
    }

    /// A claim that is a date, in seconds since 1970.
    fn date(&self, claim: &'static str) -> Result<Option<f64>, Unfit> {
        // A few thousand of these seconds are one in a double; it does not matter here.
        let farthest = LAST_SECOND as f64;
        match self.claims.get(claim) {
            None => Ok(None),
            Some(Value::Float(date)) if *date == 0.0 => Ok(None),
            Some(Value::Float(date)) if *date < farthest => Ok(Some(date.floor())),
            Some(_) => Err(Unfit::Date(claim)),
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

/// Go passes over line breaks in base64.
pub(super) fn decode(part: &str, name: &'static str) -> Result<Vec<u8>, Unfit> {
    let text = if part.contains(['\r', '\n']) {
        Cow::Owned(part.replace(['\r', '\n'], ""))
    } else {
        Cow::Borrowed(part)
    };
    BASE64
        .decode(text.as_bytes())
        .map_err(|_| Unfit::Base64(name))
}

/// The members of a part; `null` has none.
fn object(part: &str, name: &'static str) -> Result<BTreeMap<String, Value>, Unfit> {
    let text = decode(part, name)?;
    match decode_json(&text).map_err(|_| Unfit::Json(name))? {
        Value::Nil => Ok(BTreeMap::new()),
        Value::Map(members) => Ok(Arc::unwrap_or_clone(members)),
        _ => Err(Unfit::Json(name)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{payload}.AAAA")
    }

    fn unfit(token: &str) -> Option<Unfit> {
        WebToken::read(token).err()
    }

    #[test]
    fn it_says_what_is_wrong_with_a_token() {
        let rs256 = r#"{"alg":"RS256"}"#;
        for (token, want) in [
            (String::new(), Unfit::Parts),
            ("a.b".to_owned(), Unfit::Parts),
            (token(rs256, "{}") + ".x", Unfit::Parts),
            ("..".to_owned(), Unfit::Json("header")),
            ("=.e30.AAAA".to_owned(), Unfit::Base64("header")),
            ("é.e30.AAAA".to_owned(), Unfit::Base64("header")),
            (token("[]", "{}"), Unfit::Json("header")),
            (token("{} {}", "{}"), Unfit::Json("header")),
            (token(rs256, "\"a\""), Unfit::Json("payload")),
            (token(rs256, "{}") + "=", Unfit::Base64("signature")),
            (token(rs256, "{}") + "+", Unfit::Base64("signature")),
            (token("null", "{}"), Unfit::Algorithm),
            (token(r#"{"ALG":"RS256"}"#, "{}"), Unfit::Algorithm),
            (token(r#"{"alg":["RS256"]}"#, "{}"), Unfit::Algorithm),
            (token(r#"{"alg":"rs256"}"#, "{}"), Unfit::Algorithm),
            (
                token(r#"{"alg":"RS256","crit":["exp"]}"#, "{}"),
                Unfit::Critical,
            ),
            (token(r#"{"alg":"RS256","crit":[]}"#, "{}"), Unfit::Critical),
        ] {
            assert_eq!(unfit(&token), Some(want), "{token}");
        }
    }

    #[test]
    fn it_reads_what_go_reads() {
        for good in [
            token(r#"{"alg":"RS256","kid":"a","kid":"b"}"#, "null"),
            token("\n{ \"alg\" : \"none\" }\n", r#"{"alg":1}"#),
            token(r#"{"alg":"EdDSA"}"#, "{}").replace(".AAAA", ".AAB\n"),
            token(r#"{"alg":"HS256"}"#, "{}").replace(".AAAA", "."),
        ] {
            assert_eq!(unfit(&good), None, "{good}");
        }
        let key_id = |header| WebToken::read(&token(header, "{}")).unwrap().key_id;
        assert_eq!(
            key_id(r#"{"alg":"RS256","kid":"ключ"}"#).as_deref(),
            Some("ключ")
        );
        for none in [
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"RS256","kid":""}"#,
            r#"{"alg":"RS256","kid":7}"#,
            r#"{"alg":"RS256","KID":"a"}"#,
        ] {
            assert_eq!(key_id(none), None);
        }
    }

    #[test]
    fn dates_are_numbers_in_whole_seconds() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_500);
        for (payload, want) in [
            ("{}", None),
            (r#"{"exp":0,"nbf":-0.0,"iat":0e9}"#, None),
            (r#"{"exp":1001,"nbf":1000,"iat":1000.9}"#, None),
            (r#"{"exp":1e12,"nbf":-1e12}"#, None),
            (r#"{"exp":1000.9}"#, Some(Unfit::Expired)),
            (r#"{"exp":1}"#, Some(Unfit::Expired)),
            (r#"{"exp":-5}"#, Some(Unfit::Expired)),
            (r#"{"nbf":1001}"#, Some(Unfit::Early)),
            (r#"{"iat":1001}"#, Some(Unfit::Unissued)),
            (r#"{"exp":1e300}"#, Some(Unfit::Date("exp"))),
            (r#"{"nbf":1e300}"#, Some(Unfit::Date("nbf"))),
            (r#"{"exp":-1e300}"#, Some(Unfit::Expired)),
            (r#"{"exp":9.22e18,"nbf":-1e300,"iat":-1e300}"#, None),
            (r#"{"exp":"2000"}"#, Some(Unfit::Date("exp"))),
            (r#"{"nbf":null}"#, Some(Unfit::Date("nbf"))),
            (r#"{"iat":[1]}"#, Some(Unfit::Date("iat"))),
        ] {
            let token = WebToken::read(&token(r#"{"alg":"RS256"}"#, payload)).unwrap();
            assert_eq!(token.check_dates(now).err(), want, "{payload}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = WebToken::read(&text);
        }

        #[test]
        fn any_parts_are_read_or_refused(header: Vec<u8>, payload: Vec<u8>, signature: Vec<u8>) {
            let parts = [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part));
            let _ = WebToken::read(&parts.join("."));
        }
    }
}
