//! `oauth2_client_credentials`: accepts clients whose credentials a token endpoint accepts.

use std::{sync::Arc, time::Duration};

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{GeneralPurpose, general_purpose::PAD},
};
use oathgate_cache::CacheKey;
use oathgate_gostd::{Query, Url, query_unescape, text_from_bytes};

use super::{Authenticate, Authentication, session_check::too_many_requests};
use crate::{
    Failure, Ports, ReasonCode, Request, ServiceRequest, Session,
    config::{Form, Shape},
    handlers::{
        Description, Misconfigured, Settings, Shared, Uri,
        options::{OptionValue, options},
        retry::IgnoredRetry,
        token_endpoint::{self, Client, Credentials, Token, TokenError},
    },
};

/// How many accepted credentials are remembered where the configuration does not say.
const MAX_TOKENS: usize = 1000;

/// Requests a token with the client's own credentials at a token endpoint.
#[derive(Debug)]
pub(super) struct OAuth2ClientCredentials {
    token_url: Url,
    /// The scopes as they are requested, joined by blanks.
    scope: Option<String>,
    cache: Option<Cache>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Cache {
    ttl: Option<Duration>,
    max_tokens: usize,
}

const EXAMPLE: &str = "\
token_url: https://hydra.example.com/oauth2/token
required_scope: [orders.read]
cache: {enabled: true, ttl: 60s}";

options! {
    struct Options {
        /// The token endpoint that checks the client's id and secret.
        #[required = Always]
        token_url: Uri,
        /// The scopes of which the client must be granted all.
        required_scope: Vec<String>,
        /// Accepted as in Oathkeeper, which ignores it too.
        retry: IgnoredRetry,
        /// Remembers accepted credentials.
        cache: CacheOptions,
    }
}

options! {
    struct CacheOptions {
        /// Whether accepted credentials are remembered.
        #[default(false)]
        enabled: bool,
        /// How long they are remembered at most; without it until the token ends.
        ttl: String as Shape::text(Form::Duration),
        /// How many are remembered.
        #[default(1000)]
        max_tokens: i64,
    }
}

impl Authenticate for OAuth2ClientCredentials {
    const DESCRIPTION: Description = Description::new(
        "oauth2_client_credentials",
        "Tries the client's id and secret (basic authentication) at an OAuth 2.0 token endpoint.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .services(&["token_url"]);

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
        config.retry.check(settings)?;
        let ttl = settings.duration("cache.ttl", &config.cache.ttl)?;
        let max_tokens = usize::try_from(config.cache.max_tokens).unwrap_or(0);
        let max_tokens = if max_tokens == 0 {
            MAX_TOKENS
        } else {
            max_tokens
        };
        Ok(Self {
            token_url: config.token_url.0,
            scope: (!config.required_scope.is_empty()).then(|| config.required_scope.join(" ")),
            cache: config.cache.enabled.then_some(Cache { ttl, max_tokens }),
            shared: Arc::clone(settings.shared),
        })
    }

    async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure> {
        let Some((id, secret)) = basic_credentials(request) else {
            return Ok(Authentication::NotResponsible);
        };
        let (Some(id), Some(secret)) = (query_unescape(&id), query_unescape(&secret)) else {
            return Err(Failure::unauthorized()
                .with_cause("the credentials have a percent sign that begins no escape sequence"));
        };
        let client = Client { id, secret };
        let token_request = self.token_request(&client);
        let fetch = |request| token_endpoint::fetch(&*ports.http, request);
        match &self.cache {
            None => {
                fetch(token_request).await.map_err(refuse)?;
            }
            Some(cache) => {
                let key = CacheKey::of(&token_request);
                if self.shared.client_tokens.holds(&key, ports.clock.now()) {
                    session.cache_hits += 1;
                } else {
                    let token = fetch(token_request).await.map_err(refuse)?;
                    self.keep(cache, key, &token, ports);
                }
            }
        }
        session.subject = client.id;
        Ok(Authentication::Authenticated)
    }
}

impl OAuth2ClientCredentials {
    fn token_request(&self, client: &Client) -> ServiceRequest {
        let mut parameters = Query::default();
        if let Some(scope) = &self.scope {
            parameters.set("scope", scope);
        }
        let how = Credentials::InHeader;
        token_endpoint::request(&self.token_url, client, how, &parameters)
    }

    /// A token counts until it ends, and no longer than the configured time. One without an end is
    /// not kept where such a time is configured, as in Oathkeeper.
    fn keep(&self, cache: &Cache, key: CacheKey, token: &Token, ports: &Ports) {
        let lifetime = match (token.lifetime(), cache.ttl) {
            (Some(Duration::ZERO), _) | (None, Some(_)) => return,
            (Some(lifetime), Some(ttl)) => Some(lifetime.min(ttl)),
            (lifetime, None) => lifetime,
        };
        let until = lifetime.and_then(|lifetime| ports.clock.now().checked_add(lifetime));
        self.shared.client_tokens.keep(key, until, cache.max_tokens);
    }
}

/// RFC 7617: what the first `Authorization` header holds, still escaped.
/// [`Request.BasicAuth`](https://pkg.go.dev/net/http#Request.BasicAuth).
fn basic_credentials(request: &Request) -> Option<(String, String)> {
    let (scheme, encoded) = request.header.get("Authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    // Go does not look at the bits that the last character has to spare.
    let base64 = GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
    let decoded = base64.decode(encoded).ok()?;
    let decoded = text_from_bytes(&decoded);
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The refusal of a client that did not get a token.
fn refuse(error: TokenError) -> Failure {
    let unwell = |status, message: &'static str| {
        Failure::new(status, message).because(ReasonCode::ServiceFailed)
    };
    let cause = error.to_string();
    let failure = match &error {
        TokenError::Refused(answer) => match answer.status {
            429 => too_many_requests(answer),
            503 => unwell(503, "The upstream service is not available"),
            500 => unwell(500, "The upstream service encountered an unexpected error"),
            504 => unwell(504, "The upstream service is timing out"),
            404 => unwell(404, "Upstream service not found"),
            _ => Failure::unauthorized(),
        },
        TokenError::Unreachable(_) | TokenError::Unreadable(_) => {
            unwell(503, "The upstream service is not available")
        }
    };
    failure.with_cause(cause)
}

#[cfg(test)]
mod tests;
