//! Verifies the gate's tokens with jsonwebtoken. Reads one from each line, and prints `ok SUBJECT` or
//! `refused: REASON`.

use std::{
    error::Error,
    io::{BufRead as _, Write as _, stdin, stdout},
    time::{Duration, Instant},
};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::{Deserialize, de::DeserializeOwned};

type Failure = Box<dyn Error>;

/// What is at `/.well-known/openid-configuration`.
#[derive(Deserialize)]
struct Provider {
    issuer: String,
    jwks_uri: String,
    id_token_signing_alg_values_supported: Vec<Algorithm>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

/// The gate's keys, fetched again when they are as old as the gate lets them become.
struct Keys {
    url: String,
    issuer: String,
    algorithms: Vec<Algorithm>,
    max_age: Duration,
    fetched: Option<(Instant, JwkSet)>,
}

impl Keys {
    fn of(url: &str, issuer: &str) -> Result<Self, Failure> {
        let document = format!(
            "{}/.well-known/openid-configuration",
            url.trim_end_matches('/')
        );
        let (provider, max_age): (Provider, _) = fetch(&document)?;
        if provider.issuer != issuer {
            return Err(format!("the documents are those of {}", provider.issuer).into());
        }
        Ok(Self {
            url: provider.jwks_uri,
            issuer: provider.issuer,
            algorithms: provider.id_token_signing_alg_values_supported,
            max_age,
            fetched: None,
        })
    }

    /// The claims of a token that the gate signed.
    fn verify(&mut self, token: &str) -> Result<Claims, Failure> {
        let header = decode_header(token)?;
        if !self.algorithms.contains(&header.alg) {
            return Err("it is signed otherwise than the gate signs".into());
        }
        let kid = header.kid.ok_or("it names no key")?;
        if self.find(&kid).is_none() {
            self.fetched = Some((Instant::now(), fetch(&self.url)?.0));
        }
        let key = self.find(&kid).ok_or("its key is not one of the gate's")?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.issuer]);
        validation.validate_nbf = true;
        validation.leeway = 5;
        // The gate's tokens name no audience.
        validation.validate_aud = false;
        Ok(decode(token, &key, &validation)?.claims)
    }

    /// A key, if it is among those that are fresh enough.
    fn find(&self, kid: &str) -> Option<DecodingKey> {
        let (at, set) = self.fetched.as_ref()?;
        let key = set.find(kid).filter(|_| at.elapsed() < self.max_age)?;
        DecodingKey::from_jwk(key).ok()
    }
}

/// A JSON document, and how long it may be kept.
fn fetch<T: DeserializeOwned>(url: &str) -> Result<(T, Duration), Failure> {
    let mut answer = ureq::get(url).call()?;
    let cache = answer.headers().get("cache-control");
    let seconds = cache
        .and_then(|value| value.to_str().ok()?.split("max-age=").nth(1)?.parse().ok())
        .unwrap_or(300);
    let document = answer.body_mut().read_json()?;
    Ok((document, Duration::from_secs(seconds)))
}

fn main() -> Result<(), Failure> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| "another TLS provider is installed already")?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, issuer] = arguments.as_slice() else {
        return Err("usage: verify-tokens URL ISSUER: where /.well-known/openid-configuration is found, and what tokens name as `iss`".into());
    };
    let mut keys = Keys::of(url, issuer)?;
    for token in stdin().lock().lines() {
        match keys.verify(&token?) {
            Ok(claims) => writeln!(stdout(), "ok {}", claims.sub)?,
            Err(error) => writeln!(stdout(), "refused: {error}")?,
        }
    }
    Ok(())
}
