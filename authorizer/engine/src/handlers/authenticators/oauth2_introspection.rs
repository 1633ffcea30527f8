//! `oauth2_introspection`: sends the request's token to an introspection endpoint.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use oathgate_cache::CacheKey;
use oathgate_gostd::{Query, Url};

use super::{
    Authenticate, Authentication, introspection::Introspection,
    pre_authorization::PreAuthorization, scope_strategy::ScopeStrategy,
    session_check::too_many_requests, token_from::TokenFrom,
};
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    config::{Form, Shape, shape::ANY},
    handlers::{
        Description, Misconfigured, Settings, Shared, Uri,
        options::{OptionValue, options},
        retry::IgnoredRetry,
        token_endpoint::Client,
    },
    service_request::{DEFAULT_TIMEOUT, ServiceRequest},
};

/// Sends the request's token to an introspection endpoint, and accepts the tokens that its response allows.
#[derive(Debug)]
pub(super) struct OAuth2Introspection {
    introspection_url: Url,
    scope_strategy: ScopeStrategy,
    pre_authorization: Option<Arc<PreAuthorization>>,
    required_scope: Vec<String>,
    target_audience: Vec<String>,
    trusted_issuers: Vec<String>,
    /// What a token must begin with to be sent.
    prefix: String,
    preserve_host: bool,
    request_headers: RequestHeaders,
    token_from: TokenFrom,
    cache: Option<Cache>,
    shared: Arc<Shared>,
}

/// Headers that are added to requests. They may hold credentials, so they are not shown.
struct RequestHeaders(BTreeMap<String, String>);

impl std::fmt::Debug for RequestHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[derive(Debug)]
struct Cache {
    ttl: Option<Duration>,
    /// About how many responses are kept.
    most: usize,
}

const EXAMPLE: &str = "\
introspection_url: https://hydra.example.com/admin/oauth2/introspect
required_scope: [orders.read]
scope_strategy: exact
cache: {enabled: true, ttl: 30s}";

options! {
    struct Options {
        /// The introspection endpoint (RFC 7662).
        #[required = Always]
        introspection_url: Uri,
        /// How scopes are compared.
        #[default("none")]
        scope_strategy: ScopeStrategy,
        /// The gate's own credentials at the endpoint.
        pre_authorization: PreAuthorizationOptions,
        /// The scopes of which a token must have all.
        required_scope: Vec<String>,
        /// The audiences of which a token must name all.
        target_audience: Vec<String>,
        /// The issuers of which one must have issued the token; empty for any.
        trusted_issuers: Vec<String>,
        /// What a token must begin with; else the next authenticator is called.
        prefix: String,
        /// Whether the request's Host is sent as `X-Forwarded-Host`.
        #[default(false)]
        preserve_host: bool,
        /// Headers that are added to the request to the endpoint.
        introspection_request_headers: BTreeMap<String, String> as Shape::map(&ANY),
        /// Where the request has its token; without it `Authorization` behind `Bearer`.
        token_from: TokenFrom,
        /// Accepted as in Oathkeeper, which ignores it too.
        retry: IgnoredRetry,
        /// Keeps responses of the endpoint.
        cache: CacheOptions,
    }
}

options! {
    struct PreAuthorizationOptions {
        /// Whether the gate authorises itself at the endpoint with a token of its own.
        #[default(false)]
        enabled: bool,
        /// The gate's own client id.
        #[required = IfEnabled]
        client_id: String,
        /// The gate's own client secret.
        #[required = IfEnabled]
        client_secret: String,
        /// The token endpoint that gives the gate its token.
        #[required = IfEnabled]
        token_url: Option<Uri>,
        /// The audience of the gate's token.
        audience: String,
        /// The scopes of the gate's token.
        scope: Vec<String>,
    }
}

