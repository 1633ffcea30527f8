//! `oathgate health`.

use std::net::TcpListener;

use serde_json::json;

use crate::harness::{Project, Run, open_rule, program, server::Server};

fn health(url: &str) -> Run {
    Run::of(program().args(["health", url]))
}

fn ready(server: &Server) -> String {
    format!("http://{}/health/ready", server.address)
}

#[test]
fn a_server_that_is_ready_exits_with_0() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    let run = health(&ready(&server)).ends_with(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn a_server_that_is_not_ready_or_unreachable_exits_with_1() {
    let server = Server::start(&Project::new(&json!([])));
    let run = health(&ready(&server)).ends_with(1);
    assert_eq!(
        run.stderr,
        "oathgate: the server is not ready: it responds with 503\n"
    );
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let run = health(&format!("http://{nobody}/")).ends_with(1);
    assert!(
        run.stderr
            .starts_with("oathgate: the server is not ready: no connection"),
        "{run:#?}"
    );
}

#[test]
fn an_invalid_url_exits_with_2() {
    let run = health("localhost").ends_with(2);
    assert!(
        run.stderr
            .starts_with("oathgate: `localhost` is not a valid URL"),
        "{run:#?}"
    );
}

#[test]
fn an_unusable_file_of_trusted_certificates_exits_with_2() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (file, message) in [
        (project.path("missing.pem"), "cannot be read: No such file"),
        (project.write("empty.pem", ""), "is not a PEM file of"),
        (project.write("cut.pem", cut), "is not a PEM file of"),
    ] {
        let expected = format!(
            "`OATHGATE_CA_FILE` names `{}`, which {message}",
            file.display()
        );
        let mut asking = program();
        asking.args(["health", "http://127.0.0.1:9/"]);
        let mut checking = program();
        checking.args(["rules", "check", "--config"]);
        checking.arg(project.path("config.json"));
        for command in [&mut asking, &mut checking] {
            let run = Run::of(command.env("OATHGATE_CA_FILE", &file)).ends_with(2);
            assert!(run.stderr.contains(&expected), "{run:#?}");
        }
    }
}
