//! Services that misbehave, each on a port of its own.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "each test file uses a part of this one"
)]

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Serves each connection by `serve`, which is given the number of earlier connections.
pub async fn service<F, W>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream, usize) -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, count.fetch_add(1, Ordering::SeqCst)));
        }
    });
    address
}

/// Reads one request's head; empty at the end of the connection.
pub async fn head<S: tokio::io::AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => text.push(byte),
            Err(_) => return String::new(),
        }
    }
    String::from_utf8(text).unwrap()
}

/// Answers each request of a connection with the same text, and returns how many it answered.
pub async fn answer<S>(stream: &mut S, body: &str) -> usize
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut answered = 0;
    while !head(stream).await.is_empty() {
        let text = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        answered += 1;
    }
    answered
}
