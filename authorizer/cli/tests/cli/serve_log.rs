//! `oathgate serve`: what it says, and what it never says.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};

use crate::harness::{
    Project, Run, config, config_with, http, open_rule, program,
    server::{Server, asked},
    service::service,
};

fn lines(server: &Server) -> Vec<Value> {
    let said = server.everything_said();
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn each_decision_is_one_line_of_json_without_the_query() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    server.decide("/a?token=s3cr3t");
    server.decide("/b");
    server.says("access request denied");
    let lines = lines(&server);
    let line = lines.iter().find(|line| line["granted"] == true).unwrap();
    assert_eq!(line["http_url"], "http://api.test/a");
    assert_eq!(line["rule_id"], "a");
    assert_eq!(line["status"], 200);
    let line = lines.iter().find(|line| line["granted"] == false).unwrap();
    assert_eq!(
        (&line["level"], &line["status"]),
        (&json!("warning"), &json!(404))
    );
}

#[test]
fn a_line_says_where_the_subject_is_empty() {
    let check = format!("http://{}/", service("{}"));
    let config = config_with(
        "/authenticators/cookie_session",
        json!({"enabled": true, "config": {"check_session_url": check}}),
    );
    let mut rule = open_rule("empty", "/empty");
    rule["authenticators"] = json!([{"handler": "cookie_session"}]);
    let mut guest = open_rule("guest", "/guest");
    guest["authenticators"] = json!([{"handler": "noop"}]);
    let server = Server::start(&Project::with(&config, &json!([rule, guest])));
    for path in ["/empty", "/guest"] {
        let answer = server.decide_with(path, &[("Cookie", "sid=1")]);
        assert_eq!(answer.status, 200);
    }
    server.says("http://api.test/guest");
    let granted = lines(&server);
    let granted = granted.iter().filter(|line| line["granted"] == true);
    let empty: Vec<_> = granted.map(|line| line["empty_subject"].clone()).collect();
    assert_eq!(empty, [json!(true), json!(false)]);
}

#[test]
fn log_level_says_how_much_is_said_after_an_edit_too() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let server = Server::start(&project);
    server.decide("/a");
    server.says("http://api.test/a");
    let config = config_with("/log", json!({"level": "warn"}));
    project.write("config.json", &config.to_string());
    let mut broken = open_rule("broken", "/broken");
    broken["authorizer"]["handler"] = json!("unknown");
    let rules = json!([open_rule("a", "/a"), open_rule("b", "/b"), broken]);
    project.write("rules.json", &rules.to_string());
    server.says("rule `broken`");
    while server.decide("/b").status != 200 {}
    server.decide("/last");
    server.says("http://api.test/last");
    let said = server.everything_said();
    let granted = lines(&server)
        .into_iter()
        .filter(|line| line["granted"] == true);
    let urls: Vec<_> = granted.map(|line| line["http_url"].clone()).collect();
    assert_eq!(urls, ["http://api.test/a"], "{said}");
    assert_eq!(said.matches("rules are loaded").count(), 1, "{said}");
}

#[test]
fn told_to_stop_it_has_written_every_line() {
    let mut server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    for _ in 0..300 {
        assert_eq!(server.decide("/a").status, 200);
    }
    server.terminate();
    assert_eq!(server.end(), 0);
    server.says_times("access request granted", 300);
    server.says("the server has stopped");
}

#[test]
fn a_log_that_nobody_reads_holds_no_decision_up_and_says_what_is_missing() {
    let project = Project::new(&json!([open_rule("a", "/a<.*>")]));
    let mut child = project
        .command(&["serve", "--config", "config.json"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("decisions are served at ") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0);
    }
    let (_, url) = line.split_once("://").unwrap();
    let address = url[..url.find('/').unwrap()].parse().unwrap();
    // More than a pipe and the queue hold: some three megabytes.
    let path = format!("/a{}", "x".repeat(30_000));
    let headers = asked(&path, &[]);
    for _ in 0..100 {
        let answer = http::ask(address, "GET", "/decisions", &headers);
        assert_eq!(answer.status, 200);
    }
    // Now somebody reads again, and a line has room.
    let reader = thread::spawn(move || {
        let lines = log.lines().map(|line| line.unwrap());
        let lines: Vec<Value> = lines
            .map(|line| serde_json::from_str(&line).unwrap())
            .collect();
        lines
    });
    let stop = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(stop.unwrap().success());
    assert!(child.wait().unwrap().success());
    let lines = reader.join().unwrap();
    let granted = lines.iter().filter(|line| line["granted"] == true).count();
    let dropped: u64 = lines.iter().filter_map(|line| line["lines"].as_u64()).sum();
    assert!(dropped > 0);
    assert_eq!(granted + usize::try_from(dropped).unwrap(), 100);
}

