//! `oathgate rules test`.

use serde_json::{Value, json};

use crate::harness::{Project, Run, config};

/// The usual handlers, and those that call services.
fn asking_config() -> Value {
    let mut config = config();
    config["authenticators"]["cookie_session"] = json!({
        "enabled": true,
        "config": {"check_session_url": "https://auth.test/whoami", "preserve_path": true, "preserve_query": true, "subject_from": "id"},
    });
    config["authenticators"]["jwt"] = json!({
        "enabled": true,
        "config": {"jwks_urls": ["https://issuer.test/keys"], "scope_strategy": "exact"},
    });
    config["mutators"]["noop"] = json!({"enabled": true});
    config["mutators"]["header"] = json!({
        "enabled": true,
        "config": {"headers": {"X-User": "{{ print .Subject }}"}},
    });
    config["mutators"]["id_token"] = json!({
        "enabled": true,
        "config": {"issuer_url": "https://api.test/", "jwks_url": "file:///nowhere/jwks.json"},
    });
    config
}

fn rule(id: &str, path: &str, authenticator: Value, mutators: &[&str]) -> Value {
    let mutators: Vec<_> = mutators
        .iter()
        .map(|name| json!({"handler": name}))
        .collect();
    json!({
        "id": id,
        "match": {"url": format!("https://api.test{path}"), "methods": ["GET"]},
        "authenticators": [authenticator],
        "authorizer": {"handler": "allow"},
        "mutators": mutators,
    })
}

fn project(tests: &Value) -> Project {
    let token = json!({"handler": "jwt", "config": {"required_scope": ["read"], "allowed_algorithms": ["RS256", "ES256"]}});
    let session = json!({"handler": "cookie_session"});
    let rules = json!([
        rule("open", "/open", json!({"handler": "anonymous"}), &["noop"]),
        rule("session", "/session", session, &["header", "id_token"]),
        rule("token", "/token", token, &["header"]),
    ]);
    let project = Project::with(&asking_config(), &rules);
    project.write("tests.json", &tests.to_string());
    project
}

fn run(project: &Project, options: &[&str]) -> Run {
    let usual = ["rules", "test", "--config", "config.json", "tests.json"];
    project.oathgate(&[&usual, options].concat())
}

fn test(name: &str, request: Value, expect: Value) -> Value {
    json!({"name": name, "request": request, "expect": expect})
}

fn whoami(id: &str) -> Value {
    json!({"url": "https://auth.test/whoami", "when": {"Cookie": id}, "body": {"id": id}})
}

fn asked_with_session() -> Value {
    json!({"url": "https://api.test/session", "headers": {"Cookie": "session=ada"}})
}

#[test]
fn tests_with_every_kind_of_expectation_pass() {
    let token = json!({"claims": {"sub": "bob", "scope": "read"}});
    let project = project(&json!({
        "services": [whoami("ada")],
        "tests": [
            test("an open rule", json!({"url": "https://api.test/open"}), json!({"status": 200, "rule": "open", "headers": {"X-User": null}})),
            test("a session", asked_with_session(), json!({
                "status": 200, "subject": "ada", "headers": {"x-user": "ada"}, "claims": {"sub": "ada", "iss": "https://api.test/", "aud": null},
            })),
            test("a token", json!({"url": "https://api.test/token", "token": token}), json!({"status": 200, "headers": {"X-User": "bob"}})),
            test("a token of another algorithm", json!({"url": "https://api.test/token", "token": {"alg": "ES256", "claims": {"sub": "eve", "scope": "read"}}}), json!({"status": 200, "subject": "eve"})),
            test("a token without the scope", json!({"url": "https://api.test/token", "token": {"claims": {"sub": "bob"}}}), json!({"status": 401, "rule": "token", "body": {"error": {"code": 401}}})),
            test("an old token", json!({"url": "https://api.test/token", "token": {"claims": {"scope": "read", "exp": 1}}}), json!({"status": 401})),
            test("no rule", json!({"url": "https://api.test/nowhere", "method": "POST"}), json!({"status": 404})),
        ],
    }));
    let run = run(&project, &["--strict"]).ends_with(0);
    assert_eq!(run.stdout, "7 passed, 0 failed\n");
}

