//! `oathgate serve`: cross-origin requests, answered as Oathkeeper answered them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::harness::{
    Project, Run, config_with, open_rule, program,
    server::{Server, gateway_headers},
};

/// Recorded from Oathkeeper: `serve.api.cors`, and requests with the headers that its answer had.
#[derive(Deserialize)]
struct Suite {
    name: String,
    cors: Value,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    status: u16,
    answer: BTreeMap<String, String>,
}

#[test]
fn cross_origin_requests_are_answered_as_by_oathkeeper() {
    let suites: Vec<Suite> = serde_json::from_str(include_str!("fixtures/cors.json")).unwrap();
    for suite in suites {
        let mut config = config_with("/serve/api/cors", suite.cors);
        config["mutators"]["id_token"] = json!({"enabled": true, "config": {
            "issuer_url": "https://i.test/", "jwks_url": "file://keys.json",
        }});
        let project = Project::with(&config, &json!([open_rule("a", "/open")]));
        let keys = Run::of(program().args(["credentials", "generate"])).ends_with(0);
        project.write("keys.json", &keys.stdout);
        let server = Server::start(&project);
        for case in suite.cases {
            let own: Vec<_> = case
                .headers
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            let headers = if case.path == "/decisions" {
                gateway_headers("/open", &own)
            } else {
                own
            };
            let answer = server.send(&case.method, &case.path, &headers);
            let name = format!("{}: {}", suite.name, case.name);
            assert_eq!(answer.status, case.status, "{name}");
            let about_cors: BTreeMap<_, _> = answer
                .headers
                .iter()
                .filter(|(name, _)| {
                    name == "vary"
                        || (name.starts_with("access-control-")
                            && !name.starts_with("access-control-request-"))
                })
                .cloned()
                .collect();
            assert_eq!(about_cors, case.answer, "{name}");
        }
    }
}

#[test]
fn only_the_first_of_several_origins_is_answered() {
    let cors = json!({"enabled": true, "allowed_origins": ["https://app.example.com"]});
    let config = config_with("/serve/api/cors", cors);
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/open")])));
    let origins = [
        ("Origin", "https://app.example.com"),
        ("Origin", "https://evil.example.com"),
    ];
    let answer = server.send("GET", "/decisions", &gateway_headers("/open", &origins));
    let allowed = answer.header("access-control-allow-origin");
    assert_eq!(allowed.as_deref(), Some("https://app.example.com"));
}
