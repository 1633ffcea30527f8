//! `oathgate serve`: the limits of requests and connections.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use crate::harness::{
    Project,
    raw::{OPEN, TIMEOUT, open_and_closed, statuses},
    server::Server,
};

#[test]
fn a_request_that_is_too_large_is_refused_and_the_connection_closed() {
    let server = Server::start(&Project::new(&open_and_closed()));
    let many: String = (0..200)
        .map(|number| format!("X-{number}: 1\r\n"))
        .collect();
    let large = format!("X-A: {}\r\n", "a".repeat(1 << 20));
    for headers in [many, large] {
        let bytes = format!("{OPEN}{headers}\r\n");
        assert_eq!(statuses(server.address, bytes.as_bytes()), [431]);
    }
    let long = OPEN.replacen(
        "/decisions",
        &format!("/decisions/{}", "a".repeat(70_000)),
        1,
    );
    assert_eq!(
        statuses(server.address, format!("{long}\r\n").as_bytes()),
        [414]
    );
    let body = OPEN.replacen("GET", "POST", 1) + "Content-Length: 99999999999\r\n\r\n1";
    assert_eq!(statuses(server.address, body.as_bytes()), [413]);
    let extension = format!(
        "Transfer-Encoding: chunked\r\n\r\n1;{}\r\na\r\n0\r\n\r\n",
        "x".repeat(100_000)
    );
    let body = OPEN.replacen("GET", "POST", 1) + &extension;
    assert_eq!(statuses(server.address, body.as_bytes()), [400]);
    let trailers: String = (0..2000)
        .map(|number| format!("X-{number}: {}\r\n", "y".repeat(1000)))
        .collect();
    let body = OPEN.replacen("GET", "POST", 1)
        + &format!("Transfer-Encoding: chunked\r\n\r\n0\r\n{trailers}\r\n");
    assert_eq!(statuses(server.address, body.as_bytes()), [400]);
}

/// More idle connections than the process may have files open, and then one with a request.
#[cfg(unix)]
#[test]
fn idle_connections_are_closed_for_those_with_requests() {
    let project = Project::new(&open_and_closed());
    let mut command = Command::new("sh");
    command
        .env_clear()
        .current_dir(project.path("."))
        .args([
            "-c",
            "ulimit -n 100 && exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_oathgate"),
        ])
        .args(["serve", "--config", "config.json"]);
    let server = Server::run(&mut command);
    let mut idle = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        // Half of them have had a response.
        if number % 2 == 0 {
            stream.write_all(format!("{OPEN}\r\n").as_bytes()).unwrap();
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap();
            assert!(buffer[..read].starts_with(b"HTTP/1.1 200 OK"), "{number}");
        }
        idle.push(stream);
    }
    assert_eq!(server.decide("/open").status, 200);
    assert_eq!(server.decide("/closed").status, 401);
    let output = server.output();
    let waited = output.matches("connections wait").count();
    assert!((1..10).contains(&waited), "a line at intervals: {output}");
}
