//! `id_token`: signs a JSON Web Token with the session's subject.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use oathgate_cache::BoundedCache;
use oathgate_cache::CacheKey;
use oathgate_gostd::{decode_json, json, parse_duration};
use oathgate_gotemplate::{ParseError, Template};
use oathgate_jose::{Held, JwkSet, KeySetError, Signer, SigningError};
use serde_json::{Map, Value};

use super::Mutate;
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    config::{Form, Shape},
    handlers::{
        Description, KeyPurpose, Misconfigured, SetHeaders, Settings, Shared,
        options::{OptionValue, options},
        settings::OptionPlace,
    },
};

/// How old a key set over the network may be, and how long a request waits for a new one: what
/// Oathkeeper's own key fetcher allows.
const REMOTE: Patience = Patience {
    ttl: Duration::from_secs(30),
    wait: Duration::from_secs(1),
};

/// The same for a key set that is at hand (a file, the configuration itself, a secret in memory):
/// looking again costs little, so that a new one takes effect at once.
const AT_HAND: Patience = Patience {
    ttl: Duration::from_secs(1),
    wait: Duration::from_secs(10),
};

struct Patience {
    ttl: Duration,
    wait: Duration,
}

/// Sets `Authorization` to a token with the session's subject and claims from a template.
#[derive(Debug)]
pub(super) struct IdToken {
    claims: Option<Result<Template, ParseError>>,
    issuer: String,
    jwks_url: String,
    /// Where `jwks_url` stands, for the log.
    jwks_url_place: OptionPlace,
    ttl: Duration,
    shared: Arc<Shared>,
}

const EXAMPLE: &str = "\
issuer_url: https://api.example.com/
jwks_url: file:///etc/oathgate/signing-keys.json
claims: '{\"email\": {{ .Extra.email | toJson }}}'
ttl: 5m";

options! {
    struct Options {
        /// Further claims, a template of a JSON object.
        claims: String,
        /// The key set to sign with.
        #[required = Always]
        jwks_url: String as Shape::text(Form::FileUri),
        /// The token's issuer (`iss`).
        #[required = Always]
        issuer_url: String,
        /// How long a token is valid.
        #[default("15m")]
        ttl: String as Shape::text(Form::Duration),
    }
}

/// All that a token is made of, but for the time and its own id.
#[derive(Hash)]
struct Unsigned<'a> {
    /// [`JwkSet::version`]: which keys there are.
    keys: u64,
    /// [`Signer::place`]: which of them signs now. What another one signed is never handed out.
    signer: Option<usize>,
    issuer: &'a str,
    subject: &'a str,
    /// What the template rendered. Claims that render to nothing are not the same as none.
    claims: Option<&'a str>,
    ttl: Duration,
}

/// Tokens by everything that makes one another, so that equal ones are signed once.
#[derive(Debug)]
pub struct SignedTokens(BoundedCache<CacheKey, SignedToken>);

#[derive(Clone)]
struct SignedToken {
    authorization: Arc<str>,
    expires: SystemTime,
}

impl Default for SignedTokens {
    /// Room for as many tokens as fit into about two megabytes.
    fn default() -> Self {
        Self(BoundedCache::new(2048))
    }
}

impl Mutate for IdToken {
    const DESCRIPTION: Description = Description::new(
        "id_token",
        "Signs a JSON Web Token with the session's subject, which the backend receives as `Authorization`.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .templates(&["claims"])
    .key_sets("jwks_url", KeyPurpose::Sign)
    .sets(SetHeaders::Named(&["Authorization"]))
    .services(&["jwks_url"])
    .behind_api_gateway(
        "The stage's secret takes the place of the configuration's `jwks_url` and rotates by itself. \
         `Authorization` is vouched for, or the header that the stage's `api.tokenHeader` names.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
        let ttl = parse_duration(&config.ttl)
            .ok_or_else(|| settings.misconfigured("`ttl` is longer than 290 years"))?;
        Ok(Self {
            claims: (!config.claims.is_empty()).then(|| Template::parse("claims", &config.claims)),
            issuer: config.issuer_url,
            jwks_url: config.jwks_url,
            jwks_url_place: settings.place_of("jwks_url"),
            ttl,
            shared: Arc::clone(settings.shared),
        })
    }

    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let claims = match &self.claims {
            Some(template) => Some(super::render(template, &session.data())?),
            None => None,
        };
        let keys = self.keys(session, ports).await?;
        let now = ports.clock.now();
        let signer = keys.signing_key(now);
        let unsigned = Unsigned {
            keys: keys.version(),
            signer: signer.as_ref().ok().map(|signer| signer.place),
            issuer: &self.issuer,
            subject: &session.subject,
            claims: claims.as_deref(),
            ttl: self.ttl,
        };
        let cache_key = CacheKey::of(&unsigned);
        let kept = self
            .shared
            .signed_tokens
            .0
            .get(&cache_key, |token| self.is_fresh(token, now));
        let authorization = match kept {
            Some(token) => token.authorization,
            None => {
                let token = unsigned.sign(signer, now)?;
                self.shared.signed_tokens.0.insert(cache_key, token.clone());
                token.authorization
            }
        };
        super::set_header(request, session, "Authorization", &authorization);
        Ok(())
    }
}

