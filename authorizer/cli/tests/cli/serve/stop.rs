//! `oathgate serve`: how it ends, and what keeps it from starting.

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use serde_json::json;

use crate::harness::{
    Project, config_with, http, open_rule,
    server::{Server, gateway_headers},
    service::slow_service,
};

#[test]
fn a_signal_stops_the_server() {
    let mut server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    assert_eq!(server.decide("/a").status, 200);
    server.terminate();
    assert_eq!(server.end(), 0);
    server.wait_for_line("the server has stopped");
}

#[test]
fn a_stopping_server_finishes_requests_in_progress_and_accepts_no_other() {
    let (service, is_asked, go_on) = slow_service(r#"{"subject": "ada"}"#);
    let config = config_with(
        "/authenticators/cookie_session",
        json!({"enabled": true, "config": {"check_session_url": format!("http://{service}/")}}),
    );
    let mut rule = open_rule("a", "/a");
    rule["authenticators"] = json!([{"handler": "cookie_session"}]);
    let mut server = Server::start(&Project::with(&config, &json!([rule])));
    let address = server.address;
    let client = thread::spawn(move || {
        http::send(
            address,
            "GET",
            "/decisions",
            &gateway_headers("/a", &[("Cookie", "session=x")]),
        )
    });
    is_asked.recv().unwrap();
    server.terminate();
    while TcpStream::connect(address).is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
    go_on.send(()).unwrap();
    let answer = client.join().unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-user").as_deref(), Some("ada"));
    assert_eq!(server.end(), 0);
}

#[test]
fn a_port_that_is_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = config_with("/serve/api/port", json!(address.port()));
    let project = Project::with(&config, &json!([]));
    let run = project
        .oathgate(&["serve", "--config", "config.json"])
        .ends_with(2);
    let message = format!("oathgate: cannot listen on `{address}`");
    assert!(run.stderr.contains(&message), "{run:#?}");
}

#[test]
fn a_configuration_with_mistakes_is_not_served() {
    let project = Project::with(&config_with("/serve/api/port", json!("many")), &json!([]));
    let run = project
        .oathgate(&["serve", "--config", "config.json"])
        .ends_with(2);
    assert!(run.stderr.contains("serve.api.port"), "{run:#?}");
    assert!(
        run.stderr
            .contains("oathgate: the configuration has errors"),
        "{run:#?}"
    );
}

#[test]
fn rules_with_mistakes_are_served_and_logged() {
    let mut broken = open_rule("broken", "/broken");
    broken["authorizer"]["handler"] = json!("unknown");
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a"), broken])));
    server.wait_for_line("rule `broken`");
    assert_eq!(server.decide("/a").status, 200);
    assert_eq!(server.decide("/broken").status, 500);
}
