//! `oathgate rules check`.

use serde_json::{Value, json};

use crate::harness::{Project, Run, config_with, open_rule};

fn check(project: &Project, options: &[&str]) -> Run {
    project.oathgate(&[&["rules", "check", "--config", "config.json"], options].concat())
}

fn broken() -> Value {
    let mut unknown = open_rule("unknown", "/unknown");
    unknown["mutators"] = json!([{"handler": "haeder"}]);
    let mut pattern = open_rule("pattern", "/<(>");
    pattern["authenticators"] = json!([{"handler": "jwt"}]);
    json!([open_rule("good", "/good"), unknown, pattern])
}

#[test]
fn rules_without_mistakes_have_no_findings() {
    let project = Project::new(&json!([open_rule("a", "/a"), open_rule("b", "/b")]));
    let run = check(&project, &[]).ends_with(0);
    assert_eq!(run.stdout, "2 rules, 0 errors, 0 warnings\n");
    assert_eq!(run.stderr, "");
    let report = check(&project, &["--format", "json", "--strict"])
        .ends_with(0)
        .json();
    assert_eq!(
        report,
        json!({"rules": 2, "errors": 0, "warnings": 0, "findings": []})
    );
}

#[test]
fn all_findings_are_printed_with_their_positions_the_worst_first() {
    let project = Project::new(&broken());
    let run = check(&project, &[]).ends_with(1);
    for message in [
        "rules.json:1: rule `unknown`",
        "did you mean `header`",
        "rules.json:1: rule `pattern`",
        "`jwt`",
    ] {
        assert!(run.stdout.contains(message), "{message}: {run:#?}");
    }
    assert!(!run.stdout.contains("rule `good`: "), "{run:#?}");
    let report = check(&project, &["--format", "json"]).ends_with(1).json();
    let findings = report["findings"].as_array().unwrap();
    let severities: Vec<_> = findings
        .iter()
        .map(|finding| finding["severity"].as_str().unwrap())
        .collect();
    let errors = severities
        .iter()
        .filter(|severity| **severity == "error")
        .count();
    assert_eq!(report["errors"], errors);
    assert!(errors >= 3, "{report:#}");
    assert!(
        severities[..errors]
            .iter()
            .all(|severity| *severity == "error"),
        "{report:#}"
    );
    for finding in &findings[..errors] {
        assert_eq!(finding["file"], "rules.json", "{finding}");
        assert!(finding["rule"].is_string(), "{finding}");
        assert!(finding["message"].is_string(), "{finding}");
    }
}

#[test]
fn warnings_fail_only_a_strict_check() {
    let keys = "file:///none/keys.json";
    let mut config = config_with(
        "/mutators/id_token",
        json!({"enabled": true, "config": {"issuer_url": "https://i.test/", "jwks_url": keys}}),
    );
    config["serve"]["api"]["port"] = json!(4456);
    let mut rule = open_rule("a", "/a");
    rule["mutators"] = json!([{"handler": "id_token"}]);
    let project = Project::with(&config, &json!([rule]));
    let run = check(&project, &[]).ends_with(0);
    assert!(
        run.stdout
            .contains("warning: config.json:1: mutators.id_token.config.jwks_url"),
        "{run:#?}"
    );
    assert!(
        run.stdout.ends_with("1 rules, 0 errors, 1 warnings\n"),
        "{run:#?}"
    );
    let report = check(&project, &["--strict", "--format", "json"])
        .ends_with(1)
        .json();
    assert_eq!(
        (&report["errors"], &report["warnings"]),
        (&json!(0), &json!(1))
    );
}

#[test]
fn a_missing_or_invalid_rule_file_is_an_error() {
    let project = Project::new(&json!([]));
    for (text, message) in [("[{", "rules.json"), ("{}", "rules.json")] {
        project.write("rules.json", text);
        let run = check(&project, &[]).ends_with(1);
        assert!(run.stdout.contains(message), "{run:#?}");
    }
    std::fs::remove_file(project.path("rules.json")).unwrap();
    let run = check(&project, &[]).ends_with(1);
    assert!(run.stdout.contains("rules.json"), "{run:#?}");
    assert!(run.stdout.contains("No such file"), "{run:#?}");
}

