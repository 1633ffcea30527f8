//! `oathgate serve`: clients that send too slowly, not at all, or do not take their answer.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use rustls::RootCertStore;
use serde_json::{Value, json};

use crate::harness::{
    Project, config, http, open_rule,
    server::{Server, gateway_headers},
    service::slow_service,
    tls::{self, certificate},
};

/// How long a test waits for the server to close a connection before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// A configuration whose three ports have these time-outs, and the certificate that two may serve.
fn with_timeouts(timeout: &Value, tls: Option<&Value>) -> Value {
    let mut config = config();
    config["serve"]["proxy"] = json!({"host": "127.0.0.1", "port": 0});
    for port in ["api", "proxy"] {
        config["serve"][port]["timeout"] = timeout.clone();
        if let Some(tls) = tls {
            config["serve"][port]["tls"] = tls.clone();
        }
    }
    config
}

/// Whether the server closes a connection that receives one byte after another, without end.
fn is_left_while_it_drips(stream: &mut dyn Stream, byte: u8) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if stream
            .write_all(&[byte])
            .and_then(|()| stream.flush())
            .is_err()
        {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Everything that is received until the server closes the connection.
fn rest(stream: &mut dyn Stream) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => all.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                panic!("the server keeps the connection")
            }
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn a_connection_without_progress_is_closed_on_every_port() {
    let certificate = certificate();
    let setting = certificate.setting();
    let timeout = json!({"read": "300ms", "idle": "300ms"});
    for encrypted in [false, true] {
        let config = with_timeouts(&timeout, encrypted.then_some(&setting));
        let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
        let ports = [
            ("decisions are served at ", encrypted),
            ("metrics are served at ", false),
            ("no requests are proxied at ", encrypted),
        ];
        thread::scope(|at_once| {
            for (port, encrypted) in ports {
                let (server, roots) = (&server, &certificate.roots);
                at_once.spawn(move || nothing_gets_on(server, port, encrypted.then_some(roots)));
            }
        });
    }
}

/// Tries every kind of connection without progress on one port, which is named by its line in the log.
fn nothing_gets_on(server: &Server, port: &str, roots: Option<&RootCertStore>) {
    let address = server.address_in(port);
    let open = || -> Box<dyn Stream> {
        match roots {
            None => Box::new(connect(address)),
            Some(roots) => {
                let stream = tls::connect(address, roots);
                stream.sock.set_read_timeout(Some(PATIENCE)).unwrap();
                Box::new(stream)
            }
        }
    };
    for sent in [
        "",
        "GET /ver",
        "GET /version HTTP/1.1\r\nHost: gate.test\r\nX-A: ",
        "GET /version HTTP/1.1\r\nHost: gate.test\r\n",
        "POST /version HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 9\r\n\r\n1",
        "POST /version HTTP/1.1\r\nHost: gate.test\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n1",
    ] {
        let mut stream = open();
        stream.write_all(sent.as_bytes()).unwrap();
        let answered = !rest(&mut stream).is_empty();
        assert_eq!(answered, sent.starts_with("POST"), "{port}: {sent:?}");
    }
    // A connection that has had a response is closed as well.
    let mut stream = open();
    let whole = "GET /version HTTP/1.1\r\nHost: gate.test\r\n\r\n";
    stream.write_all(whole.as_bytes()).unwrap();
    assert!(rest(&mut stream).starts_with("HTTP/1.1 "), "{port}");

    for start in ["", "GET /version HTTP/1.1\r\nX-A: "] {
        let mut stream = open();
        stream.write_all(start.as_bytes()).unwrap();
        assert!(
            is_left_while_it_drips(&mut stream, b'a'),
            "{port}: {start:?}"
        );
    }
    let mut stream = open();
    stream.write_all(whole.as_bytes()).unwrap();
    let left = is_left_while_it_drips(&mut stream, b'a');
    assert!(left, "{port}: the second request of a connection");
}

