//! `oathgate serve`: requests as no browser sends them, byte by byte, and many connections at once.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    process::Command,
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{Project, closed_rule, open_rule, server::Server};

/// How long an answer may be waited for before a test gives up: no measure of anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway's question about an open and about a closed path, without what ends the headers.
const OPEN: &str = "GET /decisions HTTP/1.1\r\nHost: gate.test\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: api.test\r\nX-Forwarded-Uri: /open\r\n";
const CLOSED: &str = "GET /decisions HTTP/1.1\r\nHost: gate.test\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: api.test\r\nX-Forwarded-Uri: /closed\r\n";

fn rules() -> Value {
    json!([
        open_rule("open", "/open<.*>"),
        closed_rule("closed", "/closed")
    ])
}

/// The statuses of all answers that come to these bytes until the server ends the connection, which the
/// last request asks it to where it is one that is understood.
fn statuses(to: SocketAddr, bytes: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The server may have had enough before the end.
    stream.write_all(bytes).ok();
    let mut answers = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => answers.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                panic!(
                    "the connection stays open: {}",
                    String::from_utf8_lossy(bytes)
                )
            }
            Err(_) => break,
        }
    }
    stream.shutdown(Shutdown::Both).ok();
    String::from_utf8_lossy(&answers)
        .split("HTTP/1.")
        .skip(1)
        .map(|answer| answer[2..5].parse().unwrap())
        .collect()
}

#[test]
fn requests_that_can_be_read_in_two_ways_are_read_in_the_strict_one_or_refused() {
    let server = Server::start(&Project::new(&rules()));
    let last = "Connection: close\r\n\r\n";
    let post = OPEN.replacen("GET", "POST", 1);
    for (bytes, wanted) in [
        (format!("{OPEN}{last}"), &[200][..]),
        (format!("{CLOSED}{last}"), &[401]),
        (format!("\r\n\r\n{OPEN}{last}"), &[200]),
        // Several at once are answered each, in order.
        (
            format!("{OPEN}\r\n{CLOSED}\r\n{OPEN}{last}"),
            &[200, 401, 200],
        ),
        // Where a body ends.
        (
            format!("{post}Content-Length: 4\r\n\r\n1234{CLOSED}{last}"),
            &[200, 401],
        ),
        (
            format!("{post}Content-Length: 4\r\nContent-Length: 5\r\n\r\n12345"),
            &[400],
        ),
        (format!("{post}Content-Length: 4, 4\r\n\r\n1234"), &[400]),
        (format!("{post}Content-Length: +4\r\n\r\n1234"), &[400]),
        (
            format!("{post}Content-Length: 99999999999999999999999\r\n\r\n"),
            &[400],
        ),
        (
            format!(
                "{post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{OPEN}{last}"
            ),
            &[200],
        ),
        (
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
            &[400],
        ),
        (
            format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
            &[400],
        ),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
            &[400],
        ),
        (
            format!(
                "{}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post.replace("1.1", "1.0")
            ),
            &[400],
        ),
        // Where a header begins and ends.
        (format!("{OPEN}X-A: a\r\n b\r\n{last}"), &[400]),
        (format!("{OPEN}X-A : a\r\n{last}"), &[400]),
        (format!("{OPEN}X-A: a\rb\r\n{last}"), &[400]),
        (format!("{OPEN}X-A: a\0b\r\n{last}"), &[400]),
        (format!("{OPEN}: a\r\n{last}"), &[400]),
        (format!("{CLOSED}:path: /open\r\n{last}"), &[400]),
        (format!("{CLOSED}X_Forwarded_Uri: /open\r\n{last}"), &[401]),
        // A trailer is no header.
        (
            format!(
                "{}Transfer-Encoding: chunked\r\nTrailer: X-Forwarded-Uri\r\n{}1\r\na\r\n0\r\nX-Forwarded-Uri: /open\r\n\r\n",
                CLOSED.replacen("GET", "POST", 1),
                last,
            ),
            &[401],
        ),
    ] {
        assert_eq!(
            statuses(server.address, bytes.as_bytes()),
            wanted,
            "{bytes:?}"
        );
    }
}

