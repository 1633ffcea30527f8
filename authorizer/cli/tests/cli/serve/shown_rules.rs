//! `oathgate serve`: the rules that its API shows.

use serde_json::{Value, json};

use crate::harness::{Project, config, open_rule, server::Server};

fn ids(rules: &Value) -> Vec<&str> {
    rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect()
}

#[test]
fn rules_are_listed_in_pages() {
    let mut rules: Vec<_> = (0..510)
        .map(|n| open_rule(&format!("r{n}"), &format!("/{n}")))
        .collect();
    rules[1]["mutators"] = json!([]);
    let server = Server::start(&Project::new(&json!(rules)));
    for (query, count, first) in [
        ("", 50, Some("r0")),
        ("?limit=2&offset=1", 2, Some("r2")),
        ("?offset=500", 9, Some("r501")),
        ("?limit=1000", 500, Some("r0")),
        ("?limit=x&offset=y", 50, Some("r0")),
        ("?limit=&offset=", 50, Some("r0")),
        ("?limit=-1", 0, None),
        ("?offset=-1", 50, Some("r0")),
        ("?limit=0", 0, None),
        ("?offset=1000", 0, None),
        ("?limit=3&limit=4", 3, Some("r0")),
        ("?limit=%33", 3, Some("r0")),
        ("?limit=+3", 50, Some("r0")),
    ] {
        let answer = server.get(&format!("/rules{query}"));
        assert_eq!(answer.status, 200, "{query}");
        let listed = answer.json();
        assert_eq!(ids(&listed).len(), count, "{query}");
        assert_eq!(ids(&listed).first().copied(), first, "{query}");
    }
    assert_eq!(server.get("/rules/r1").status, 404, "it cannot run");
    assert_eq!(server.get("/rules/r509").status, 200);
}

#[test]
fn a_rule_is_shown_by_its_id() {
    let server = Server::start(&Project::new(&json!([
        open_rule("a", "/a"),
        open_rule("b c/d", "/b")
    ])));
    assert_eq!(
        server.get("/rules/a").json(),
        json!({
            "id": "a",
            "version": "",
            "description": "",
            "match": {"url": "http://api.test/a", "methods": ["GET", "POST"]},
            "authenticators": [{"handler": "anonymous", "config": null}],
            "authorizer": {"handler": "allow", "config": null},
            "mutators": [{"handler": "header", "config": null}],
            "errors": null,
            "upstream": {"preserve_host": false, "strip_path": "", "url": ""},
        })
    );
    assert_eq!(server.get("/rules/b%20c%2Fd").json()["id"], "b c/d");
    let unknown = server.get("/rules/c");
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.header("content-type").unwrap(), "application/json");
    assert_eq!(
        unknown.json(),
        json!({"error": {"code": 404, "status": "Not Found", "message": "The requested resource could not be found"}})
    );
}

