//! `oathgate serve`: its log.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};

use crate::harness::{
    Project, config_with, http, open_rule,
    server::{Server, gateway_headers},
    service::service,
};

fn lines(server: &Server) -> Vec<Value> {
    let output = server.output();
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn each_decision_is_one_line_of_json_without_the_query() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    server.decide("/a?token=s3cr3t");
    server.decide("/b");
    server.wait_for_line("access request denied");
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
fn a_line_marks_an_empty_subject() {
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
    server.wait_for_line("http://api.test/guest");
    let granted = lines(&server);
    let granted = granted.iter().filter(|line| line["granted"] == true);
    let empty: Vec<_> = granted.map(|line| line["empty_subject"].clone()).collect();
    assert_eq!(empty, [json!(true), json!(false)]);
}

#[test]
fn the_log_level_applies_and_changes_with_an_edit() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let server = Server::start(&project);
    server.decide("/a");
    server.wait_for_line("http://api.test/a");
    let config = config_with("/log", json!({"level": "warn"}));
    project.write("config.json", &config.to_string());
    let mut broken = open_rule("broken", "/broken");
    broken["authorizer"]["handler"] = json!("unknown");
    let rules = json!([open_rule("a", "/a"), open_rule("b", "/b"), broken]);
    project.write("rules.json", &rules.to_string());
    server.wait_for_line("rule `broken`");
    while server.decide("/b").status != 200 {}
    server.decide("/last");
    server.wait_for_line("http://api.test/last");
    let output = server.output();
    let granted = lines(&server)
        .into_iter()
        .filter(|line| line["granted"] == true);
    let urls: Vec<_> = granted.map(|line| line["http_url"].clone()).collect();
    assert_eq!(urls, ["http://api.test/a"], "{output}");
    assert_eq!(output.matches("rules are loaded").count(), 1, "{output}");
}

#[test]
fn a_stopped_server_has_written_every_line() {
    let mut server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    for _ in 0..300 {
        assert_eq!(server.decide("/a").status, 200);
    }
    server.terminate();
    assert_eq!(server.end(), 0);
    server.wait_for_lines("access request granted", 300);
    server.wait_for_line("the server has stopped");
}

#[test]
fn a_blocked_log_delays_no_decision_and_reports_dropped_lines() {
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
    // More than a pipe and the queue hold: about three megabytes.
    let path = format!("/a{}", "x".repeat(30_000));
    let headers = gateway_headers(&path, &[]);
    for _ in 0..100 {
        let answer = http::send(address, "GET", "/decisions", &headers);
        assert_eq!(answer.status, 200);
    }
    // The log is read again, so the next line has room.
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
