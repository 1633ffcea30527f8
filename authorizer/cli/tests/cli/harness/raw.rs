//! Requests as bytes, for those that no HTTP client sends.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

use super::{closed_rule, open_rule};

/// How long a test waits for a response before it fails.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// A gateway's request about an open path, without the empty line after the headers.
pub const OPEN: &str = "GET /decisions HTTP/1.1\r\nHost: gate.test\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: api.test\r\nX-Forwarded-Uri: /open\r\n";

/// The same about a path that no request is allowed to.
pub const CLOSED: &str = "GET /decisions HTTP/1.1\r\nHost: gate.test\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: api.test\r\nX-Forwarded-Uri: /closed\r\n";

/// The rules of both paths.
pub fn open_and_closed() -> Value {
    json!([
        open_rule("open", "/open<.*>"),
        closed_rule("closed", "/closed")
    ])
}

/// The statuses of all responses to these bytes until the server closes the connection, which the last request has to
/// ask for if it is valid.
pub fn statuses(to: SocketAddr, bytes: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    // The server may close the connection before the end.
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
