//! Every handler that keeps something, with another value for each of its options, and everything
//! about a request and a session that can be another.

use oathgate_gostd::Url;
use serde_json::{Value as Json, json};

use super::world::token;
use crate::{AddressHeaders, Request, Session, handlers::HandlerKind, session::MatchContext};

/// What a handler is run with.
#[derive(Clone)]
pub(super) struct Circumstances {
    pub(super) request: Request,
    pub(super) session: Session,
}

type Change = fn(&mut Circumstances);

/// A handler that keeps something.
pub(super) struct Subject {
    pub(super) kind: HandlerKind,
    pub(super) handler: &'static str,
    pub(super) config: Json,
    pub(super) given: Circumstances,
    /// Another value for each option.
    pub(super) options: Vec<(&'static str, Json)>,
    /// What else can differ.
    pub(super) changes: Vec<(&'static str, Change)>,
}

/// Beside the token of `Authorization`, the same one in every other place that may be named.
fn given(authorization: &str, token: &str) -> Circumstances {
    let url = Url {
        path: "/a b".to_owned(),
        raw_query: format!("access_token={token}&b=2"),
        ..Url::parse("https://api.example/").unwrap()
    };
    let cookie = format!("sid=1; token={token}");
    let request = Request {
        method: "GET".to_owned(),
        url: url.clone(),
        header: [
            ("Authorization", authorization),
            ("Cookie", cookie.as_str()),
            ("X-Token", token),
            ("X-Tenant", "a"),
        ]
        .into_iter()
        .collect(),
        host: "gate.example".to_owned(),
        request_uri: "/a%20b".to_owned(),
        remote_addr: Some([192, 0, 2, 1].into()),
        address_headers: AddressHeaders::default(),
        body: "body".into(),
        ..Request::default()
    };
    let session = Session {
        match_context: MatchContext {
            regexp_capture_groups: Some(vec!["a".to_owned()]),
            url: Some(url),
            method: "GET".to_owned(),
            header: request.header.clone(),
        }
        .into(),
        ..Session::default()
    };
    Circumstances { request, session }
}

fn context(given: &mut Circumstances) -> &mut MatchContext {
    std::sync::Arc::make_mut(&mut given.session.match_context)
}

fn request_changes() -> Vec<(&'static str, Change)> {
    vec![
        ("another method", |given| {
            given.request.method = "DELETE".to_owned();
        }),
        ("another path", |given| {
            given.request.url.path = "/a".to_owned();
        }),
        ("another query", |given| {
            given.request.url.raw_query.push('3')
        }),
        ("another scheme", |given| {
            given.request.url.scheme = "http".to_owned();
        }),
        ("another host", |given| {
            given.request.host = "other.example".to_owned();
            given.request.url.host = "other.example".to_owned();
        }),
        ("another address", |given| {
            given.request.remote_addr = Some([192, 0, 2, 2].into());
        }),
        ("an address that the gateway saw", |given| {
            given.request.address_headers = AddressHeaders::Ignored;
        }),
        ("another body", |given| given.request.body = "other".into()),
        ("another Authorization", |given| {
            given.request.header.set("Authorization", "Bearer other");
        }),
        ("another password", |given| {
            given
                .request
                .header
                .set("Authorization", "Basic YWRhOm90aGVy");
        }),
        ("another client with the same text", |given| {
            // `ada:pw` as client `ad` with the password `a:pw`, escaped.
            given
                .request
                .header
                .set("Authorization", "Basic YWQ6YSUzQXB3");
        }),
        ("another cookie", |given| {
            given.request.header.set("Cookie", "sid=2; token=other");
        }),
        ("another token in a header", |given| {
            given.request.header.set("X-Token", "other");
        }),
        ("another header", |given| {
            given.request.header.set("X-Tenant", "b")
        }),
        ("one header more", |given| {
            given.request.header.add("X-Tenant", "b")
        }),
        ("one header less", |given| {
            given.request.header.remove("X-Tenant")
        }),
    ]
}

fn session_changes() -> Vec<(&'static str, Change)> {
    vec![
        ("another subject", |given| {
            given.session.subject = "eve".to_owned()
        }),
        ("further data", |given| {
            let extra = [("k".to_owned(), "v".into())];
            given.session.extra = Some(std::sync::Arc::new(extra.into_iter().collect()));
        }),
        ("other further data", |given| {
            let extra = [("k".to_owned(), "w".into())];
            given.session.extra = Some(std::sync::Arc::new(extra.into_iter().collect()));
        }),
        ("a header of the session", |given| {
            given.session.set_header("X-Plan", "gold")
        }),
        ("another header of the session", |given| {
            given.session.set_header("X-Plan", "none")
        }),
        ("another matched path", |given| {
            let url = context(given).url.as_mut().unwrap();
            url.path = "/c".to_owned();
        }),
        ("another matched method", |given| {
            context(given).method = "PUT".to_owned()
        }),
        ("another capture", |given| {
            context(given).regexp_capture_groups = Some(vec!["b".to_owned()]);
        }),
        ("another matched header", |given| {
            context(given).header.set("X-Tenant", "b")
        }),
    ]
}

/// Options of both authenticators that ask a session service.
fn session_options() -> Vec<(&'static str, Json)> {
    vec![
        ("check_session_url", json!("http://id/other")),
        ("preserve_query", json!(false)),
        ("preserve_path", json!(true)),
        ("preserve_host", json!(true)),
        ("force_method", json!("POST")),
        ("forward_http_headers", json!(["X-Tenant"])),
        ("additional_headers", json!({"X-Own": "1"})),
        ("extra_from", json!("@this")),
        ("subject_from", json!("other")),
    ]
}

fn token_places() -> Vec<(&'static str, Json)> {
    vec![
        ("token_from.header", json!("X-Token")),
        ("token_from.query_parameter", json!("access_token")),
        ("token_from.cookie", json!("token")),
    ]
}

fn checks() -> Vec<(&'static str, Json)> {
    vec![
        ("required_scope", json!(["r"])),
        ("target_audience", json!(["other"])),
        ("trusted_issuers", json!(["https://other/"])),
        ("scope_strategy", json!("exact")),
    ]
}

/// Every handler that keeps something.
pub(super) fn subjects() -> Vec<Subject> {
    vec![
        cookie_session(),
        bearer_token(),
        introspection(),
        authorized_introspection(),
        client_credentials(),
        jwt(),
        hydrator(),
        id_token(),
    ]
}

fn cookie_session() -> Subject {
    let mut options = session_options();
    options.push(("only", json!(["token"])));
    Subject {
        kind: HandlerKind::Authenticator,
        handler: "cookie_session",
        config: json!({"check_session_url": "http://id/who?from=config"}),
        given: given("Bearer t", "t"),
        options,
        changes: request_changes(),
    }
}

fn bearer_token() -> Subject {
    let mut options = session_options();
    options.extend(token_places());
    options.push(("prefix", json!("x")));
    Subject {
        handler: "bearer_token",
        options,
        ..cookie_session()
    }
}

fn introspection_options() -> Vec<(&'static str, Json)> {
    let mut options = checks();
    options.extend(token_places());
    options.extend([
        ("introspection_url", json!("http://id/other")),
        ("introspection_request_headers", json!({"X-Tenant": "b"})),
        ("preserve_host", json!(true)),
        ("prefix", json!("x")),
        ("pre_authorization.enabled", json!(true)),
        ("pre_authorization.client_id", json!("other")),
        ("pre_authorization.client_secret", json!("other")),
        (
            "pre_authorization.token_url",
            json!("http://id/token/other"),
        ),
        ("pre_authorization.audience", json!("other")),
        ("pre_authorization.scope", json!(["other"])),
        ("retry.give_up_after", json!("2s")),
        ("retry.max_delay", json!("2s")),
        ("cache.enabled", json!(false)),
        ("cache.ttl", json!("1m")),
        ("cache.max_cost", json!(7)),
    ]);
    options
}

/// The gate has credentials at hand, and does not show them.
fn introspection() -> Subject {
    Subject {
        handler: "oauth2_introspection",
        config: json!({
            "introspection_url": "http://id/introspect",
            "pre_authorization": {
                "enabled": false, "client_id": "gate", "client_secret": "pw",
                "token_url": "http://id/token", "audience": "id", "scope": ["introspect"],
            },
            "cache": {"enabled": true},
        }),
        options: introspection_options(),
        ..cookie_session()
    }
}

/// The gate shows a token of its own.
fn authorized_introspection() -> Subject {
    let mut subject = introspection();
    subject.config["pre_authorization"]["enabled"] = true.into();
    for (option, value) in &mut subject.options {
        if *option == "pre_authorization.enabled" {
            *value = false.into();
        }
    }
    subject
}

fn client_credentials() -> Subject {
    Subject {
        handler: "oauth2_client_credentials",
        config: json!({"token_url": "http://id/token", "cache": {"enabled": true}}),
        given: given("Basic YWRhOnB3", "t"),
        options: vec![
            ("token_url", json!("http://id/token/other")),
            ("required_scope", json!(["r"])),
            ("retry.give_up_after", json!("2s")),
            ("retry.max_delay", json!("2s")),
            ("cache.enabled", json!(false)),
            ("cache.ttl", json!("1m")),
            ("cache.max_tokens", json!(7)),
        ],
        ..cookie_session()
    }
}

const KEYS: &str = "https://id/keys";
const OTHER_KEYS: &str = "https://id/other-keys";

fn jwt() -> Subject {
    let claims = json!({"sub": "ada", "iss": "https://id/", "aud": "api", "scp": ["r"]});
    let signed = token(KEYS, &claims);
    let mut options = checks();
    options.extend(token_places());
    options.extend([
        ("allowed_algorithms", json!(["RS256"])),
        ("jwks_urls", json!([OTHER_KEYS])),
        ("jwks_max_wait", json!("2s")),
        ("jwks_ttl", json!("1m")),
    ]);
    let mut changes = request_changes();
    changes.extend([
        (
            "a token that another key signed",
            (|given| {
                let claims =
                    json!({"sub": "ada", "iss": "https://id/", "aud": "api", "scp": ["r"]});
                let forged = format!("Bearer {}", token(OTHER_KEYS, &claims));
                given.request.header.set("Authorization", forged);
            }) as Change,
        ),
        ("other claims under the same signature", |given| {
            let signed = given
                .request
                .header
                .get("Authorization")
                .unwrap()
                .to_owned();
            let others = token(KEYS, &json!({"sub": "eve"}));
            let (rest, signature) = signed.rsplit_once('.').unwrap();
            let head = rest.split_once('.').unwrap().0;
            let claims = others.split('.').nth(1).unwrap();
            let forged = format!("{head}.{claims}.{signature}");
            given.request.header.set("Authorization", forged);
        }),
    ]);
    Subject {
        handler: "jwt",
        config: json!({"jwks_urls": [KEYS], "allowed_algorithms": ["HS256"]}),
        given: given(&format!("Bearer {signed}"), &signed),
        options,
        changes,
        ..cookie_session()
    }
}

fn mutated() -> Circumstances {
    let mut given = given("Bearer t", "t");
    given.session.subject = "ada".to_owned();
    given
}

fn changes() -> Vec<(&'static str, Change)> {
    let mut changes = request_changes();
    changes.extend(session_changes());
    changes
}

fn hydrator() -> Subject {
    Subject {
        kind: HandlerKind::Mutator,
        handler: "hydrator",
        config: json!({
            "api": {"url": "http://id/fill", "auth": {"basic": {"username": "u", "password": "p"}}},
            "cache": {"enabled": true},
        }),
        given: mutated(),
        options: vec![
            ("api.url", json!("http://id/other")),
            ("api.auth.basic.username", json!("other")),
            ("api.auth.basic.password", json!("other")),
            ("api.retry.give_up_after", json!("2s")),
            ("api.retry.max_delay", json!("1ms")),
            ("cache.enabled", json!(false)),
            ("cache.ttl", json!("2m")),
        ],
        changes: changes(),
    }
}

fn id_token() -> Subject {
    Subject {
        kind: HandlerKind::Mutator,
        handler: "id_token",
        config: json!({
            "issuer_url": "https://gate/", "jwks_url": KEYS,
            "claims": r#"{"k": {{ .Extra | toJson }}, "tenant": {{ .MatchContext.Header.Get "X-Tenant" | toJson }}}"#,
        }),
        given: mutated(),
        options: vec![
            ("claims", json!("")),
            ("issuer_url", json!("https://other/")),
            ("jwks_url", json!(OTHER_KEYS)),
            ("ttl", json!("1h")),
        ],
        changes: changes(),
    }
}