/// A rule with every handler that has a configuration, and a secret in every place that can hold one.
fn rule_with_secrets() -> Value {
    json!({
        "id": "a",
        "description": "everything",
        "upstream": {"url": "http://gate:s3cr3t@backend:8080/base?key=s3cr3t", "preserve_host": true},
        "match": {"url": "http://api.test/a", "methods": ["GET"]},
        "authenticators": [
            {"handler": "oauth2_introspection", "config": {
                "introspection_url": "http://gate:s3cr3t@id.test/introspect?api_key=s3cr3t",
                "introspection_request_headers": {"X-Api-Key": "s3cr3t", "Authorization": "Bearer s3cr3t"},
                "pre_authorization": {
                    "enabled": true, "client_id": "gate", "client_secret": "s3cr3t",
                    "token_url": "https://gate:s3cr3t@id.test/token?secret=s3cr3t", "scope": ["introspect"],
                },
                "required_scope": ["read"], "token_from": {"header": "X-Token"}, "prefix": "ory_at_",
            }},
            {"handler": "bearer_token", "config": {
                "check_session_url": "http://gate:s3cr3t@sessions.test/check?key=s3cr3t",
                "additional_headers": {"X-Api-Key": "s3cr3t"}, "forward_http_headers": ["X-Token"],
            }},
            {"handler": "jwt", "config": {"jwks_urls": ["inline://czNjcjN0s3cr3t", "https://id.test/keys?k=s3cr3t"]}},
            {"handler": "oauth2_client_credentials", "config": {"token_url": "http://a:s3cr3t@id.test/token"}},
        ],
        "authorizer": {"handler": "remote_json", "config": {
            "remote": "http://gate:s3cr3t@authz.test/?key=s3cr3t",
            "headers": {"Authorization": "Bearer s3cr3t", "X-Subject": "{{ print .Subject }}"},
            "payload": "{\"key\": \"s3cr3t\", \"subject\": \"{{ .Subject }}\"}",
        }},
        "mutators": [
            {"handler": "hydrator", "config": {"api": {
                "url": "http://gate:s3cr3t@hydrator.test/?key=s3cr3t",
                "auth": {"basic": {"username": "s3cr3t-name", "password": "s3cr3t"}},
            }}},
            {"handler": "header", "config": {"headers": {"X-Backend-Key": "s3cr3t", "X-User": "{{ print .Subject }}"}}},
            {"handler": "cookie", "config": {"cookies": {"key": "{{ print \"s3cr3t\" }}"}}},
            {"handler": "id_token", "config": {
                "issuer_url": "https://gate:s3cr3t@id.test/", "jwks_url": "inline://s3cr3t", "claims": "{\"k\": \"s3cr3t\"}",
            }},
        ],
        "errors": [{"handler": "redirect", "config": {
            "to": "https://gate:s3cr3t@login.test/?a=b", "when": [{"error": ["unauthorized"]}],
        }}],
    })
}

#[test]
fn secrets_of_a_rule_are_redacted_and_its_structure_is_kept() {
    let mut config = config();
    let rule = rule_with_secrets();
    for (role, references) in [
        ("authenticators", &rule["authenticators"]),
        ("authorizers", &json!([rule["authorizer"]])),
        ("mutators", &rule["mutators"]),
    ] {
        for reference in references.as_array().unwrap() {
            let name = reference["handler"].as_str().unwrap();
            config[role][name] = json!({"enabled": true, "config": reference["config"]});
        }
    }
    let redirect = json!({"enabled": true, "config": {"to": "https://login.test/"}});
    config["errors"] = json!({"handlers": {"redirect": redirect}});
    let server = Server::start(&Project::with(&config, &json!([rule])));
    let shown = server.get("/rules/a");
    assert!(!shown.body.contains("s3cr3t"), "{}", shown.body);
    assert_eq!(server.get("/rules").json(), json!([shown.json()]));
    let shown = shown.json();
    assert_eq!(
        shown["authenticators"][0]["config"],
        json!({
            "introspection_url": "http://***@id.test/introspect?api_key=***",
            "introspection_request_headers": {"X-Api-Key": "***", "Authorization": "***"},
            "pre_authorization": {
                "enabled": true, "client_id": "gate", "client_secret": "***",
                "token_url": "https://***@id.test/token?secret=***", "scope": ["introspect"],
            },
            "required_scope": ["read"], "token_from": {"header": "X-Token"}, "prefix": "ory_at_",
        })
    );
    assert_eq!(
        shown["mutators"][1]["config"],
        json!({"headers": {"X-Backend-Key": "***", "X-User": "{{ print .Subject }}"}})
    );
    assert_eq!(
        shown["upstream"]["url"],
        "http://***@backend:8080/base?key=***"
    );
    for role in ["authenticators", "mutators", "errors"] {
        for (number, reference) in rule[role].as_array().unwrap().iter().enumerate() {
            let of_shown = &shown[role][number]["config"];
            assert_eq!(
                names(of_shown),
                names(&reference["config"]),
                "{role}[{number}]"
            );
        }
    }
}

/// Every key of a configuration, with its path.
fn names(value: &Value) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, of)| (name.clone(), of))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, of)| (n.to_string(), of))
            .collect(),
        _ => return Vec::new(),
    };
    let below = |(name, of): (String, &Value)| {
        let deeper: Vec<_> = names(of)
            .iter()
            .map(|deeper| format!("{name}.{deeper}"))
            .collect();
        std::iter::once(name).chain(deeper).collect::<Vec<_>>()
    };
    members.into_iter().flat_map(below).collect()
}
