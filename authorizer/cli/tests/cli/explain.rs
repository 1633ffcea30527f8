//! `oathgate explain`.

use serde_json::{Value, json};

use crate::harness::{Project, Run, closed_rule, config_with, open_rule, service::service};

fn project() -> Project {
    let mut page = open_rule("page", "/page/<[0-9]+>");
    page["mutators"] = json!([{"handler": "header", "config": {"headers": {
        "X-Page": "{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}",
    }}}]);
    Project::new(&json!([
        open_rule("root", "/"),
        page,
        closed_rule("closed", "/closed"),
        open_rule("first", "/twice"),
        open_rule("second", "/<twice|thrice>"),
    ]))
}

fn explain(project: &Project, arguments: &[&str]) -> Run {
    project.oathgate(&[&["explain", "--config", "config.json"], arguments].concat())
}

fn explained(arguments: &[&str], code: i32) -> Value {
    let arguments = [&["--format", "json"], arguments].concat();
    explain(&project(), &arguments).ends_with(code).json()
}

#[test]
fn a_granted_request_exits_with_0_and_lists_the_vouched_headers() {
    let run = explain(&project(), &["http://api.test/page/7?x=1#top"]).ends_with(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "granted",
            "  rule           page",
            "  step           granted",
            "  handler        header",
            "  subject        guest",
            "  vouched        X-Page, X-User",
        ]
    );
    let report = explained(&["http://api.test/page/7"], 0);
    assert_eq!(report["granted"], json!(true));
    assert_eq!(report["answer"], json!(200));
    assert_eq!(report["rule"], json!("page"));
    assert_eq!(report["vouched"], json!(["X-Page", "X-User"]));
}

#[test]
fn a_refused_request_exits_with_1_and_prints_the_step_and_the_cause() {
    let run = explain(&project(), &["http://api.test/closed"]).ends_with(1);
    assert!(
        run.stdout
            .starts_with("refused with 401\n  rule           closed\n"),
        "{run:#?}"
    );
    let report = explained(&["http://api.test/closed"], 1);
    assert_eq!(report["granted"], json!(false));
    assert_eq!(report["answer"], json!(401));
    assert_eq!(report["handler"], json!("unauthorized"));
    assert_eq!(report["error_handler"], json!("json"));
    assert_eq!(report["vouched"], json!([]));
}

#[test]
fn a_request_that_no_rule_matches_is_refused_with_404() {
    let run = explain(&project(), &["http://api.test/nowhere"]).ends_with(1);
    assert!(
        run.stdout
            .starts_with("refused with 404\n  rule           none\n"),
        "{run:#?}"
    );
    assert_eq!(
        explained(&["-X", "DELETE", "http://api.test/closed"], 1)["answer"],
        json!(404)
    );
}

#[test]
fn overlapping_rules_are_listed() {
    let report = explained(&["http://api.test/twice"], 1);
    assert_eq!(report["answer"], json!(500));
    assert_eq!(report["overlapping"], json!(["first", "second"]));
    assert_eq!(report["rule"], Value::Null);
}

#[test]
fn a_url_without_a_path_is_the_root_as_in_browsers() {
    for url in [
        "http://api.test",
        "http://api.test/",
        "http://api.test?x=/y",
        "http://api.test#/x",
    ] {
        assert_eq!(explained(&[url], 0)["rule"], json!("root"), "{url}");
    }
}

#[test]
fn the_host_header_overrides_the_url_s_host() {
    let report = explained(&["-H", "Host: api.test", "http://127.0.0.1:8080/page/1"], 0);
    assert_eq!(report["rule"], json!("page"));
}

