//! `oathgate serve`: where configuration and rules come from.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::harness::{
    Project, config, config_with, open_rule,
    server::Server,
    service::{redirecting_service, service},
};

#[test]
fn the_whole_configuration_may_come_from_variables() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let mut command = project.command(&["serve"]);
    command
        .env("SERVE_API_HOST", "127.0.0.1")
        .env("SERVE_API_PORT", "0")
        .env("SERVE_PROMETHEUS_PORT", "0")
        .env("ACCESS_RULES_REPOSITORIES", "file://rules.json")
        .env("AUTHENTICATORS_ANONYMOUS_ENABLED", "true")
        .env("AUTHENTICATORS_ANONYMOUS_CONFIG", "{}")
        .env("AUTHORIZERS_ALLOW_ENABLED", "true")
        .env("MUTATORS_HEADER_ENABLED", "true")
        .env("MUTATORS_HEADER_CONFIG_HEADERS", r#"{"X-User": "env"}"#);
    let server = Server::run(&mut command);
    let answer = server.decide("/a");
    assert_eq!(
        (answer.status, answer.header("x-user").as_deref()),
        (200, Some("env"))
    );
}

#[test]
fn every_other_command_needs_a_configuration_file() {
    let project = Project::new(&json!([]));
    for arguments in [
        &["rules", "check"][..],
        &["explain", "http://api.test/"],
        &["headers"],
    ] {
        let run = project.oathgate(arguments).ends_with(2);
        assert!(run.stderr.contains("--config <FILE>"), "{run:#?}");
    }
}

#[test]
fn later_configuration_files_override_earlier_ones() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    project.write(
        "more/guest.yml",
        "authenticators: {anonymous: {config: {subject: visitor}}}",
    );
    for arguments in [
        &["serve", "-c", "config.json", "-c", "more/guest.yml"][..],
        &[
            "serve",
            "--config",
            "config.json,more/guest.yml",
            "--sqa-opt-out",
        ],
    ] {
        let server = Server::run(&mut project.command(arguments));
        let answer = server.decide("/a");
        assert_eq!(
            answer.header("x-user").as_deref(),
            Some("visitor"),
            "{arguments:?}"
        );
    }
}

/// The command lines with which compose files and scripts start Oathkeeper.
#[test]
fn oathkeeper_s_command_lines_start_the_server() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    for arguments in [
        &["serve", "proxy", "-c", "config.json"][..],
        &["serve", "api", "--config=config.json"],
        &["-c", "config.json", "serve"],
        &["--config=config.json", "serve", "--disable-telemetry"],
    ] {
        let server = Server::run(&mut project.command(arguments));
        assert_eq!(server.decide("/a").status, 200, "{arguments:?}");
    }
    let run = project
        .oathgate(&["serve", "nowhere", "-c", "config.json"])
        .ends_with(2);
    assert!(run.stderr.contains("proxy, api, all"), "{run:#?}");
}

#[test]
fn a_repository_that_is_listed_twice_counts_once() {
    let config = config_with(
        "/access_rules/repositories",
        json!(["file://rules.json", "file://./rules.json"]),
    );
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    server.wait_for_line("these rules are named twice and count once");
    assert_eq!(server.decide("/a").status, 200);
}

#[test]
fn rules_are_fetched_through_a_redirect() {
    let body: &str = json!([open_rule("a", "/a")]).to_string().leak();
    let rules = redirecting_service(service(body));
    let config = config_with(
        "/access_rules/repositories",
        json!([format!("http://{rules}/latest")]),
    );
    let server = Server::start(&Project::with(&config, &json!([])));
    assert_eq!(server.decide("/a").status, 200);
}

/// It is not known when the rules will be available, and until then every request would be refused: the server ends
/// with an error, and can be started again.
#[test]
fn the_server_does_not_start_without_rules_from_a_url() {
    for (repository, message) in [
        ("inline://@@@".to_owned(), "not base64"),
        (format!("inline://{}", STANDARD.encode("{}")), "rules"),
        ("gs://bucket/rules.json".to_owned(), "cannot be read here"),
        (
            "ftp://host/rules.json".to_owned(),
            "scheme that is not known",
        ),
    ] {
        let mut config = config();
        config["access_rules"]["repositories"] = json!(["file://rules.json", repository]);
        let run = Project::with(&config, &json!([open_rule("a", "/a")]))
            .oathgate(&["serve", "--config", "config.json"])
            .ends_with(2);
        assert!(run.stderr.contains(message), "{repository}: {run:#?}");
        assert!(
            run.stderr
                .contains("rules of `access_rules.repositories` cannot be read")
        );
    }
}
