//! `oathgate rules list`.

use serde_json::{Value, json};

use crate::harness::{Project, Run, config, open_rule};

fn list(project: &Project, options: &[&str]) -> Run {
    project.oathgate(&[&["rules", "list", "--config", "config.json"], options].concat())
}

fn listed(rules: &Value) -> Value {
    list(&Project::new(rules), &["--format", "json"])
        .ends_with(0)
        .json()
}

#[test]
fn each_rule_is_summarized_in_a_line() {
    let mut rule = open_rule("a", "/a");
    rule["errors"] = json!([{"handler": "json"}]);
    let project = Project::new(&json!([rule, open_rule("b", "/<.*>")]));
    let run = list(&project, &[]).ends_with(0);
    assert_eq!(
        run.stdout,
        "a
    GET,POST http://api.test/a : anonymous → allow → header ; errors: json
b
    GET,POST http://api.test/<.*> : anonymous → allow → header
"
    );
}

#[test]
fn the_digest_changes_with_the_rule_and_reveals_no_value() {
    let rule = open_rule("a", "/a");
    let mut changed = rule.clone();
    changed["mutators"] =
        json!([{"handler": "header", "config": {"headers": {"X-Key": "s3cret"}}}]);
    let (before, after) = (listed(&json!([rule])), listed(&json!([changed])));
    assert_eq!(listed(&json!([open_rule("a", "/a")])), before);
    assert_ne!(before[0]["digest"], after[0]["digest"]);
    let mut same = after.clone();
    same[0]["digest"] = before[0]["digest"].clone();
    assert_eq!(same, before);
    assert!(!after.to_string().contains("s3cret"));
}

#[test]
fn unreadable_rules_print_no_incomplete_list_of_rules() {
    let project = Project::with(&config(), &json!([open_rule("a", "/a")]));
    project.write("rules.json", "[{]");
    let run = list(&project, &[]).ends_with(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("no rules are listed"), "{}", run.stderr);
}
