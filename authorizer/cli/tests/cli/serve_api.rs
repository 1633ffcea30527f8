//! `oathgate serve`: what Oathkeeper's API answers beside decisions.

use serde_json::{Value, json};

use crate::harness::{Project, closed_rule, config, open_rule, server::Server};

#[test]
fn it_is_alive_and_ready_and_knows_its_version() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let server = Server::start(&project);
    for path in ["/health/alive", "/health/ready"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "{\"status\":\"ok\"}\n"),
            "{path}"
        );
        assert_eq!(
            answer.header("content-type").unwrap(),
            "application/json; charset=utf-8"
        );
    }
    assert_eq!(
        server.get("/version").json(),
        json!({"version": env!("CARGO_PKG_VERSION")})
    );
}

#[test]
fn without_a_rule_that_can_run_it_is_alive_and_not_ready() {
    let mut broken = open_rule("a", "/a");
    broken["authorizer"]["handler"] = json!("unknown");
    for rules in [json!([]), json!([broken])] {
        let server = Server::start(&Project::new(&rules));
        assert_eq!(server.get("/health/alive").status, 200);
        let answer = server.get("/health/ready");
        assert_eq!(answer.status, 503);
        assert_eq!(
            answer.json(),
            json!({"error": {
                "code": 500,
                "status": "Internal Server Error",
                "reason": "No rules found.",
                "message": "The requested resource could not be found",
            }})
        );
    }
}

#[test]
fn a_decision_is_a_status_with_headers_to_pass_on() {
    let project = Project::new(&json!([open_rule("a", "/a"), closed_rule("b", "/b")]));
    let server = Server::start(&project);
    let granted = server.decide("/a");
    assert_eq!(granted.status, 200);
    assert_eq!(granted.header("x-user").as_deref(), Some("guest"));
    assert_eq!(granted.body, "");
    assert_eq!(server.decide("/b").status, 401);
    let unknown = server.decide("/c");
    assert_eq!(unknown.status, 404);
    assert_eq!(
        unknown.json()["error"]["message"],
        "The requested resource could not be found"
    );
    // Without the headers of a gateway the request itself is meant.
    let own = server.ask("GET", "/decisions/a", &[("X-Forwarded-Host", "api.test")]);
    assert_eq!(own.status, 200);
}

#[test]
fn a_path_that_is_not_clean_leads_to_the_clean_one() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    for (path, location) in [
        ("/decisions//a?q=%2F", "/decisions/a?q=%2F"),
        ("/decisions/b/../a", "/decisions/a"),
        ("/decisions/./", "/decisions/"),
        ("//decisions/x%20y", "/decisions/x%2520y"),
        ("/health//alive", "/health/alive"),
        ("//\\evil.example", "/%5Cevil.example"),
        ("/./\\/evil.example", "/%5C/evil.example"),
        ("///evil.example", "/evil.example"),
    ] {
        let answer = server.ask("GET", path, &[("X-Forwarded-Uri", "/a")]);
        let found = (answer.status, answer.header("location"));
        assert_eq!(found, (307, Some(location.to_owned())), "{path}");
        let page = format!("<a href=\"{location}\">Temporary Redirect</a>.\n\n");
        assert_eq!(answer.body, page);
    }
    for path in ["/decisions/", "/decisions/a%2F%2Fb", "/decisions/..a"] {
        assert_ne!(server.ask("GET", path, &[]).status, 307, "{path}");
    }
}

fn ids(rules: &Value) -> Vec<&str> {
    rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect()
}

#[test]
fn rules_are_listed_page_by_page() {
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
fn one_rule_is_shown_by_its_id() {
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

/// A rule with every handler that has a configuration of its own, and a secret wherever one fits.
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
fn no_secret_of_a_rule_is_shown_and_its_shape_is_kept() {
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

/// Every key of a configuration, by its place.
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

#[test]
fn what_is_no_request_is_turned_away_before_it_is_decided() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a<.*>")])));
    let asked = [("X-Forwarded-Host", "api.test")];
    assert_eq!(server.ask("GET", "/decisions/a%20", &asked).status, 200);
    let answer = server.ask("GET", "/decisions/a%zz", &asked);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"]["code"], 400);
}

#[test]
fn what_is_not_known_is_not_found() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/decisionsx"),
        ("GET", "/rules/"),
        ("GET", "/rules/a/"),
        ("GET", "/health"),
        ("POST", "/rules"),
        ("PUT", "/health/alive"),
        ("POST", "/.well-known/jwks.json"),
        ("DELETE", "/rules/a"),
    ] {
        let answer = server.ask(method, path, &[]);
        assert_eq!(answer.status, 404, "{method} {path}");
        assert_eq!(answer.json()["error"]["code"], 404, "{method} {path}");
    }
    let head = server.ask("HEAD", "/health/alive", &[]);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}
