//! `oathgate serve`: the keys that its tokens are verified with.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oathgate_jose::{Algorithm, JwkSet};
use serde_json::{Value, json};

use crate::harness::{Project, Run, config_with, open_rule, program, server::Server};

const ALGORITHMS: [&str; 7] = [
    "RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256",
];
const PUBLIC: [&str; 9] = ["use", "kty", "kid", "crv", "alg", "x", "y", "n", "e"];

fn generated(algorithm: &str) -> Value {
    let set = Run::of(program().args(["credentials", "generate", "--alg", algorithm])).ends_with(0);
    set.json()["keys"][0].clone()
}

fn project(jwks_url: &str) -> Project {
    let config = config_with(
        "/mutators/id_token",
        json!({"enabled": true, "config": {"issuer_url": "https://i.test/", "jwks_url": jwks_url}}),
    );
    let mut rule = open_rule("a", "/a");
    rule["mutators"] = json!([{"handler": "id_token"}]);
    Project::with(&config, &json!([rule]))
}

#[test]
fn the_public_halves_of_every_kind_of_key_are_published_and_no_secret() {
    let keys: Vec<_> = ALGORITHMS
        .iter()
        .map(|algorithm| generated(algorithm))
        .collect();
    let project = project("file://keys.json");
    project.write("keys.json", &json!({"keys": keys}).to_string());
    let answer = Server::start(&project).get("/.well-known/jwks.json");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type").unwrap(),
        "application/json; charset=utf-8"
    );

    let mut secrets = BTreeSet::new();
    let mut public = Vec::new();
    for key in &keys {
        let mut key = key.as_object().unwrap().clone();
        for (member, value) in &key {
            if !PUBLIC.contains(&member.as_str()) {
                secrets.insert(member.clone());
                assert!(
                    !answer.body.contains(value.as_str().unwrap()),
                    "{member} is shown"
                );
            }
        }
        key.retain(|member, _| PUBLIC.contains(&member.as_str()));
        if key["kty"] != "oct" {
            public.push(Value::Object(key));
        }
    }
    let kinds: Vec<_> = secrets.iter().map(String::as_str).collect();
    assert_eq!(kinds, ["d", "dp", "dq", "k", "p", "q", "qi"]);
    assert_eq!(answer.json(), json!({"keys": public}));
}

#[test]
fn published_keys_verify_the_gate_s_tokens() {
    let project = project("file://keys.json");
    project.write(
        "keys.json",
        &json!({"keys": [generated("ES256")]}).to_string(),
    );
    let server = Server::start(&project);
    let granted = server.decide("/a");
    let token = granted.header("authorization").unwrap();
    let token = token.strip_prefix("Bearer ").unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let shown = JwkSet::parse(server.get("/.well-known/jwks.json").body.as_bytes()).unwrap();
    let algorithm = Algorithm::named("ES256").unwrap();
    assert!(shown.keys()[0].verifies(algorithm, message.as_bytes(), &signature));
    assert!(!shown.keys()[0].verifies(algorithm, b"forged", &signature));
}

#[test]
fn a_symmetric_key_is_not_published() {
    let project = project("file://keys.json");
    project.write(
        "keys.json",
        &json!({"keys": [generated("HS512")]}).to_string(),
    );
    let answer = Server::start(&project).get("/.well-known/jwks.json");
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "{\"keys\":[]}\n")
    );
}

#[test]
fn unreadable_keys_are_an_error_without_the_file_s_name() {
    let project = project("file://keys.json");
    for text in [
        None,
        Some("{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}, {\"kty\": \"?\"}]}"),
    ] {
        if let Some(text) = text {
            project.write("keys.json", text);
        }
        let server = Server::start(&project);
        let answer = server.get("/.well-known/jwks.json");
        assert_eq!(answer.status, 500);
        assert_eq!(answer.json()["error"]["code"], 500);
        assert!(!answer.body.contains("keys.json"), "{}", answer.body);
        server.wait_for_line("none of the key sets to sign with could be read");
        assert!(!server.output().contains("c2VjcmV0"));
    }
}