#[test]
fn an_unfinished_handshake_is_closed() {
    let setting = certificate().setting();
    let config = with_timeouts(&json!({"read": "300ms"}), Some(&setting));
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    // The first byte of a TLS record, and then nothing.
    for sent in [&b""[..], b"\x16"] {
        let mut stream = connect(server.address);
        stream.write_all(sent).unwrap();
        assert_eq!(rest(&mut stream), "");
    }
}

#[test]
fn a_body_that_does_not_arrive_in_time_is_answered_with_408() {
    let config = with_timeouts(&json!({"read": "300ms"}), None);
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    for (head, dripped) in [
        ("Content-Length: 100000\r\n\r\n12", None),
        ("Transfer-Encoding: chunked\r\n\r\n2\r\n1", None),
        ("Content-Length: 100000\r\n\r\n", Some(b'a')),
        ("Transfer-Encoding: chunked\r\n\r\nfffff\r\n", Some(b'a')),
        (
            "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ",
            Some(b'a'),
        ),
    ] {
        let mut stream = connect(server.address);
        let start = "POST /decisions/a HTTP/1.1\r\nHost: api.test\r\n";
        stream
            .write_all(format!("{start}{head}").as_bytes())
            .unwrap();
        let mut reader = stream.try_clone().unwrap();
        let answer = thread::spawn(move || rest(&mut reader));
        if let Some(byte) = dripped {
            assert!(is_left_while_it_drips(&mut stream, byte), "{head:?}");
        }
        let answer = answer.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{head:?}: {answer}");
    }
}

#[test]
fn a_malformed_body_is_answered_with_400() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    let mut stream = connect(server.address);
    let request =
        "POST /decisions/a HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let answer = rest(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[test]
fn a_client_that_does_not_read_the_response_is_disconnected() {
    let mut config = with_timeouts(&json!({"write": "300ms"}), None);
    config["serve"]["api"]["timeout"]["read"] = json!("60s");
    let rules: Vec<_> = (0..500)
        .map(|number| {
            let mut rule = open_rule(&format!("r{number}"), &format!("/{number}"));
            rule["description"] = json!("x".repeat(100_000));
            rule
        })
        .collect();
    let server = Server::start(&Project::with(&config, &json!(rules)));
    let mut stream = connect(server.address);
    let request = "GET /rules?limit=500 HTTP/1.1\r\nHost: gate.test\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    // Nothing is read. A connection that the server has closed refuses bytes sooner or later.
    assert!(is_left_while_it_drips(&mut stream, b'\r'));
}

#[test]
fn a_decision_may_take_longer_than_a_request() {
    let (service, is_asked, go_on) = slow_service(r#"{"subject": "ada"}"#);
    let mut config = with_timeouts(&json!({"read": "200ms", "idle": "200ms"}), None);
    config["authenticators"]["cookie_session"] =
        json!({"enabled": true, "config": {"check_session_url": format!("http://{service}/")}});
    let mut rule = open_rule("a", "/a");
    rule["authenticators"] = json!([{"handler": "cookie_session"}]);
    let server = Server::start(&Project::with(&config, &json!([rule])));
    let address = server.address;
    let client = thread::spawn(move || {
        let headers = gateway_headers("/a", &[("Cookie", "session=x")]);
        http::send(address, "GET", "/decisions", &headers)
    });
    is_asked.recv().unwrap();
    thread::sleep(Duration::from_millis(600));
    go_on.send(()).unwrap();
    assert_eq!(client.join().unwrap().status, 200);
}

#[test]
fn a_connection_may_be_idle_between_requests_for_longer_than_the_read_limit() {
    let config = with_timeouts(&json!({"read": "200ms", "idle": "60s"}), None);
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    let mut stream = connect(server.address);
    for _ in 0..2 {
        let request = "GET /version HTTP/1.1\r\nHost: gate.test\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200 OK"));
        thread::sleep(Duration::from_millis(600));
    }
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}
