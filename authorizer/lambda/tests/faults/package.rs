//! A gate whose rules need every service.

use std::path::Path;

use oathgate_engine::{
    config::{Config, Format},
    rules,
};
use serde_json::{Value, json};

use crate::service::{Service, Services};

/// Writes what `oathgate package` writes beside the binary.
pub fn write(folder: &Path, services: &Services) {
    let none = std::iter::empty::<(String, String)>();
    let config = Config::parse(&config(services).to_string(), Format::Json, none).unwrap();
    let decoded = rules::decode("rules.json", &rules(services).to_string()).unwrap();
    assert!(!decoded.findings.have_errors(), "{}", decoded.findings);
    let packed = oathgate_package::pack(&config, &decoded.rules).unwrap();
    std::fs::write(folder.join(oathgate_package::files::PACKED), packed).unwrap();
}

fn config(services: &Services) -> Value {
    let url = |service, path: &str| services.get(service).url(path);
    let headers = json!({
        "X-User": "{{ print .Subject }}",
        "X-Plan": "{{ print .Extra.plan }}",
    });
    json!({
        "authenticators": {
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "cookie_session": {"enabled": true, "config": {
                "check_session_url": url(Service::Sessions, "/whoami"), "preserve_path": true,
                "only": ["ory_session"], "subject_from": "identity.id",
            }},
            "oauth2_introspection": {"enabled": true, "config": {
                "introspection_url": url(Service::Introspection, "/open"),
            }},
            "oauth2_client_credentials": {"enabled": true, "config": {
                "token_url": url(Service::TokenEndpoint, "/token"),
            }},
            "jwt": {"enabled": true, "config": {
                "jwks_urls": [url(Service::KeySet, "/keys")], "allowed_algorithms": ["ES256"],
                "jwks_ttl": "1s",
            }},
        },
        "authorizers": {
            "allow": {"enabled": true},
            "deny": {"enabled": true},
            "remote": {"enabled": true, "config": {
                "remote": url(Service::Remote, "/may"),
                "headers": {"X-Path": "{{ .MatchContext.URL.Path }}"},
                "forward_response_headers_to_upstream": ["X-Role"],
                "retry": {"give_up_after": "20ms"},
            }},
            "remote_json": {"enabled": true, "config": {
                "remote": url(Service::Remote, "/may"),
                "payload": "{\"path\": {{ .MatchContext.URL.Path | toJson }}}",
                "retry": {"give_up_after": "20ms"},
            }},
            "keto_engine_acp_ory": {"enabled": true, "config": {
                "base_url": url(Service::Keto, "/"),
                "required_action": "read", "required_resource": "{{ .MatchContext.URL.Path }}",
            }},
        },
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": headers}},
            "hydrator": {"enabled": true, "config": {
                "api": {"url": url(Service::Hydrator, "/hydrate"),
                    "retry": {"give_up_after": "5s", "max_delay": "20ms"}},
            }},
            "id_token": {"enabled": true, "config": {
                "issuer_url": "https://gate.example/", "jwks_url": "file:///nowhere/jwks.json",
                "ttl": "60s",
            }},
        },
        "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": true}}},
    })
}

fn rules(services: &Services) -> Value {
    let rule = |id: &str, authenticator: Value, authorizer: &str, mutators: Value| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com/{id}/<.*>"), "methods": ["GET"]},
            "authenticators": [authenticator],
            "authorizer": {"handler": authorizer},
            "mutators": mutators,
        })
    };
    let by = |handler: &str| json!({"handler": handler});
    let anybody = || by("anonymous");
    let named = || json!([{"handler": "header"}]);
    let preauthorized = json!({"handler": "oauth2_introspection", "config": {
        "introspection_url": services.get(Service::Introspection).url("/closed"),
        "pre_authorization": {
            "enabled": true, "client_id": "gate", "client_secret": "secret",
            "token_url": services.get(Service::TokenEndpoint).url("/token"),
        },
    }});
    json!([
        rule("session", by("cookie_session"), "allow", named()),
        rule(
            "introspection",
            by("oauth2_introspection"),
            "allow",
            named()
        ),
        rule("preauthorized", preauthorized, "allow", named()),
        rule("client", by("oauth2_client_credentials"), "allow", named()),
        rule("jwt", by("jwt"), "allow", named()),
        rule("remote", anybody(), "remote", named()),
        rule("remote_json", anybody(), "remote_json", named()),
        rule("keto", anybody(), "keto_engine_acp_ory", named()),
        rule(
            "hydrated",
            anybody(),
            "allow",
            json!([{"handler": "hydrator"}, {"handler": "header"}])
        ),
        rule(
            "signed",
            anybody(),
            "allow",
            json!([{"handler": "header"}, {"handler": "id_token"}])
        ),
        rule("closed", anybody(), "deny", named()),
    ])
}
