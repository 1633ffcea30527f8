//! A rule set of realistic shape: services with ten routes each.

use serde_json::{Value, json};

/// Who asks, where anybody is known.
pub const SUBJECT: &str = "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d";

/// How many routes a service has.
pub const ROUTES: usize = 10;

/// The configuration of the recipe (sessions by cookie, guests, tokens signed by the gate) with tokens
/// of somebody else's beside it. All services lie behind the one URL `services`.
#[must_use]
pub fn config(services: &str) -> Value {
    json!({
        "access_rules": {"repositories": ["file://./rules.json"], "matching_strategy": "regexp"},
        "authenticators": {
            "noop": {"enabled": true},
            "unauthorized": {"enabled": true},
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "cookie_session": {"enabled": true, "config": {
                "check_session_url": format!("{services}/sessions/whoami"), "preserve_path": true, "force_method": "GET",
                "only": ["ory_session_slughere"], "extra_from": "@this", "subject_from": "identity.id"}},
            "jwt": {"enabled": true, "config": {
                "jwks_urls": [format!("{services}/keys")], "trusted_issuers": ["https://issuer.example.com/"],
                "target_audience": ["https://api.example.com"], "allowed_algorithms": ["RS256"],
                "required_scope": ["files:read"], "scope_strategy": "exact"}},
            "oauth2_introspection": {"enabled": true, "config": {
                "introspection_url": format!("{services}/introspect"), "scope_strategy": "exact",
                "required_scope": ["users:read"], "cache": {"enabled": true, "ttl": "300s"}}}
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": true, "config": {"verbose": true}}}},
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": {"X-User": "{{ print .Subject }}"}}},
            "id_token": {"enabled": true, "config": {
                "issuer_url": "https://gate.example.com/", "jwks_url": "file:///tmp/jwks.json", "ttl": "60s",
                "claims": "{\"session\": {{ .Extra | toJson }}}"}}
        }
    })
}

/// `count` rules, ten to a service.
#[must_use]
pub fn rules(count: usize) -> Value {
    (0..count)
        .map(|index| rule(index / ROUTES, index % ROUTES))
        .collect()
}

/// What the session service says of the session that requests name.
#[must_use]
pub fn session() -> Value {
    json!({"id": "8f0cbd2e-97a4-4e43-8a3c-26a6f5a0b1c1", "active": true,
        "expires_at": "2030-01-01T00:00:00Z", "authenticated_at": "2026-01-01T00:00:00Z",
        "authenticator_assurance_level": "aal1",
        "identity": {"id": SUBJECT, "schema_id": "default", "state": "active",
            "traits": {"email": "somebody@example.com", "name": {"first": "Some", "last": "Body"}}}})
}

/// What the introspection endpoint says of the token that requests show.
#[must_use]
pub fn introspection() -> Value {
    json!({"active": true, "sub": SUBJECT, "client_id": "app",
        "scope": "users:read", "iss": "https://issuer.example.com/", "exp": 4_102_444_800_u64,
        "token_use": "access_token"})
}

fn rule(service: usize, route: usize) -> Value {
    let host = format!("https://api.example.com/service-{service}");
    let cookie = json!([{"handler": "cookie_session"}]);
    let guest = json!([{"handler": "cookie_session"}, {"handler": "anonymous"}]);
    let signed = json!([{"handler": "header"}, {"handler": "id_token"}]);
    let (url, methods, authenticators, authorizer, mutators) = match route {
        0 => (
            "/health".to_owned(),
            json!(["GET"]),
            json!([{"handler": "anonymous"}]),
            "allow",
            json!([{"handler": "noop"}]),
        ),
        1 => (
            "/public/<.*>".to_owned(),
            json!(["GET"]),
            guest,
            "allow",
            signed,
        ),
        2 => (
            "/accounts/<[0-9]+>".to_owned(),
            json!(["GET", "PUT", "DELETE"]),
            cookie,
            "allow",
            signed,
        ),
        3 => (
            "/internal".to_owned(),
            json!(["GET"]),
            json!([{"handler": "anonymous"}]),
            "deny",
            json!([{"handler": "noop"}]),
        ),
        4 => (
            "/<(app|settings)/.*>".to_owned(),
            json!(["GET"]),
            cookie,
            "allow",
            json!([{"handler": "header"}]),
        ),
        5 => (
            "/files/<[^/]+>/<.*>".to_owned(),
            json!(["GET", "POST"]),
            json!([{"handler": "jwt"}]),
            "allow",
            signed,
        ),
        6 => (
            "/users/<[0-9a-f-]{36}>".to_owned(),
            json!(["GET", "PATCH"]),
            json!([{"handler": "oauth2_introspection"}]),
            "allow",
            signed,
        ),
        7 => (
            "/search/<(?!admin).*>".to_owned(),
            json!(["GET"]),
            guest,
            "allow",
            signed,
        ),
        8 => (
            "/webhooks/<[a-z]+>".to_owned(),
            json!(["POST"]),
            json!([{"handler": "noop"}]),
            "allow",
            json!([{"handler": "noop"}]),
        ),
        _ => (
            format!("/v{service}/<.*>"),
            json!(["GET", "POST", "PUT", "DELETE"]),
            cookie,
            "allow",
            signed,
        ),
    };
    json!({
        "id": format!("service-{service}:{route}"),
        "match": {"url": format!("{host}{url}"), "methods": methods},
        "authenticators": authenticators,
        "authorizer": {"handler": authorizer},
        "mutators": mutators
    })
}