options! {
    struct CacheOptions {
        /// Whether responses are kept.
        #[default(false)]
        enabled: bool,
        /// How long a response is kept at most; without it until the token ends.
        ttl: String as Shape::text(Form::Duration),
        /// About how many responses are kept; they never take more than a few megabytes.
        #[default(100_000_000)]
        max_cost: i64,
    }
}

impl Authenticate for OAuth2Introspection {
    const DESCRIPTION: Description = Description::new(
        "oauth2_introspection",
        "Sends the request's token to an OAuth 2.0 introspection endpoint, which knows whether it is valid.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .services(&["introspection_url", "pre_authorization.token_url"]);

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
        config.retry.check(settings)?;
        // A time of nothing sets no limit, as in Oathkeeper.
        let ttl = settings
            .duration("cache.ttl", &config.cache.ttl)?
            .filter(|ttl| !ttl.is_zero());
        let most = usize::try_from(config.cache.max_cost)
            .ok()
            .filter(|most| *most > 0);
        let cache = config.cache.enabled.then_some(Cache {
            ttl,
            most: most.unwrap_or(usize::MAX),
        });
        Ok(Self {
            introspection_url: config.introspection_url.0,
            scope_strategy: config.scope_strategy,
            pre_authorization: pre_authorization(settings, config.pre_authorization)?,
            required_scope: config.required_scope,
            target_audience: config.target_audience,
            trusted_issuers: config.trusted_issuers,
            prefix: config.prefix,
            preserve_host: config.preserve_host,
            request_headers: RequestHeaders(config.introspection_request_headers),
            token_from: config.token_from,
            cache,
            shared: Arc::clone(settings.shared),
        })
    }

    async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure> {
        let token = self.token_from.token(request);
        if token.is_empty() || !token.starts_with(&self.prefix) {
            return Ok(Authentication::NotResponsible);
        }
        let introspection = match self.cache() {
            Some(cache) => {
                let (introspection, known) = self.ask_once(cache, &token, request, ports).await?;
                session.cache_hits += u32::from(known);
                introspection
            }
            None => {
                let (introspection, _) = self
                    .introspect(self.service_request(&token, request), ports)
                    .await?;
                self.check(&introspection, ports.clock.now())?;
                introspection
            }
        };
        session.subject = introspection.subject.to_string();
        session.extra = Some(Arc::new(introspection.session_extra()));
        Ok(Authentication::Authenticated)
    }
}

