//! A session or token service that the gate calls.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

/// Answers every request with 200 and a body.
pub fn service(body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            read_request(&mut stream);
            answer(&mut stream, body);
        }
    });
    address
}

/// Redirects every request to `/rules` of another service.
pub fn redirecting_service(to: SocketAddr) -> SocketAddr {
    redirecting_with(302, format!("http://{to}/rules"))
}

/// Answers every request with a redirect.
pub fn redirecting_with(status: u16, location: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            read_request(&mut stream);
            let text = format!(
                "HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            );
            stream.write_all(text.as_bytes()).unwrap();
        }
    });
    address
}

/// Answers every request with 200 and a body, and passes on everything that it receives.
pub fn recording_service(body: &'static str) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (record, recorded) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            record.send(read_request(&mut stream)).unwrap();
            answer(&mut stream, body);
        }
    });
    (address, recorded)
}

/// A service that reports each request and answers on a signal.
pub fn slow_service(body: &'static str) -> (SocketAddr, Receiver<()>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (arrived, is_asked) = mpsc::channel();
    let (go_on, told) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut stream);
        arrived.send(()).unwrap();
        told.recv().unwrap();
        answer(&mut stream, body);
    });
    (address, is_asked, go_on)
}

/// Reads a request and returns its bytes.
fn read_request(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        request += &line;
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request + &String::from_utf8_lossy(&body)
}

fn answer(stream: &mut TcpStream, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    // The gate may have closed the connection.
    stream.write_all(text.as_bytes()).ok();
}
