//! `oathgate serve`: services that redirect the gate to another origin, to collect credentials.

use serde_json::{Value, json};

use crate::harness::{
    Project, config, open_rule,
    server::Server,
    service::{recording_service, redirecting_with},
};

/// Every handler that calls a service, each with a secret in every place that can hold one. `url` is the
/// service's URL with user, password and a secret in its query.
fn handlers(url: &str) -> Vec<(&'static str, Value)> {
    let session = json!({
        "check_session_url": url, "preserve_path": true, "force_method": "GET",
        "forward_http_headers": ["X-Session-Token", "X-Api-Key"],
        "additional_headers": {"X-Gate-Key": "s3cr3t"},
    });
    let mut bearer = session.clone();
    bearer["token_from"] = json!({"header": "X-Session-Token"});
    let hydrator = json!({"api": {
        "url": url, "auth": {"basic": {"username": "gate", "password": "s3cr3t"}},
        "retry": {"give_up_after": "5s", "max_delay": "1ms"},
    }});
    let retry = json!({"give_up_after": "1ms", "max_delay": "1ms"});
    vec![
        ("cookie_session", session),
        ("bearer_token", bearer),
        (
            "oauth2_introspection",
            json!({
                "introspection_url": url, "token_from": {"header": "X-Session-Token"},
                "introspection_request_headers": {"X-Gate-Key": "s3cr3t"},
            }),
        ),
        ("oauth2_client_credentials", json!({"token_url": url})),
        (
            "remote",
            json!({"remote": url, "headers": {"X-Gate-Key": "s3cr3t"}, "retry": retry}),
        ),
        (
            "remote_json",
            json!({
                "remote": url, "headers": {"X-Gate-Key": "s3cr3t"}, "retry": retry,
                "payload": "{\"key\": \"s3cr3t\"}",
            }),
        ),
        ("hydrator", hydrator),
    ]
}

/// A rule with this handler, of any kind.
fn rule(handler: &str) -> Value {
    let mut rule = open_rule(handler, &format!("/{handler}"));
    rule["authenticators"] = json!([{"handler": "noop"}]);
    match handler {
        "remote" | "remote_json" => rule["authorizer"] = json!({"handler": handler}),
        "hydrator" => rule["mutators"] = json!([{"handler": handler}]),
        _ => rule["authenticators"] = json!([{"handler": handler}]),
    }
    rule
}

#[test]
fn no_handler_sends_credentials_to_another_origin_after_a_redirect() {
    let mut received = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let (other, recorded) =
            recording_service(r#"{"subject": "ada", "sub": "ada", "active": true}"#);
        let first = redirecting_with(status, format!("http://{other}/elsewhere"));
        let mut config = config();
        let handlers = handlers(&format!("http://gate:s3cr3t@{first}/check?key=s3cr3t"));
        for (handler, settings) in &handlers {
            let role = match *handler {
                "remote" | "remote_json" => "authorizers",
                "hydrator" => "mutators",
                _ => "authenticators",
            };
            config[role][handler] = json!({"enabled": true, "config": settings});
        }
        let rules: Vec<_> = handlers.iter().map(|(handler, _)| rule(handler)).collect();
        let server = Server::start(&Project::with(&config, &json!(rules)));
        for (handler, _) in &handlers {
            // `Basic gate:s3cr3t`, for handlers that read a client's credentials.
            for authorization in ["Bearer s3cr3t", "Basic Z2F0ZTpzM2NyM3Q="] {
                let headers = [
                    ("Authorization", authorization),
                    ("Cookie", "session=s3cr3t"),
                    ("X-Session-Token", "s3cr3t"),
                    ("X-Api-Key", "s3cr3t"),
                ];
                server.decide_with(&format!("/{handler}?token=s3cr3t"), &headers);
            }
            let arrived: Vec<_> = recorded.try_iter().collect();
            // A body is never sent there, and these handlers send one.
            assert!(
                !arrived.is_empty() || matches!(status, 307 | 308),
                "{handler} was not sent on by {status}"
            );
            received.extend(arrived);
        }
    }
    for request in received {
        for secret in ["s3cr3t", "Z2F0ZTpz", "authorization", "cookie", "referer"] {
            let found = request
                .to_ascii_lowercase()
                .contains(&secret.to_ascii_lowercase());
            assert!(!found, "`{secret}` arrived: {request}");
        }
    }
}
