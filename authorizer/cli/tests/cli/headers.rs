//! `oathgate headers`: what the stack is made from.

use serde_json::{Value, json};

use crate::harness::{Project, Run, closed_rule, config, open_rule};

fn headers(project: &Project, options: &[&str]) -> Run {
    project.oathgate(&[&["headers", "--config", "config.json"], options].concat())
}

fn report(config: &Value, rules: &Value) -> Value {
    headers(&Project::with(config, rules), &["--format", "json"])
        .ends_with(0)
        .json()
}

#[test]
fn every_vouched_header_is_reported_once_with_its_context_key() {
    let mut signed = open_rule("signed", "/signed");
    signed["mutators"] = json!([{"handler": "header", "config": {"headers": {"X-Plan": "gold", "x-user": "{{ .Subject }}"}}}]);
    let mut cookie = open_rule("cookie", "/cookie");
    cookie["mutators"] = json!([{"handler": "noop"}]);
    let report = report(&config(), &json!([open_rule("a", "/a"), signed, cookie]));
    assert_eq!(
        report,
        json!({
            "vouched": [
                {"header": "X-Plan", "context_key": "x-plan"},
                {"header": "X-User", "context_key": "x-user"},
            ],
            "www_authenticate": null,
            "redirects": false,
            "signed_tokens": null,
            "rules_of_paths": [],
            "received": [
                {"rules": ["a"], "headers": {"X-Plan": "placeholder", "X-User": "rule"}},
                {"rules": ["signed"], "headers": {"X-Plan": "rule", "X-User": "rule"}},
                {"rules": ["cookie"], "headers": {"X-Plan": "placeholder", "X-User": "placeholder"}},
            ],
        })
    );
}

#[test]
fn the_challenge_and_redirects_of_refusals_are_reported() {
    let mut config = config();
    config["errors"] = json!({
        "fallback": ["www_authenticate", "redirect"],
        "handlers": {
            "www_authenticate": {"enabled": true, "config": {"realm": "Staff only"}},
            "redirect": {"enabled": true, "config": {"to": "https://www.test/login"}},
        },
    });
    let report = report(&config, &json!([closed_rule("a", "/a")]));
    assert_eq!(report["www_authenticate"], json!({"realm": "Staff only"}));
    assert_eq!(report["redirects"], json!(true));
}

#[test]
fn signed_tokens_and_rules_that_match_a_path_are_reported() {
    let mut config = config();
    config["mutators"]["id_token"] = json!({
        "enabled": true,
        "config": {"issuer_url": "https://gate.test/", "jwks_url": "file:///keys.json", "ttl": "1m"},
    });
    let mut signed = open_rule("signed", "/<.*>");
    signed["mutators"] = json!([{"handler": "id_token"}]);
    signed["match"]["url"] = json!("https://api.test/<.*>");
    let project = Project::with(&config, &json!([signed, open_rule("other", "/other")]));
    let options = [
        "--format",
        "json",
        "--public-path",
        "/.well-known/jwks.json",
    ];
    let report = headers(&project, &options).ends_with(0).json();
    assert_eq!(
        report["signed_tokens"],
        json!({"issuers": ["https://gate.test/"], "longest_ttl_seconds": 60})
    );
    assert_eq!(
        report["rules_of_paths"],
        json!([{"path": "/.well-known/jwks.json", "rules": ["signed"]}])
    );
}

#[test]
fn the_text_output_shows_for_each_rule_whose_value_the_backend_receives() {
    let with = |id: &str, mutators: Value| {
        let mut rule = open_rule(id, &format!("/{id}"));
        rule["mutators"] = mutators;
        rule
    };
    let mut rules = vec![
        open_rule("a", "/a"),
        with(
            "plan",
            json!([{"handler": "header", "config": {"headers": {"X-Plan": "gold"}}}]),
        ),
    ];
    rules.extend((0..8).map(|number| with(&format!("n{number}"), json!([{"handler": "noop"}]))));
    let project = Project::new(&json!(rules));
    let run = headers(&project, &["--client-headers", "x-plan"]).ends_with(0);
    let expected = [
        "X-Plan <- context.authorizer.x-plan",
        "X-User <- context.authorizer.x-user",
        "",
        "What the backend receives in each mapped header:",
        "",
        "X-Plan  X-User       rules",
        "client  rule         a",
        "rule    rule         plan",
        "client  placeholder  n0, n1, n2, n3, n4, n5 and 2 more",
        "",
        "rule         set by the rule, or the placeholder where its value is empty",
        "client       the client's own (of `Cookie` without what some rule sets), or the placeholder where it sends none",
        "placeholder  the stage's placeholder, whatever the client sends",
        "",
    ];
    assert_eq!(run.stdout, expected.join("\n"));
    assert_eq!(run.stderr, "");
}

#[test]
fn there_is_no_table_where_no_header_is_mapped() {
    let mut rule = open_rule("a", "/a");
    rule["mutators"] = json!([{"handler": "noop"}]);
    let run = headers(&Project::new(&json!([rule])), &[]).ends_with(0);
    assert_eq!(run.stdout, "");
}

/// A header that is not mapped is the client's own when it reaches the backend.
#[test]
fn unreadable_rules_print_no_incomplete_list_of_headers() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    project.write("rules.json", "[{]");
    let run = headers(&project, &["--format", "json"]).ends_with(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("rules.json"), "{run:#?}");
    project.write("config.json", "{");
    let run = headers(&project, &["--format", "json"]).ends_with(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("config.json"), "{run:#?}");
}
