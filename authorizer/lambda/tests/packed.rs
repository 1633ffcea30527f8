//! The real binary over a compiled form, whole and damaged, and over the plain files it stands for.

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

use harness::{Function, Outcome};
use oathgate_apigateway::testing::rest_event;
use oathgate_engine::{
    config::{Config, Format},
    rules::RuleDefinition,
};
use oathgate_package::{files::PACKED, pack};
use serde_json::{Value, json};

fn config() -> String {
    json!({
        "authenticators": {"anonymous": {"enabled": true}}, "authorizers": {"allow": {"enabled": true}},
        "mutators": {"noop": {"enabled": true}}, "errors": {"handlers": {"json": {"enabled": true}}}
    })
    .to_string()
}

fn rules() -> Value {
    let rule = |number: usize| {
        json!({"id": format!("rule {number}"), "description": "-".repeat(3000),
            "match": {"url": format!("https://api.example.com/{number}/<.*>"), "methods": ["GET"]},
            "authenticators": [{"handler": "anonymous"}], "authorizer": {"handler": "allow"},
            "mutators": [{"handler": "noop"}]})
    };
    (0..20).map(rule).collect()
}

fn packed() -> Vec<u8> {
    let none = std::iter::empty::<(String, String)>();
    let config = Config::parse(&config(), Format::Json, none).unwrap();
    let rules: Vec<RuleDefinition> = serde_json::from_value(rules()).unwrap();
    pack(&config, &rules).unwrap()
}

async fn function(folder: &Path) -> Function {
    Function::start(folder, &[("OATHGATE_PUBLIC_HOST", "api.example.com")]).await
}

async fn ask(function: &Function, path: &str) -> Outcome {
    function.invoke(&rest_event("GET", path, &[])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_decides_by_the_packed_rules() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(PACKED), packed()).unwrap();
    let function = function(folder.path()).await;
    for (path, verdict) in [("/0/a", "Allow"), ("/19/a", "Allow"), ("/20/a", "Deny")] {
        assert_eq!(ask(&function, path).await.verdict(), verdict, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_rules_that_cannot_be_used_keep_the_function_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let packed = packed();
    let cut_short = packed[..packed.len() - 1].to_vec();
    let mut damaged = packed.clone();
    damaged[60] ^= 1;
    let mut newer = packed;
    newer[8] += 1;
    for (content, said) in [
        (b"[]".to_vec(), "not a file of packed rules"),
        (cut_short, "damaged"),
        (damaged, "damaged"),
        (newer, "version"),
    ] {
        fs::write(folder.path().join(PACKED), content).unwrap();
        let (told, _) = function(folder.path()).await.not_started().await;
        assert!(told.contains(PACKED) && told.contains(said), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_was_damaged_is_refused_and_the_others_decide() {
    let folder = tempfile::tempdir().unwrap();
    let mut packed = packed();
    // The last rule lies at the end.
    let last = packed.len() - 10;
    packed[last] ^= 1;
    fs::write(folder.path().join(PACKED), packed).unwrap();
    let function = function(folder.path()).await;
    for _ in 0..2 {
        let refused = ask(&function, "/19/a").await;
        let undecided = Outcome::Error("the request could not be decided".to_owned());
        assert_eq!(refused, undecided);
    }
    assert_eq!(ask(&function, "/0/a").await.verdict(), "Allow");
    let causes: Vec<Value> = function.decisions_after(3).await;
    assert!(
        causes[0]["cause"].as_str().unwrap().contains("damaged"),
        "{causes:?}"
    );
}
