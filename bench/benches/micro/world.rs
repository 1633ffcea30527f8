//! What a gate reaches outside for, at hand.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use oathgate_bench::{issuer::Issuer, rules};
use oathgate_engine::{
    Gate, Ports, Request,
    config::{Config, Format},
    ports::{
        BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse, KeySource, KeySourceError,
        SystemClock,
    },
    rules::RuleDefinition,
};
use oathgate_gostd::{Header, Url};
use serde_json::{Value, json};

/// Where every service lies.
const SERVICES: &str = "https://services.example.com";

/// The credentials that a request shows.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    Nothing,
    Bearer,
    Basic,
}

/// Services that answer at once.
#[derive(Debug)]
struct Services {
    session: Bytes,
    introspection: Bytes,
    token: Bytes,
    allowed: Bytes,
    hydrated: Bytes,
}

impl HttpClient for Services {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let path = request.url.rsplit('/').next().unwrap_or_default();
        let body = match path {
            "whoami" => &self.session,
            "introspect" => &self.introspection,
            "token" => &self.token,
            "allowed" => &self.allowed,
            _ => &self.hydrated,
        };
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Box::pin(std::future::ready(Ok(HttpResponse {
            status: 200,
            headers,
            body: body.clone(),
        })))
    }
}

/// The gate's own keys, and the issuer's.
#[derive(Debug)]
struct Keys {
    own: Bytes,
    issuer: Bytes,
}

impl KeySource for Keys {
    fn read(&self, url: &str, _: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        let keys = if url.starts_with("file:") {
            &self.own
        } else {
            &self.issuer
        };
        Box::pin(std::future::ready(Ok(keys.clone())))
    }
}

/// A key set with one private key.
pub(crate) fn key_set(algorithm: &str) -> String {
    let keys = oathgate_credentials::generate(algorithm.parse().unwrap(), Some("own"), None);
    serde_json::to_string(&keys.unwrap().as_json()).unwrap()
}

/// A gate of one rule for every URL, and a request with everything that some handler looks for.
pub(crate) fn gate_of(rule: &Value, shown: Shown) -> (Gate, Request) {
    let issuer = Issuer::new().unwrap();
    let mut rule = rule.clone();
    rule["id"] = json!("measured");
    rule["match"] = json!({"url": "https://api.example.com/<.*>", "methods": ["GET"]});
    let mut config = rules::config(SERVICES);
    let authenticators = &mut config["authenticators"];
    authenticators["bearer_token"] = json!({"enabled": true, "config": {
        "check_session_url": format!("{SERVICES}/whoami"), "force_method": "GET", "extra_from": "@this", "subject_from": "identity.id"}});
    authenticators["oauth2_client_credentials"] = json!({"enabled": true, "config": {
        "token_url": format!("{SERVICES}/token"), "cache": {"enabled": true, "ttl": "300s"}}});
    config["authorizers"]["remote_json"] = json!({"enabled": true, "config": {
        "remote": format!("{SERVICES}/allowed"), "payload": "{\"subject\": \"{{ print .Subject }}\"}"}});
    config["authorizers"]["remote"] = json!({"enabled": true, "config": {
        "remote": format!("{SERVICES}/allowed"), "headers": {"X-Subject": "{{ print .Subject }}"}}});
    config["authorizers"]["keto_engine_acp_ory"] = json!({"enabled": true, "config": {
        "base_url": SERVICES, "required_action": "read", "required_resource": "accounts:$1"}});
    let mutators = &mut config["mutators"];
    mutators["cookie"] =
        json!({"enabled": true, "config": {"cookies": {"user": "{{ print .Subject }}"}}});
    mutators["hydrator"] =
        json!({"enabled": true, "config": {"api": {"url": format!("{SERVICES}/hydrate")}}});
    let config = Config::parse(
        &config.to_string(),
        Format::Json,
        std::iter::empty::<(String, String)>(),
    );
    let definition: RuleDefinition = serde_json::from_value(rule).unwrap();
    let ports = Ports {
        http: Arc::new(Services {
            session: rules::session().to_string().into(),
            introspection: rules::introspection().to_string().into(),
            token: json!({"access_token": "a", "token_type": "bearer", "expires_in": 3600})
                .to_string()
                .into(),
            allowed: json!({"allowed": true}).to_string().into(),
            hydrated: json!({"subject": rules::SUBJECT, "extra": {"plan": "gold"}})
                .to_string()
                .into(),
        }),
        keys: Arc::new(Keys {
            own: key_set("ES256").into(),
            issuer: issuer.key_set.to_string().into(),
        }),
        clock: Arc::new(SystemClock),
    };
    let gate = Gate::build(config.unwrap(), vec![definition], ports);
    let authorization = match shown {
        Shown::Nothing => None,
        Shown::Bearer => Some(format!("Bearer {}", issuer.token)),
        Shown::Basic => Some("Basic Z2F0ZTpzZWNyZXQ=".to_owned()),
    };
    (gate, request(authorization.as_deref()))
}

fn request(authorization: Option<&str>) -> Request {
    let mut header: Header = [
        ("Accept", "application/json"),
        ("Accept-Encoding", "gzip, deflate, br"),
        (
            "Cookie",
            "theme=dark; ory_session_slughere=MTczMjM5NjQ1MHxKdHZqS2Q",
        ),
        (
            "User-Agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        ),
        ("X-Forwarded-For", "203.0.113.7"),
    ]
    .into_iter()
    .collect();
    if let Some(authorization) = authorization {
        header.set("Authorization", authorization);
    }
    Request {
        method: "GET".to_owned(),
        url: Url {
            scheme: "https".to_owned(),
            host: "api.example.com".to_owned(),
            path: "/accounts/4711".to_owned(),
            ..Url::default()
        },
        header,
        host: "api.example.com".to_owned(),
        request_uri: "/accounts/4711".to_owned(),
        ..Request::default()
    }
}
