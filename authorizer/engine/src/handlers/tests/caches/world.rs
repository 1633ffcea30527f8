//! Services that let in one rule's requests and no others, and a gate's memory beside them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use oathgate_jose::JwkSet;
use serde_json::{Value as Json, json};

use super::handlers::Circumstances;
use crate::{
    Ports, SessionCacheLimits,
    config::{Config, HandlerSettings},
    handlers::{
        HandlerKind, Shared,
        authenticators::{Authentication, Authenticator},
        mutators::Mutator,
    },
    ports::{
        BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse, KeySource, KeySourceError,
    },
    rules::HandlerReference,
    testing::{FixedClock, answer},
};

/// One rule's handler and what it is given.
pub(super) struct Run {
    pub(super) what: String,
    pub(super) kind: HandlerKind,
    pub(super) handler: &'static str,
    pub(super) config: Json,
    pub(super) given: Circumstances,
}

/// What a handler came to.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) is_granted: bool,
    status: Option<u16>,
    subject: String,
    extra: Option<Json>,
    headers: Vec<(String, String)>,
}

/// A gate's memory, and all services that it can ask.
pub(super) struct World {
    shared: Arc<Shared>,
    services: Arc<Services>,
}

/// Session services, token and introspection endpoints, hydrators and key sets in one.
#[derive(Debug, Default)]
struct Services {
    /// The requests that are let in; all of them where there is no list.
    accepted: Option<BTreeSet<String>>,
    given: Mutex<Vec<String>>,
}

impl Services {
    /// Whether a request is one of those that are let in.
    fn accepts(&self, request: String) -> bool {
        let accepted = self.accepted.as_ref();
        let accepts = accepted.is_none_or(|accepted| accepted.contains(&request));
        self.given.lock().unwrap().push(request);
        accepts
    }
}

/// Whatever a service can tell one request from another by.
fn text_of(request: &HttpRequest) -> String {
    let HttpRequest {
        method,
        url,
        headers,
        body,
        timeout: _,
    } = request;
    format!("{method} {url} {headers:?} {body:?}")
}

impl HttpClient for Services {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let text = text_of(&request);
        let body = if request.url.contains("/token") {
            // Another client gets another token.
            let token = URL_SAFE_NO_PAD.encode(&text);
            json!({"access_token": token, "expires_in": 60})
        } else {
            json!({
                "active": true, "sub": "ada", "subject": "ada", "other": "eve", "aud": "api",
                "iss": "https://id/", "scope": "r w", "extra": {"role": "admin"},
            })
        };
        let headers = [("Content-Type", "application/json")];
        let answer = if self.accepts(text) {
            answer(200, &headers, body.to_string())
        } else {
            answer(401, &[], "")
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// A key set of one key; another URL has a key of the same id with another secret.
pub(super) fn key_set(url: &str) -> String {
    let secret = URL_SAFE_NO_PAD.encode(format!("{url:0>64}"));
    let key = json!({"kty": "oct", "kid": "a", "use": "sig", "alg": "HS256", "k": secret});
    json!({"keys": [key]}).to_string()
}

/// A token that the key at a URL signed.
pub(super) fn token(url: &str, claims: &Json) -> String {
    let set = JwkSet::parse(key_set(url).as_bytes()).unwrap();
    set.signing_key(std::time::SystemTime::now())
        .unwrap()
        .key
        .sign(&claims.to_string())
        .unwrap()
}

impl KeySource for Services {
    fn read(&self, url: &str, _timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        let read = if self.accepts(format!("key set {url}")) {
            Ok(key_set(url).into())
        } else {
            Err(KeySourceError::Unreadable("it is not there".to_owned()))
        };
        Box::pin(std::future::ready(read))
    }
}

impl World {
    pub(super) fn accepting_all() -> Self {
        Self::new(None)
    }

    pub(super) fn accepting_only(requests: &[String]) -> Self {
        Self::new(Some(requests.iter().cloned().collect()))
    }

    fn new(accepted: Option<BTreeSet<String>>) -> Self {
        let shared = Arc::new(Shared::default());
        shared.sessions.turn_on(SessionCacheLimits {
            ttl: Duration::from_secs(60),
            negative_ttl: Duration::ZERO,
            max_entries: 1000,
        });
        let services = Services {
            accepted,
            ..Services::default()
        };
        Self {
            shared,
            services: Arc::new(services),
        }
    }

    /// Every request so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.services.given.lock().unwrap().clone()
    }

    /// Builds the rule's handler and runs it.
    pub(super) async fn run(&self, run: &Run) -> Outcome {
        let mut config = Config::default();
        let handlers = match run.kind {
            HandlerKind::Mutator => &mut config.mutators,
            _ => &mut config.authenticators,
        };
        let settings = HandlerSettings {
            enabled: true,
            config: None,
        };
        handlers.0.insert(run.handler.to_owned(), settings);
        let reference = HandlerReference {
            handler: run.handler.to_owned(),
            config: Some(run.config.clone()),
        };
        let ports = Ports {
            http: self.services.clone(),
            keys: self.services.clone(),
            clock: FixedClock::at(1_750_000_000),
        };
        let Circumstances {
            mut request,
            mut session,
        } = run.given.clone();
        let status = if run.kind == HandlerKind::Mutator {
            let mutator = Mutator::build(&reference, &config, &self.shared);
            assert!(mutator.misconfigured().is_none(), "{mutator:?}");
            let outcome = mutator.mutate(&mut request, &mut session, &ports).await;
            outcome.map(|()| true)
        } else {
            let authenticator = Authenticator::build(&reference, &config, &self.shared);
            let wrong = authenticator.misconfigured().is_some();
            assert!(!wrong, "{authenticator:?}");
            let outcome = authenticator
                .authenticate(&request, &mut session, &ports)
                .await;
            outcome.map(|outcome| outcome == Authentication::Authenticated)
        };
        Outcome {
            is_granted: matches!(status, Ok(true)),
            status: status.err().map(|failure| failure.status()),
            subject: session.subject,
            extra: session
                .extra
                .map(|extra| oathgate_gotemplate::Value::Map(extra).to_json()),
            headers: session
                .header
                .iter()
                .map(|(name, value)| (name.to_owned(), said(value)))
                .collect(),
        }
    }
}

/// A header's value; of a signed token what it says, without the id that each has of its own.
fn said(value: &str) -> String {
    let mut parts = value.split('.');
    let (Some(head), Some(claims), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return value.to_owned();
    };
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let mut claims: Json = serde_json::from_slice(&claims).unwrap();
    claims.as_object_mut().unwrap().remove("jti");
    format!("{head} {claims}")
}
