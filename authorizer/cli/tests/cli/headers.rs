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
fn it_reports_every_vouched_header_once_with_its_context_key() {
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
        })
    );
}

#[test]
fn it_reports_how_refusals_are_told() {
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
fn people_are_shown_one_line_for_each_header() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let run = headers(&project, &[]).ends_with(0);
    assert_eq!(run.stdout, "X-User <- context.authorizer.x-user\n");
    assert_eq!(run.stderr, "");
}

/// A header that is not mapped is the client's own when it reaches the backend.
#[test]
fn no_list_is_better_than_one_that_lacks_the_rules_that_cannot_be_read() {
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
