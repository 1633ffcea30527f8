//! `oathgate serve`: no secret is printed.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Project, Run, config, open_rule, program, server::Server, service::service};

/// Sends every kind of secret in requests that are granted, refused and fail, with the most verbose settings, and
/// searches everything that is printed for each of them.
#[test]
fn no_secret_is_logged() {
    let sessions = format!(
        "http://{}/",
        service(r#"{"subject": "ada", "extra": {"note": "s3cr3t-extra"}}"#)
    );
    let strange = format!("http://{}/", service("s3cr3t-answer, no JSON"));
    let tokens = format!(
        "http://{}/",
        service(r#"{"active": true, "sub": "ada", "access_token": "s3cr3t-upstream"}"#)
    );
    let mut config = config();
    config["log"] = json!({"level": "trace", "leak_sensitive_values": true});
    config["errors"] =
        json!({"handlers": {"json": {"enabled": true, "config": {"verbose": true}}}});
    config["authenticators"] = json!({
        "noop": {"enabled": true},
        "cookie_session": {"enabled": true, "config": {"check_session_url": sessions, "extra_from": "extra"}},
        "bearer_token": {"enabled": true, "config": {"check_session_url": strange, "token_from": {"query_parameter": "token"}}},
        "jwt": {"enabled": true, "config": {"jwks_urls": ["file://keys.json"]}},
        "oauth2_client_credentials": {"enabled": true, "config": {"token_url": strange}},
        "oauth2_introspection": {"enabled": true, "config": {
            "introspection_url": tokens,
            "pre_authorization": {
                "enabled": true, "client_id": "gate", "client_secret": "s3cr3t-client", "token_url": tokens, "scope": ["read"],
            },
        }},
    });
    config["mutators"]["id_token"] = json!({"enabled": true, "config": {
        "issuer_url": "https://i.test/", "jwks_url": "file://keys.json", "claims": "{\"note\": \"{{ .Extra.note }}\"}",
    }});
    config["mutators"]["hydrator"] = json!({"enabled": true, "config": {"api": {
        "url": strange, "auth": {"basic": {"username": "gate", "password": "s3cr3t-basic"}},
    }}});
    let rule = |id: &str, authenticator: &str, mutator: Value| {
        let mut rule = open_rule(id, &format!("/{id}"));
        rule["authenticators"] = json!([{"handler": authenticator}]);
        rule["mutators"] = json!([mutator]);
        rule
    };
    let id_token = json!({"handler": "id_token"});
    let rules = json!([
        rule("session", "cookie_session", id_token.clone()),
        rule("bearer", "bearer_token", id_token.clone()),
        rule("jwt", "jwt", id_token.clone()),
        rule("client", "oauth2_client_credentials", id_token.clone()),
        rule("introspection", "oauth2_introspection", id_token),
        rule("hydrator", "noop", json!({"handler": "hydrator"})),
        rule(
            "template",
            "cookie_session",
            json!({"handler": "header", "config": {"headers": {"X-Note": "{{ fail .Extra.note }}"}}})
        ),
        rule(
            "header",
            "cookie_session",
            json!({"handler": "header", "config": {"headers": {"X-Note": "{{ index .Extra.note 99 }}"}}})
        ),
        rule(
            "claims",
            "cookie_session",
            json!({"handler": "id_token", "config": {"claims": "{{ .Extra.note }}"}})
        ),
    ]);
    let project = Project::with(&config, &rules);
    let keys = Run::of(program().args(["credentials", "generate", "--alg", "RS256"])).ends_with(0);
    project.write("keys.json", &keys.stdout);
    let server = Server::start(&project);

    let forged = "eyJhbGciOiJSUzI1NiIsImtpZCI6InMzY3IzdC1raWQifQ.eyJzdWIiOiJzM2NyM3QtY2xhaW0ifQ.czNjcjN0LXNpZ25hdHVyZQ";
    let basic = "Basic Z2F0ZTpzM2NyM3QtcGFzc3dvcmQ=";
    let mut secrets: Vec<String> = ["s3cr3t", "czNjcjN0", "eyJzdWIi", "Z2F0ZTpz"]
        .map(str::to_owned)
        .into();
    let mut statuses = Vec::new();
    for id in [
        "session",
        "bearer",
        "jwt",
        "client",
        "introspection",
        "hydrator",
        "template",
        "header",
        "claims",
    ] {
        for authorization in [
            basic.to_owned(),
            format!("Bearer {forged}"),
            "Bearer s3cr3t-token".to_owned(),
        ] {
            let path = format!("/{id}?token=s3cr3t-query");
            let headers = [
                ("Cookie", "session=s3cr3t-cookie"),
                ("Authorization", authorization.as_str()),
                ("X-Api-Key", "s3cr3t-api-key"),
            ];
            let answer = server.decide_with(&path, &headers);
            statuses.push(answer.status);
            assert!(!answer.body.contains("s3cr3t"), "{id}: {answer:#?}");
            if id == "session" {
                let token = answer.header("authorization").unwrap();
                secrets.push(token.strip_prefix("Bearer ").unwrap().to_owned());
            }
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    assert!(
        statuses.contains(&200) && statuses.contains(&401) && statuses.contains(&500),
        "{statuses:?}"
    );

    // Secrets in invalid places of files, which the server reads again.
    let kept = server
        .output()
        .matches("the last valid rules stay in use")
        .count();
    let mut wrong = config.clone();
    wrong["authenticators"]["oauth2_introspection"]["config"]["pre_authorization"]["client_secret"] =
        json!({"is": "s3cr3t-object"});
    wrong["serve"]["api"]["tls"] = json!({"key": {"base64": ["s3cr3t-key"]}});
    wrong["mutators"]["hydrator"]["config"]["api"]["auth"]["basic"]["password"] =
        json!(["s3cr3t-list"]);
    project.write("config.json", &wrong.to_string());
    server.wait_for_lines("the last valid rules stay in use", kept + 1);
    project.write(
        "config.json",
        "{\"mutators\": {\"client_secret\": \"s3cr3t-cut-off",
    );
    server.wait_for_lines("config.json:1", 1);
    fs::write(
        project.path("keys.json"),
        keys.stdout.replace("\"RSA\"", "\"s3cr3t\""),
    )
    .unwrap();
    server.get("/.well-known/jwks.json");

    let keys = keys.json();
    for (member, value) in keys["keys"][0].as_object().unwrap() {
        if ["d", "p", "q", "dp", "dq", "qi"].contains(&member.as_str()) {
            secrets.push(value.as_str().unwrap().to_owned());
        }
    }
    let output = server.output();
    for secret in secrets {
        let found: Vec<_> = output
            .lines()
            .filter(|line| line.contains(&secret))
            .collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}