#[test]
fn headers_are_sent_to_the_services_of_the_rule() {
    let check = format!("http://{}/", service(r#"{"identity": {"id": "ada"}}"#));
    let config = config_with(
        "/authenticators/cookie_session",
        json!({"enabled": true, "config": {
            "check_session_url": check, "only": ["session"], "subject_from": "identity.id",
        }}),
    );
    let mut rule = open_rule("a", "/a");
    rule["authenticators"] = json!([{"handler": "cookie_session"}]);
    let project = Project::with(&config, &json!([rule]));
    let granted = explain(&project, &["-H", "Cookie: session=x", "http://api.test/a"]).ends_with(0);
    assert!(
        granted.stdout.contains("subject        ada"),
        "{granted:#?}"
    );
    let refused = explain(&project, &["-H", "Cookie: other=x", "http://api.test/a"]).ends_with(1);
    assert!(
        refused.stdout.contains("skipped        cookie_session"),
        "{refused:#?}"
    );
}

#[test]
fn an_empty_subject_is_marked_as_empty() {
    // An introspection endpoint in place of a session service.
    let check = format!("http://{}/", service(r#"{"active": false}"#));
    let config = config_with(
        "/authenticators/bearer_token",
        json!({"enabled": true, "config": {"check_session_url": check, "force_method": "POST"}}),
    );
    let mut rule = open_rule("a", "/a");
    rule["authenticators"] = json!([{"handler": "bearer_token"}]);
    let mut noop = open_rule("noop", "/noop");
    noop["authenticators"] = json!([{"handler": "noop"}]);
    noop["mutators"] = json!([{"handler": "noop"}]);
    let project = Project::with(&config, &json!([rule, noop]));
    let bearer = ["-H", "Authorization: Bearer x", "http://api.test/a"];
    let run = explain(&project, &bearer).ends_with(0);
    assert!(run.stdout.contains("subject        (empty: "), "{run:#?}");
    let run = explain(&project, &[&["--format", "json"], &bearer[..]].concat()).ends_with(0);
    assert_eq!(run.json()["empty_subject"], json!(true));
    let run = explain(&project, &["http://api.test/noop"]).ends_with(0);
    assert!(!run.stdout.contains("subject"), "{run:#?}");
}

/// A token with a key id that no key set has.
const TOKEN: &str = "Authorization: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA";

#[test]
fn an_unusable_key_set_is_named_by_its_configuration_key() {
    let jwt = |url: &str| json!({"enabled": true, "config": {"jwks_urls": [url]}});
    let page = format!("http://{}/keys", service("<html>"));
    let config = config_with("/authenticators/jwt", jwt(&page));
    let mut rule = open_rule("a", "/a");
    rule["authenticators"] = json!([{"handler": "jwt"}]);
    let mut own = open_rule("own", "/own");
    let urls = json!(["http://127.0.0.1:1/keys"]);
    own["authenticators"] = json!([{"handler": "jwt", "config": {"jwks_urls": urls}}]);
    let project = Project::with(&config, &json!([rule, own]));
    for (path, cause) in [
        (
            "a",
            "`authenticators.jwt.config.jwks_urls[0]`: it is not a JSON Web Key Set",
        ),
        (
            "own",
            "the rule's own `jwks_urls[0]`: no connection to the service: the connection was refused",
        ),
    ] {
        let url = format!("http://api.test/{path}");
        let run = explain(&project, &["-H", TOKEN, &url]).ends_with(1);
        assert!(run.stdout.contains(cause), "{run:#?}");
        assert!(
            run.stdout.contains("code           service_failed"),
            "{run:#?}"
        );
        assert!(!run.stdout.contains("127.0.0.1"), "{run:#?}");
    }
}

#[test]
fn an_invalid_request_exits_with_2_and_no_message_has_a_secret() {
    let secret = "s3cr3t";
    for (arguments, message) in [
        (
            &["api.test/a"][..],
            "`api.test/a` is not a valid URL: write `https://host/path`",
        ),
        (&["/a?token=s3cr3t"], "`/a` is not a valid URL"),
        (&["://api.test/"], "is not a valid URL"),
        (&["http:///a"], "`http:///a` is not a valid URL"),
        (
            &["http://me:s3cr3t@api.test/a"],
            "`api.test/a` is not a valid URL",
        ),
        (
            &["-H", "Cookie session=s3cr3t", "http://api.test/"],
            "header 1 of the request is not valid: write `Name: value`",
        ),
        (
            &["-H", "A: b", "-H", ": s3cr3t", "http://api.test/"],
            "header 2",
        ),
        (
            &["-H", "Cookie : s3cr3t\nX: y", "http://api.test/"],
            "header 1",
        ),
        (
            &["-X", "GE T", "http://api.test/"],
            "`GE T` is not a valid method",
        ),
    ] {
        let run = explain(&project(), arguments).ends_with(2);
        assert!(run.stderr.contains(message), "{arguments:?}: {run:#?}");
        assert!(!run.stderr.contains(secret), "{run:#?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn unreadable_rules_are_an_error_and_not_a_404() {
    let project = project();
    project.write("rules.json", "[{");
    let run = explain(&project, &["http://api.test/"]).ends_with(1);
    assert!(run.stderr.contains("rules.json"), "{run:#?}");
    project.write("config.json", "{");
    let run = explain(&project, &["http://api.test/"]).ends_with(2);
    assert!(
        run.stderr
            .contains("oathgate: the configuration has errors"),
        "{run:#?}"
    );
    assert_eq!(run.stdout, "");
}
