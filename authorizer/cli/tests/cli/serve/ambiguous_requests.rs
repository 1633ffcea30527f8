//! `oathgate serve`: requests that servers and proxies read differently, as bytes.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::harness::{
    Project,
    raw::{CLOSED, OPEN, TIMEOUT, open_and_closed, statuses},
    server::Server,
};

#[test]
fn ambiguous_requests_are_read_strictly_or_refused() {
    let server = Server::start(&Project::new(&open_and_closed()));
    let last = "Connection: close\r\n\r\n";
    let post = OPEN.replacen("GET", "POST", 1);
    for (bytes, wanted) in [
        (format!("{OPEN}{last}"), &[200][..]),
        (format!("{CLOSED}{last}"), &[401]),
        (format!("\r\n\r\n{OPEN}{last}"), &[200]),
        // Several requests together are answered one by one, in order.
        (
            format!("{OPEN}\r\n{CLOSED}\r\n{OPEN}{last}"),
            &[200, 401, 200],
        ),
        // The end of a body.
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
        // The beginning and the end of a header.
        (format!("{OPEN}X-A: a\r\n b\r\n{last}"), &[400]),
        (format!("{OPEN}X-A : a\r\n{last}"), &[400]),
        (format!("{OPEN}X-A: a\rb\r\n{last}"), &[400]),
        (format!("{OPEN}X-A: a\0b\r\n{last}"), &[400]),
        (format!("{OPEN}: a\r\n{last}"), &[400]),
        (format!("{CLOSED}:path: /open\r\n{last}"), &[400]),
        (format!("{CLOSED}X_Forwarded_Uri: /open\r\n{last}"), &[401]),
        // A trailer is not a header.
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
fn other_http_versions_and_protocols_are_answered_in_http_1_or_not_at_all() {
    let server = Server::start(&Project::new(&open_and_closed()));
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
fn an_absolute_target_must_have_the_host_of_the_header() {
    let server = Server::start(&Project::new(&open_and_closed()));
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
    let server = Server::start(&Project::new(&open_and_closed()));
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
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
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
fn bytes_other_than_utf_8_are_decided_unchanged_or_refused() {
    let server = Server::start(&Project::new(&open_and_closed()));
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
