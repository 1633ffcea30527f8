//! The events that AWS publishes and those captured from real APIs, answered by the real binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod harness;

use std::{fs, path::Path};

use harness::{Function, Outcome, write_package};
use serde_json::{Value, json};

/// Lets every request in, and says so in a header.
fn package(folder: &Path, subject: &str) {
    let config = json!({
        "authenticators": {
            "anonymous": {"enabled": true, "config": {"subject": subject}},
            // Who brings an Authorization header is no guest, as in Oathkeeper.
            "noop": {"enabled": true},
        },
        "authorizers": {"allow": {"enabled": true}},
        "mutators": {"header": {"enabled": true, "config": {"headers": {"X-User": "{{ print .Subject }}"}}}},
    });
    let rules = json!([{
        "id": "all",
        "match": {"url": "https://api.example.com/<.*>", "methods": ["GET", "POST"]},
        "authenticators": [{"handler": "anonymous"}, {"handler": "noop"}],
        "authorizer": {"handler": "allow"},
        "mutators": [{"handler": "header"}],
    }]);
    write_package(folder, &config, &rules);
}

/// The key of `X-User`: only the mappings of REST APIs are known to take a hyphen.
fn user_key(event: &Value) -> &'static str {
    let is_rest = event.get("routeArn").is_none()
        && event.get("version").is_none()
        && event["requestContext"].get("eventType").is_none();
    if is_rest { "x-user" } else { "x_user" }
}

/// The fixtures that nobody wrote for a test of this project.
fn published() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../apigateway/tests/fixtures/events");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut found: Vec<_> = files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (
                name,
                serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
            )
        })
        .filter(|(name, _)| name.starts_with("aws-") || name.starts_with("captured-"))
        .collect();
    found.sort_by(|(one, _), (other, _): &(String, Value)| one.cmp(other));
    assert!(found.len() >= 11, "{}", found.len());
    found
}

async fn answers(variables: &[(&str, &str)]) -> Vec<(String, Value, Outcome)> {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "guest");
    let mut all = vec![("OATHGATE_PUBLIC_HOST", "api.example.com")];
    all.extend_from_slice(variables);
    let function = Function::start(folder.path(), &all).await;
    let mut answers = Vec::new();
    for (name, fixture) in published() {
        let outcome = function.invoke(&fixture["event"]).await;
        answers.push((name, fixture["event"].clone(), outcome));
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_answered_with_a_policy_for_exactly_what_it_asks_for() {
    for (name, event, outcome) in answers(&[]).await {
        let asked = event.get("routeArn").unwrap_or(&event["methodArn"]);
        let answer = outcome.answer();
        let statement = &answer["policyDocument"]["Statement"][0];
        assert_eq!(
            (&statement["Effect"], &statement["Resource"]),
            (&json!("Allow"), asked),
            "{name}"
        );
        let user = answer["context"][user_key(&event)].as_str();
        assert!(matches!(user, Some("guest" | "none")), "{name}: {answer}");
        assert!(
            answer["principalId"]
                .as_str()
                .is_some_and(|id| !id.is_empty()),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn payload_2_0_is_answered_in_the_short_form_where_that_is_configured() {
    let mut short = 0;
    for (name, event, outcome) in answers(&[("OATHGATE_HTTP_API_ANSWER", "simple")]).await {
        let answer = outcome.answer();
        if event.get("routeArn").is_some() {
            assert_eq!(answer["isAuthorized"], true, "{name}");
            assert_eq!(answer.get("policyDocument"), None, "{name}");
            short += 1;
        } else {
            assert_eq!(
                answer["policyDocument"]["Statement"][0]["Effect"], "Allow",
                "{name}"
            );
        }
    }
    assert!(short >= 6, "{short}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_is_refused_where_its_api_would_not_take_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), &"x".repeat(9000));
    let host = ("OATHGATE_PUBLIC_HOST", "api.example.com");
    let function = Function::start(folder.path(), &[host]).await;
    for (name, fixture) in published() {
        let event = &fixture["event"];
        let sent = fixture["expect"]["header"].as_array().unwrap();
        // Who brings credentials is no guest, so nothing large is said of them.
        if sent.iter().any(|header| header[0] == "Authorization") {
            continue;
        }
        let outcome = function.invoke(event).await;
        let large = outcome
            .context(user_key(event))
            .is_some_and(|user| user.len() == 9000);
        let kind = fixture["expect"]["kind"].as_str();
        assert_eq!(
            large,
            kind != Some("web-socket") && outcome.verdict() == "Allow",
            "{name}"
        );
        if kind == Some("web-socket") {
            assert_eq!(
                (&*outcome.verdict(), outcome.context("status")),
                ("Deny", Some("403")),
                "{name}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_breaks_no_line_of_an_access_log() {
    for (subject, named) in [("ada\r\nlovelace\u{1}", "ada  lovelace"), ("\n", "unknown")] {
        let folder = tempfile::tempdir().unwrap();
        package(folder.path(), subject);
        let host = ("OATHGATE_PUBLIC_HOST", "api.example.com");
        let function = Function::start(folder.path(), &[host]).await;
        let (_, fixture) = published()
            .into_iter()
            .find(|(name, _)| name == "aws-rest")
            .unwrap();
        let answer = function.invoke(&fixture["event"]).await.answer();
        assert_eq!(answer["principalId"], named, "{subject:?}");
    }
}