#[test]
fn other_versions_and_protocols_are_answered_in_the_own_one_or_not_at_all() {
    let server = Server::start(&Project::new(&rules()));
    let last = "Connection: close\r\n\r\n";
    let h2c = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings, close\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    for (bytes, wanted) in [
        (OPEN.replace("1.1", "1.0") + "\r\n", &[200][..]),
        (
            OPEN.replace("1.1", "1.0")
                .replace("Host: gate.test\r\n", "")
                + "\r\n",
            &[200],
        ),
        (OPEN.replace("1.1", "1.2") + last, &[400]),
        ("GET /decisions\r\n\r\n".to_owned(), &[400]),
        (
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_owned(),
            &[],
        ),
        (format!("{OPEN}{h2c}"), &[200]),
        (
            format!("{OPEN}Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n"),
            &[200],
        ),
        (
            "\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03".to_owned(),
            &[400],
        ),
    ] {
        assert_eq!(
            statuses(server.address, bytes.as_bytes()),
            wanted,
            "{bytes:?}"
        );
    }
}

#[test]
fn a_target_that_is_a_whole_url_names_the_host_that_the_header_names() {
    let server = Server::start(&Project::new(&rules()));
    for (target, host, wanted) in [
        ("http://api.test/decisions/open", "api.test", 200),
        ("http://api.test/decisions/closed", "api.test", 401),
        ("http://other.test/decisions/open", "api.test", 400),
        ("http://api.test/decisions/open", "other.test", 400),
        ("http://user@api.test/decisions/open", "api.test", 400),
    ] {
        let bytes = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(
            statuses(server.address, bytes.as_bytes()),
            [wanted],
            "{bytes:?}"
        );
    }
}

#[test]
fn a_target_with_a_fragment_is_refused_and_the_next_request_is_answered() {
    let server = Server::start(&Project::new(&rules()));
    for target in [
        "/decisions/open#/../closed",
        "/decisions/open#",
        "/decisions/open?a#b",
        "/version#",
    ] {
        let bytes = format!("GET {target} HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n");
        assert_eq!(
            statuses(server.address, bytes.as_bytes()),
            [400],
            "{target}"
        );
    }
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    for (target, wanted) in [
        ("/version", "200"),
        ("/version#", "400"),
        ("/version", "200"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: gate.test\r\nX-A: #\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).unwrap();
        let answer = String::from_utf8_lossy(&buffer[..read]).into_owned();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {wanted} ")),
            "{target}: {answer}"
        );
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_decided_about_as_they_are_or_refused() {
    let server = Server::start(&Project::new(&rules()));
    for (line, wanted) in [
        (&b"X-Forwarded-Uri: /closed\xff\r\n"[..], 404),
        (b"X-Forwarded-Uri: /open\xff\r\n", 200),
        (b"X-Forwarded-Uri: \xff/open\r\n", 400),
    ] {
        let start = "GET /decisions HTTP/1.1\r\nHost: gate.test\r\nConnection: close\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: api.test\r\n";
        let bytes = [start.as_bytes(), line, b"\r\n"].concat();
        assert_eq!(statuses(server.address, &bytes), [wanted], "{line:?}");
    }
    let path = b"GET /decisions/open\xff HTTP/1.1\r\nHost: api.test\r\n\r\n";
    assert_eq!(statuses(server.address, path), [400]);
    let host = b"GET /decisions/open HTTP/1.1\r\nHost: api.test\xff\r\nConnection: close\r\n\r\n";
    assert_eq!(statuses(server.address, host), [400]);
}

#[test]
fn what_is_too_large_is_refused_and_the_connection_ends() {
    let server = Server::start(&Project::new(&rules()));
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

/// More connections at rest than the process may have files open, and then one that asks.
#[cfg(unix)]
#[test]
fn connections_at_rest_make_room_for_those_that_ask() {
    let project = Project::new(&rules());
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
    let mut resting = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // Half of them were of use once.
        if number % 2 == 0 {
            stream.write_all(format!("{OPEN}\r\n").as_bytes()).unwrap();
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap();
            assert!(buffer[..read].starts_with(b"HTTP/1.1 200 OK"), "{number}");
        }
        resting.push(stream);
    }
    assert_eq!(server.decide("/open").status, 200);
    assert_eq!(server.decide("/closed").status, 401);
    let said = server.everything_said();
    let waited = said.matches("connections wait").count();
    assert!((1..10).contains(&waited), "one line now and then: {said}");
}