/// Sends every kind of secret, to be let in, refused and misunderstood, with the most talkative
/// settings, and looks for each in everything that was printed.
#[test]
fn no_secret_is_printed() {
    let sessions = format!(
        "http://{}/",
        service(r#"{"subject": "ada", "extra": {"note": "s3cr3t-extra"}}"#)
    );
    let strange = format!("http://{}/", service("s3cr3t-answer, no JSON"));
    let tokens = format!(
        "http://{}/",
        service(r#"{"active": true, "sub": "ada", "access_token": "s3cr3t-upstream"}"#)
    );
    let mut config = config();
    config["log"] = json!({"level": "trace", "leak_sensitive_values": true});
    config["errors"] =
        json!({"handlers": {"json": {"enabled": true, "config": {"verbose": true}}}});
    config["authenticators"] = json!({
        "noop": {"enabled": true},
        "cookie_session": {"enabled": true, "config": {"check_session_url": sessions, "extra_from": "extra"}},
        "bearer_token": {"enabled": true, "config": {"check_session_url": strange, "token_from": {"query_parameter": "token"}}},
        "jwt": {"enabled": true, "config": {"jwks_urls": ["file://keys.json"]}},
        "oauth2_client_credentials": {"enabled": true, "config": {"token_url": strange}},
        "oauth2_introspection": {"enabled": true, "config": {
            "introspection_url": tokens,
            "pre_authorization": {
                "enabled": true, "client_id": "gate", "client_secret": "s3cr3t-client", "token_url": tokens, "scope": ["read"],
            },
        }},
    });
    config["mutators"]["id_token"] = json!({"enabled": true, "config": {
        "issuer_url": "https://i.test/", "jwks_url": "file://keys.json", "claims": "{\"note\": \"{{ .Extra.note }}\"}",
    }});
    config["mutators"]["hydrator"] = json!({"enabled": true, "config": {"api": {
        "url": strange, "auth": {"basic": {"username": "gate", "password": "s3cr3t-basic"}},
    }}});
    let rule = |id: &str, authenticator: &str, mutator: Value| {
        let mut rule = open_rule(id, &format!("/{id}"));
        rule["authenticators"] = json!([{"handler": authenticator}]);
        rule["mutators"] = json!([mutator]);
        rule
    };
    let id_token = json!({"handler": "id_token"});
    let rules = json!([
        rule("session", "cookie_session", id_token.clone()),
        rule("bearer", "bearer_token", id_token.clone()),
        rule("jwt", "jwt", id_token.clone()),
        rule("client", "oauth2_client_credentials", id_token.clone()),
        rule("introspection", "oauth2_introspection", id_token),
        rule("hydrator", "noop", json!({"handler": "hydrator"})),
        rule(
            "template",
            "cookie_session",
            json!({"handler": "header", "config": {"headers": {"X-Note": "{{ fail .Extra.note }}"}}})
        ),
        rule(
            "header",
            "cookie_session",
            json!({"handler": "header", "config": {"headers": {"X-Note": "{{ index .Extra.note 99 }}"}}})
        ),
        rule(
            "claims",
            "cookie_session",
            json!({"handler": "id_token", "config": {"claims": "{{ .Extra.note }}"}})
        ),
    ]);
    let project = Project::with(&config, &rules);
    let keys = Run::of(program().args(["credentials", "generate", "--alg", "RS256"])).ends_with(0);
    project.write("keys.json", &keys.stdout);
    let server = Server::start(&project);

    let forged = "eyJhbGciOiJSUzI1NiIsImtpZCI6InMzY3IzdC1raWQifQ.eyJzdWIiOiJzM2NyM3QtY2xhaW0ifQ.czNjcjN0LXNpZ25hdHVyZQ";
    let basic = "Basic Z2F0ZTpzM2NyM3QtcGFzc3dvcmQ=";
    let mut secrets: Vec<String> = ["s3cr3t", "czNjcjN0", "eyJzdWIi", "Z2F0ZTpz"]
        .map(str::to_owned)
        .into();
    let mut statuses = Vec::new();
    for id in [
        "session",
        "bearer",
        "jwt",
        "client",
        "introspection",
        "hydrator",
        "template",
        "header",
        "claims",
    ] {
        for authorization in [
            basic.to_owned(),
            format!("Bearer {forged}"),
            "Bearer s3cr3t-token".to_owned(),
        ] {
            let path = format!("/{id}?token=s3cr3t-query");
            let headers = [
                ("Cookie", "session=s3cr3t-cookie"),
                ("Authorization", authorization.as_str()),
                ("X-Api-Key", "s3cr3t-api-key"),
            ];
            let answer = server.decide_with(&path, &headers);
            statuses.push(answer.status);
            assert!(!answer.body.contains("s3cr3t"), "{id}: {answer:#?}");
            if id == "session" {
                let token = answer.header("authorization").unwrap();
                secrets.push(token.strip_prefix("Bearer ").unwrap().to_owned());
            }
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    assert!(
        statuses.contains(&200) && statuses.contains(&401) && statuses.contains(&500),
        "{statuses:?}"
    );

    // Secrets in the wrong places of files, which are read anew.
    let kept = server
        .everything_said()
        .matches("the last good rules stay")
        .count();
    let mut wrong = config.clone();
    wrong["authenticators"]["oauth2_introspection"]["config"]["pre_authorization"]["client_secret"] =
        json!({"is": "s3cr3t-object"});
    wrong["serve"]["api"]["tls"] = json!({"key": {"base64": ["s3cr3t-key"]}});
    wrong["mutators"]["hydrator"]["config"]["api"]["auth"]["basic"]["password"] =
        json!(["s3cr3t-list"]);
    project.write("config.json", &wrong.to_string());
    server.says_times("the last good rules stay", kept + 1);
    project.write(
        "config.json",
        "{\"mutators\": {\"client_secret\": \"s3cr3t-cut-off",
    );
    server.says_times("config.json:1", 1);
    fs::write(
        project.path("keys.json"),
        keys.stdout.replace("\"RSA\"", "\"s3cr3t\""),
    )
    .unwrap();
    server.get("/.well-known/jwks.json");

    let keys = keys.json();
    for (member, value) in keys["keys"][0].as_object().unwrap() {
        if ["d", "p", "q", "dp", "dq", "qi"].contains(&member.as_str()) {
            secrets.push(value.as_str().unwrap().to_owned());
        }
    }
    let said = server.everything_said();
    for secret in secrets {
        let found: Vec<_> = said.lines().filter(|line| line.contains(&secret)).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}