#[test]
fn differences_are_printed_with_the_decision() {
    let project = project(&json!({
        "services": [whoami("ada")],
        "tests": [test("a session", asked_with_session(), json!({
            "status": 401, "rule": "token", "subject": "bob", "headers": {"X-User": null, "X-Role": "admin"}, "claims": {"sub": "bob"},
        }))],
    }));
    let run = run(&project, &[]).ends_with(1);
    let message = "failed: tests.json: a session
  status should be `401`, is `200`
  rule should be `token`, is `session`
  subject should be `bob`, is `ada`
  header X-Role should be `admin`, is `(absent)`
  header X-User should be `(absent)`, is `ada`
  claim sub should be `\"bob\"`, is `\"ada\"`
    granted
      rule           session
";
    assert!(run.stdout.starts_with(message), "{}", run.stdout);
    assert!(
        run.stdout.ends_with(
            "no test reaches the rule `open`\nno test reaches the rule `token`\n0 passed, 1 failed\n"
        ),
        "{}",
        run.stdout
    );
}

#[test]
fn a_request_to_a_service_without_a_response_is_reported_and_not_sent() {
    let project = project(&json!({
        "tests": [test("a session", asked_with_session(), json!({"status": 200}))],
    }));
    let run = run(&project, &[]).ends_with(1);
    let message = "`GET https://auth.test/whoami` was sent, and the test has no response to it under `services`";
    assert!(run.stdout.contains(message), "{}", run.stdout);
}

#[test]
fn responses_of_a_test_precede_those_of_the_file_and_services_may_fail() {
    let with = |name: &str, answer: Value, status: u16| {
        let mut test = test(name, asked_with_session(), json!({"status": status}));
        test["services"] = json!([answer]);
        test
    };
    let project = project(&json!({
        "services": [whoami("ada")],
        "tests": [
            with("a timeout", json!({"url": "*/whoami", "fault": "timeout"}), 403),
            with("unreachable", json!({"url": "https://auth.test/whoami", "fault": "unreachable"}), 403),
            with("no session", json!({"url": "https://auth.test/whoami", "status": 401}), 401),
            with("too many", json!({"url": "https://auth.test/whoami", "method": "get", "status": 429}), 429),
            with("another method", json!({"url": "https://auth.test/whoami", "method": "POST", "status": 401}), 200),
            with("another address", json!({"url": "https://auth.test/who", "status": 401}), 200),
            with("no JSON", json!({"url": "https://auth.test/whoami", "body": "<html>"}), 403),
        ],
    }));
    let run = run(&project, &[]).ends_with(0);
    assert!(
        run.stdout.ends_with("7 passed, 0 failed\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn rules_without_a_test_fail_a_strict_run() {
    let project = project(&json!({
        "tests": [test("an open rule", json!({"url": "https://api.test/open"}), json!({"status": 200}))],
    }));
    run(&project, &[]).ends_with(0);
    let run = run(&project, &["--strict", "--format", "json"]).ends_with(1);
    assert_eq!(
        run.json(),
        json!({"passed": 1, "failed": [], "untested": ["session", "token"]})
    );
}

#[test]
fn tests_may_be_jsonnet_with_the_stage_s_values() {
    let project = project(&json!({}));
    project.write(
        "tests.jsonnet",
        "{tests: [{name: 'open', request: {url: std.extVar('api') + '/open'}, expect: {status: 200}}]}",
    );
    let run = project.oathgate(&[
        "rules",
        "test",
        "-c",
        "config.json",
        "--ext-str",
        "api=https://api.test",
        "tests.jsonnet",
    ]);
    assert!(run.ends_with(0).stdout.ends_with("1 passed, 0 failed\n"));
}

#[test]
fn invalid_test_files_are_refused() {
    let ask = json!({"url": "https://api.test/open"});
    for (tests, message) in [
        (json!({}), "missing field `tests`"),
        (json!({"tests": []}), "`tests` is empty"),
        (
            json!({"tests": [{"name": "a", "request": ask, "expect": {"state": 200}}]}),
            "unknown field `state`, expected one of `status`, `code`",
        ),
        (
            json!({"tests": [test("a", json!({"url": "/open"}), json!({"status": 200}))]}),
            "test `a`: `/open` is not a valid URL",
        ),
        (
            json!({"tests": [test("a", json!({"url": "https://a.test", "headers": {"A B": "c"}}), json!({"status": 200}))]}),
            "test `a`: header 1 of the request is not valid",
        ),
        (
            json!({"tests": [test("a", json!({"url": "https://a.test", "token": {"alg": "RS1", "claims": {}}}), json!({"status": 200}))]}),
            "`RS1`",
        ),
    ] {
        let run = run(&project(&tests), &[]).ends_with(2);
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_configuration_with_errors_runs_no_tests() {
    let project = project(&json!({
        "tests": [test("an open rule", json!({"url": "https://api.test/open"}), json!({"status": 200}))],
    }));
    project.write("config.json", r#"{"authenticator": {}}"#);
    let run = run(&project, &[]).ends_with(2);
    assert!(
        run.stderr.contains("`oathgate rules check` lists them"),
        "{}",
        run.stderr
    );
}
