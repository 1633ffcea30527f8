//! The gate's own token for an introspection endpoint, as Go's
//! [`clientcredentials.Config`](https://pkg.go.dev/golang.org/x/oauth2/clientcredentials#Config)
//! fetches and keeps it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use oathgate_cache::CacheKey;
use oathgate_gostd::{Query, Url};

use crate::{
    Ports,
    handlers::token_endpoint::{self, Client, Credentials, Token, TokenError},
};

/// How long before its end a token is no longer shown.
const RESERVE: Duration = Duration::from_secs(10);

/// Who the gate is to a token endpoint, and the token it has from there.
pub(crate) struct PreAuthorization {
    token_url: Url,
    client: Client,
    parameters: Query,
    cache_key: CacheKey,
    /// Held while a token is fetched, so that requests wait for one together.
    held: tokio::sync::Mutex<Held>,
}

#[derive(Default)]
struct Held {
    authorization: String,
    /// `None` where there is no token, `Some(None)` where it has no end.
    until: Option<Option<SystemTime>>,
    /// How the endpoint wants to be shown credentials, once that is known.
    credentials: Option<Credentials>,
}

impl PreAuthorization {
    /// A client of an endpoint; an empty audience and an empty list of scopes are not requested.
    pub(super) fn new(token_url: Url, client: Client, audience: &str, scope: &[String]) -> Self {
        let mut parameters = Query::default();
        if !scope.is_empty() {
            parameters.set("scope", scope.join(" "));
        }
        if !audience.is_empty() {
            parameters.set("audience", audience);
        }
        let how = Credentials::InHeader;
        let request = token_endpoint::request(&token_url, &client, how, &parameters);
        Self {
            cache_key: CacheKey::of(&request),
            token_url,
            client,
            parameters,
            held: tokio::sync::Mutex::default(),
        }
    }

    /// What stands for the token in the key of what it was shown for: the request that fetches it. The
    /// token itself is another one after a while, and the requests come from the same client.
    pub(super) fn cache_key(&self) -> CacheKey {
        self.cache_key
    }

    /// The value of the `Authorization` header that shows a token which is still good.
    ///
    /// # Errors
    /// An endpoint that gives none.
    pub(super) async fn authorization(&self, ports: &Ports) -> Result<String, TokenError> {
        let mut held = self.held.lock().await;
        let now = ports.clock.now();
        let is_good = held
            .until
            .is_some_and(|until| until.is_none_or(|until| until >= now + RESERVE));
        if is_good {
            return Ok(held.authorization.clone());
        }
        let (token, credentials) = match held.credentials {
            Some(known) => (self.fetch(known, ports).await?, known),
            None => match self.fetch(Credentials::InHeader, ports).await {
                Ok(token) => (token, Credentials::InHeader),
                // The endpoint may want them in the other place.
                Err(_) => (
                    self.fetch(Credentials::InBody, ports).await?,
                    Credentials::InBody,
                ),
            },
        };
        let now = ports.clock.now();
        *held = Held {
            authorization: token.authorization(),
            // A life-time beyond what a clock can show has no end.
            until: Some(
                token
                    .lifetime()
                    .and_then(|lifetime| now.checked_add(lifetime)),
            ),
            credentials: Some(credentials),
        };
        Ok(held.authorization.clone())
    }

    async fn fetch(&self, credentials: Credentials, ports: &Ports) -> Result<Token, TokenError> {
        let (url, client) = (&self.token_url, &self.client);
        let request = token_endpoint::request(url, client, credentials, &self.parameters);
        token_endpoint::fetch(&*ports.http, request).await
    }
}

impl fmt::Debug for PreAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreAuthorization")
    }
}

/// The gate's own tokens, by the request that fetches them and, as in Oathkeeper, by all else in the
/// configuration of the handlers that show them: rules that say the same share one.
#[derive(Debug, Default)]
pub(crate) struct PreAuthorizations(Mutex<HashMap<CacheKey, Arc<PreAuthorization>>>);

impl PreAuthorizations {
    /// The one of a configuration, which is `new` where there is none yet.
    pub(super) fn of(&self, configuration: &str, new: PreAuthorization) -> Arc<PreAuthorization> {
        let key = CacheKey::of(&(configuration, new.cache_key));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(new)))
    }
}