impl IdToken {
    async fn keys(&self, session: &mut Session, ports: &Ports) -> Result<Arc<JwkSet>, Failure> {
        let cannot_be_used = |error: &KeySetError| {
            let place = self.jwks_url_place.whole();
            format!("the key set of {place} cannot be used: {error}")
        };
        let held = keys_to_sign_with(&self.shared, ports, &self.jwks_url)
            .await
            .map_err(|error| {
                Failure::internal()
                    .because(ReasonCode::NoSigningKey)
                    .with_reason("There is no valid JSON Web Key Set to sign with.")
                    .with_cause(cannot_be_used(&error))
            })?;
        if let Some((_, error)) = held.unread.first() {
            session.worked_around = Some(format!(
                "the key set that was read last signs, because {}",
                cannot_be_used(error)
            ));
        }
        Ok(held.set)
    }

    /// As in Oathkeeper, a token is used again until a tenth of its life-time is left.
    fn is_fresh(&self, token: &SignedToken, now: SystemTime) -> bool {
        token.expires >= now + self.ttl / 10
    }
}

impl Unsigned<'_> {
    /// A token of exactly this, signed with the key that signs now.
    fn sign(
        &self,
        signer: Result<Signer<'_>, SigningError>,
        now: SystemTime,
    ) -> Result<SignedToken, Failure> {
        let mut claims = match self.claims {
            Some(text) => read_claims(text)?,
            None => Map::new(),
        };
        let expires = now + self.ttl;
        claims.insert("exp".to_owned(), seconds(expires).into());
        claims.insert("jti".to_owned(), uuid::Uuid::new_v4().to_string().into());
        claims.insert("iat".to_owned(), seconds(now).into());
        claims.insert("iss".to_owned(), self.issuer.into());
        claims.insert("nbf".to_owned(), seconds(now).into());
        claims.insert("sub".to_owned(), self.subject.into());
        let token = signer
            .and_then(|signer| signer.key.sign(&json::encode(&Value::Object(claims))))
            .map_err(|error| {
                Failure::told(error.to_string())
                    .because(ReasonCode::NoSigningKey)
                    .with_cause(error.to_string())
            })?;
        Ok(SignedToken {
            authorization: format!("Bearer {token}").into(),
            expires,
        })
    }
}

/// The key set at a `jwks_url`, no older than those who verify may expect.
pub(crate) async fn keys_to_sign_with(
    shared: &Shared,
    ports: &Ports,
    jwks_url: &str,
) -> Result<Held, KeySetError> {
    let is_remote = jwks_url.starts_with("http:") || jwks_url.starts_with("https:");
    let Patience { ttl, wait } = if is_remote { REMOTE } else { AT_HAND };
    shared
        .key_sets
        .get(ports.for_keys(), jwks_url, ttl, wait)
        .await
}

/// The claims that a template rendered.
fn read_claims(text: &str) -> Result<Map<String, Value>, Failure> {
    let reason = match decode_json(text.as_bytes()) {
        Ok(value) => match value.to_json() {
            Value::Object(claims) => return Ok(claims),
            _ => "it is another JSON value".to_owned(),
        },
        Err(error) => error.to_string(),
    };
    let message = "the claims of the ID token are not a JSON object";
    Err(Failure::told(message)
        .because(ReasonCode::TemplateFailed)
        .with_cause(format!(
            "the claims do not render to a JSON object: {reason}"
        )))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

#[cfg(test)]
mod tests;