#[test]
fn mistakes_in_the_configuration_are_printed_with_their_lines() {
    let project = Project::new(&json!([]));
    project.write(
        "config.yml",
        "access_rules:\n  repositories: [file://rules.json]\nauthenticaters:\n  noop: {enabled: true}\nserve:\n  api: {port: 70000}\n",
    );
    let run = project
        .oathgate(&["rules", "check", "--config", "config.yml"])
        .ends_with(1);
    assert!(
        run.stdout.contains("error: config.yml:3: authenticaters"),
        "{run:#?}"
    );
    assert!(
        run.stdout.contains("did you mean `authenticators`"),
        "{run:#?}"
    );
    assert!(
        run.stdout.contains("error: config.yml:6: serve.api.port"),
        "{run:#?}"
    );
}

#[test]
fn rule_files_are_relative_to_the_configuration_in_any_working_directory() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    project.write("elsewhere/empty", "");
    let mut command = project.command(&["rules", "check", "--config", "../config.json"]);
    let run = Run::of(command.current_dir(project.path("elsewhere"))).ends_with(0);
    assert!(run.stdout.starts_with("1 rules"), "{run:#?}");
}

/// A header that API Gateway sets, removes or reserves is an error behind it.
#[test]
fn an_unmappable_header_is_a_warning_and_an_error_behind_api_gateway() {
    for header in [
        "X-Amzn-Trace-Id",
        "x-amzn-apigateway-api-id",
        "X-Amz-Date",
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "TE",
        "Via",
        "X-Forwarded-For",
        "User-Agent",
        "X!User",
    ] {
        let mut rule = open_rule("traced", "/traced");
        rule["mutators"] =
            json!([{"handler": "header", "config": {"headers": {header: "{{ .Subject }}"}}}]);
        let project = Project::new(&json!([open_rule("a", "/a"), rule]));
        let run = check(&project, &[]).ends_with(0);
        let message = "rules.json:1: rule `traced`: mutators[0].config.headers: the header `";
        assert!(
            run.stdout.contains(&format!("warning: {message}")),
            "{run:#?}"
        );
        let run = check(&project, &["--api-gateway"]).ends_with(1);
        assert!(
            run.stdout.contains(&format!("error: {message}")),
            "{run:#?}"
        );
        let (_, named) = run.stdout.split_once(message).unwrap();
        let name = named.get(..header.len()).unwrap();
        assert!(name.eq_ignore_ascii_case(header), "{run:#?}");
    }
}

#[test]
fn a_rule_that_sets_the_secret_header_is_an_error() {
    let mut named = open_rule("named", "/named");
    named["mutators"] = json!([{"handler": "header", "config": {"headers": {"X-User": "a"}}}]);
    let project = Project::new(&json!([open_rule("open", "/open"), named]));
    check(&project, &["--secret-header", "X-Gate-Secret"]).ends_with(0);
    let run = check(&project, &["--secret-header", "x-user"]).ends_with(1);
    assert!(run.stdout.contains("rule `named`: "), "{run:#?}");
    let run = check(&project, &["--secret-header", "Cookie"]).ends_with(1);
    assert!(
        run.stdout
            .starts_with("error: the header `Cookie` cannot hold a secret"),
        "{run:#?}"
    );
}

#[test]
fn a_public_host_that_no_rule_matches_is_an_error_and_rules_of_other_hosts_are_a_warning() {
    let host = |host: &str, id: &str| {
        let mut rule = open_rule(id, "/a");
        rule["match"]["url"] = json!(format!("https://{host}/{id}"));
        rule
    };
    let project = Project::new(&json!([
        host("api.test", "a"),
        host("www.test", "b"),
        host("<.*>", "c")
    ]));
    check(&project, &["--public-host", "api.test", "--strict"]).ends_with(1);
    let run = check(&project, &["--public-host", "api.test"]).ends_with(0);
    assert!(
        run.stdout
            .contains("warning: rules.json:1: rule `b`: match.url: its host is not"),
        "{run:#?}"
    );
    let project = Project::new(&json!([host("api.test", "a"), host("www.test", "b")]));
    let run = check(&project, &["--public-host", "api.dev.test"]).ends_with(1);
    assert!(
        run.stdout
            .starts_with("error: no rule matches the stage's `publicHost`, `api.dev.test`"),
        "{run:#?}"
    );
    check(&project, &[]).ends_with(0);
}