impl OAuth2Introspection {
    /// The cache, unless the endpoint is the one to judge the scopes: then its answer is about them.
    fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref().filter(|_| {
            self.scope_strategy != ScopeStrategy::None || self.required_scope.is_empty()
        })
    }

    /// A kept answer, else the endpoint's, which is kept if this rule lets it in; and whether it was
    /// known.
    async fn ask_once(
        &self,
        cache: &Cache,
        token: &str,
        request: &Request,
        ports: &Ports,
    ) -> Result<(Arc<Introspection>, bool), Failure> {
        let kept = &self.shared.introspections;
        let service_request = self.service_request(token, request);
        let authorization = self.pre_authorization.as_ref().map(|own| own.cache_key());
        let key = CacheKey::of(&(&service_request, authorization));
        let now = ports.clock.now();
        if let Some(introspection) = kept.get(&key, cache.ttl, now) {
            self.check(&introspection, now)?;
            return Ok((introspection, true));
        }
        let (introspection, bytes) = self.introspect(service_request, ports).await?;
        let now = ports.clock.now();
        self.check(&introspection, now)?;
        kept.insert(key, Arc::clone(&introspection), bytes, cache.most, now);
        Ok((introspection, false))
    }

    /// What the endpoint says, and in how many bytes.
    async fn introspect(
        &self,
        mut service_request: ServiceRequest,
        ports: &Ports,
    ) -> Result<(Arc<Introspection>, usize), Failure> {
        if let Some(pre_authorization) = &self.pre_authorization {
            let authorization = pre_authorization
                .authorization(ports)
                .await
                .map_err(|error| {
                    Failure::plain(format!("there is no token for the introspection: {error}"))
                        .because(ReasonCode::ServiceFailed)
                })?;
            service_request.header.set("Authorization", authorization);
        }
        let answer = service_request.send(&*ports.http).await.map_err(|error| {
            Failure::plain(format!(
                "the request to the introspection endpoint failed: {error}"
            ))
            .because(ReasonCode::ServiceFailed)
        })?;
        match answer.status {
            200 => {}
            429 => return Err(too_many_requests(&answer)),
            status => {
                return Err(Failure::plain(format!(
                    "the introspection endpoint answered {status}"
                ))
                .because(ReasonCode::ServiceFailed));
            }
        }
        let introspection = Introspection::read(&answer.body).ok_or_else(|| {
            Failure::plain("the introspection endpoint's response is not an introspection")
                .because(ReasonCode::AnswerUnfit)
        })?;
        Ok((Arc::new(introspection), answer.body.len()))
    }

    /// The request about a token, but for the gate's own `Authorization`.
    fn service_request(&self, token: &str, request: &Request) -> ServiceRequest {
        let url = self.introspection_url.clone();
        let mut service_request = ServiceRequest::new("POST", url, DEFAULT_TIMEOUT);
        for (name, value) in &self.request_headers.0 {
            service_request.header.set(name, value);
        }
        service_request
            .header
            .set("Content-Type", "application/x-www-form-urlencoded");
        if self.preserve_host {
            service_request
                .header
                .set("X-Forwarded-Host", &request.host);
        }
        let mut form = Query::default();
        form.set("token", token);
        if self.scope_strategy == ScopeStrategy::None {
            form.set("scope", self.required_scope.join(" "));
        }
        service_request.body = Bytes::from(form.encode());
        service_request
    }

    /// Whether this rule lets in a token with these facts.
    fn check(&self, token: &Introspection, now: SystemTime) -> Result<(), Failure> {
        let forbidden =
            |reason: &str| Err(Failure::forbidden().with_reason(reason).with_cause(reason));
        let unauthorized = |reason: &str| {
            Err(Failure::unauthorized()
                .with_reason(reason)
                .with_cause(reason))
        };
        if !matches!(&*token.token_use, "" | "access_token") {
            return forbidden("The token is not an access token.");
        }
        if !token.active {
            return unauthorized("The token is not active.");
        }
        if token.has_expired(now) {
            return unauthorized("The token has expired.");
        }
        let is_for = |target: &String| token.audience.iter().any(|found| **found == **target);
        if !self.target_audience.iter().all(is_for) {
            return forbidden("The token is not meant for all of `target_audience`.");
        }
        if !self.trusted_issuers.is_empty()
            && !self
                .trusted_issuers
                .iter()
                .any(|trusted| *token.issuer == **trusted)
        {
            return forbidden("The token's issuer is not among `trusted_issuers`.");
        }
        if self.scope_strategy != ScopeStrategy::None {
            let scopes = token.scopes();
            let is_granted = |required: &String| self.scope_strategy.grants(&scopes, required);
            if !self.required_scope.iter().all(is_granted) {
                return forbidden("The token does not grant all of `required_scope`.");
            }
        }
        Ok(())
    }
}

fn pre_authorization(
    settings: &Settings<'_>,
    config: PreAuthorizationOptions,
) -> Result<Option<Arc<PreAuthorization>>, Misconfigured> {
    let Some(token_url) = config.token_url.filter(|_| config.enabled) else {
        return Ok(None);
    };
    let configuration = settings.merged()?.to_string();
    let client = Client {
        id: config.client_id,
        secret: config.client_secret,
    };
    let new = PreAuthorization::new(token_url.0, client, &config.audience, &config.scope);
    Ok(Some(
        settings.shared.pre_authorizations.of(&configuration, new),
    ))
}

#[cfg(test)]
mod tests;
