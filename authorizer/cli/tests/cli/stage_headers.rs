//! With a stage, every command decides about vouched headers and API Gateway's limits as the stage's function.

use serde_json::{Value, json};

use crate::harness::{Project, open_rule, server::Server};

const STAGE: [&str; 2] = ["--stage", "dev.yml"];

/// A rule that sets `X-User` to `guest`, one that sets it to what its path names, and one that copies the
/// client's headers.
fn project(stage: &str) -> Project {
    let mut copied = open_rule("copied", "/copied/<.*>");
    copied["mutators"] = json!([{"handler": "noop"}]);
    let mut named = open_rule("named", "/named/<.*>");
    named["mutators"] = json!([{"handler": "header", "config": {"headers": {
        "X-User": "{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}",
    }}}]);
    let project = Project::new(&json!([open_rule("open", "/open/<.*>"), named, copied]));
    project.write("dev.yml", stage);
    project
}

fn explain(project: &Project, options: &[&str], url: &str) -> Value {
    let command = ["explain", "--config", "config.json", "--format", "json"];
    let run = project.oathgate(&[&command[..], options, &[url]].concat());
    serde_json::from_str(&run.stdout).unwrap()
}

fn outcome(explained: &Value) -> (u64, &str, &str) {
    (
        explained["answer"].as_u64().unwrap(),
        explained["code"].as_str().unwrap(),
        explained["effect"].as_str().unwrap_or("-"),
    )
}

#[test]
fn a_client_that_sends_a_vouched_header_is_refused_where_a_stage_is_named() {
    let project = project("publicHost: api.test\n");
    let forged = ["-H", "x-user: mallory"];
    let url = "http://api.test/open/a";
    let without = explain(&project, &forged, url);
    assert_eq!(outcome(&without), (200, "granted", "-"));
    let with = explain(&project, &[&STAGE[..], &forged].concat(), url);
    assert_eq!(outcome(&with), (400, "forged_header", "Deny"));
    assert_eq!(
        with["cause"],
        "the client sends the header `X-User`, which the gate vouches for"
    );
    let honest = explain(&project, &STAGE, url);
    assert_eq!(outcome(&honest), (200, "granted", "Allow"));

    let request = json!({"url": url, "headers": {"X_User": "mallory"}});
    let expect = json!({"status": 400, "code": "mimicking_header", "effect": "Deny"});
    let tests = json!({"tests": [{"name": "mimicking", "request": request, "expect": expect}]});
    project.write("tests.json", &tests.to_string());
    let command = ["rules", "test", "--config", "config.json"];
    let run =
        |options: &[&str]| project.oathgate(&[&command[..], options, &["tests.json"]].concat());
    run(&STAGE).ends_with(0);
    run(&[]).ends_with(1);
}

#[test]
fn settings_of_the_stage_leave_headers_to_clients_or_replace_them() {
    let url = "http://api.test/open/a";
    let forged = [&STAGE[..], &["-H", "X-User: mallory"]].concat();
    for stage in ["clientHeaders: [X-User]\n", "forgedHeaders: replace\n"] {
        let explained = explain(&project(stage), &forged, url);
        assert_eq!(outcome(&explained), (200, "granted", "Allow"), "{stage}");
    }
    // Where the rule sets the header, API Gateway may keep one of another case beside the rule's.
    let other_case = [&STAGE[..], &["-H", "x-user: mallory"]].concat();
    let explained = explain(&project("clientHeaders: [X-User]\n"), &other_case, url);
    assert_eq!(outcome(&explained), (400, "forged_header", "Deny"));
}

#[test]
fn a_value_that_is_the_placeholder_is_refused() {
    let project = project("vouchedHeaderFallback: nobody\n");
    let named = |name: &str| explain(&project, &STAGE, &format!("http://api.test/named/{name}"));
    assert_eq!(outcome(&named("nobody")), (403, "value_unfit", "Deny"));
    assert_eq!(outcome(&named("none")), (200, "granted", "Allow"));
}

#[test]
fn a_path_that_no_policy_can_name_is_refused() {
    let long = format!("http://api.test/open/{}", "a".repeat(600));
    for (stage, expected) in [
        ("api: {kind: rest}\n", (400, "path_too_long", "Deny")),
        // An HTTP API gets the simple response, which names no path.
        ("api: {kind: http}\n", (200, "granted", "Allow")),
    ] {
        let explained = explain(&project(stage), &STAGE, &long);
        assert_eq!(outcome(&explained), expected, "{stage}");
    }
    let decoded = explain(
        &project("api: {kind: http}\n"),
        &STAGE,
        "http://api.test/open/a%3Fb",
    );
    assert_eq!(outcome(&decoded), (400, "unsafe_path", "Deny"));
}

#[test]
fn the_server_of_a_stage_tells_the_gateway_every_vouched_header() {
    let project = project("forgedHeaders: replace\nvouchedHeaderFallback: nobody\n");
    let command = [&["serve", "--config", "config.json"], &STAGE[..]].concat();
    let server = Server::run(&mut project.command(&command));
    let decide = |path: &str| {
        server.send(
            "GET",
            "/decisions",
            &[
                ("X-Forwarded-Host", "api.test"),
                ("X-Forwarded-Proto", "http"),
                ("X-Forwarded-Uri", path),
                ("X-User", "mallory"),
            ],
        )
    };
    let copied = decide("/copied/a");
    assert_eq!(
        (copied.status, copied.header("x-user").as_deref()),
        (200, Some("nobody"))
    );
    let set = decide("/named/ada");
    assert_eq!(
        (set.status, set.header("x-user").as_deref()),
        (200, Some("ada"))
    );
}
