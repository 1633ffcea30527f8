//! Requests to services that misbehave in every way.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests may fail loudly")]

mod services;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use oathgate_engine::ports::{HttpError, HttpRequest, HttpResponse};
use oathgate_http_client::{Client, Limits};
use services::{answer, head, service};
use tokio::{io::AsyncWriteExt, net::TcpListener};

fn get(url: String) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url,
        headers: vec![],
        body: Bytes::new(),
        timeout: Duration::from_secs(10),
    }
}

fn small() -> Client {
    Client::new(
        Limits {
            answer_bytes: 1000,
            ..Limits::default()
        },
        None,
    )
}

/// Sends a request to a service with a client of small limits.
async fn fetch(address: SocketAddr) -> Result<HttpResponse, HttpError> {
    small().fetch(get(format!("http://{address}/"))).await
}

/// A service that responds to the head of a request with these bytes, and closes the connection.
async fn responding(bytes: &'static [u8]) -> SocketAddr {
    service(move |mut stream, _| async move {
        head(&mut stream).await;
        stream.write_all(bytes).await.unwrap();
    })
    .await
}

#[tokio::test]
async fn it_keeps_connections_alive() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let address = service(move |mut stream, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            answer(&mut stream, "hello").await;
        }
    })
    .await;
    let client = small();
    for _ in 0..5 {
        let answer = client
            .fetch(get(format!("http://{address}/")))
            .await
            .unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &b"hello"[..]));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn it_sends_the_host_it_was_given() {
    let (seen, mut heads) = tokio::sync::mpsc::unbounded_channel();
    let address = service(move |mut stream, _| {
        let seen = seen.clone();
        async move {
            seen.send(head(&mut stream).await).unwrap();
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .unwrap();
        }
    })
    .await;
    let request = HttpRequest {
        headers: vec![("Host".into(), "elsewhere.example".into())],
        ..get(format!("http://{address}/a%2Fb?c=d"))
    };
    assert_eq!(small().fetch(request).await.unwrap().status, 204);
    let head = heads.recv().await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("get /a%2fb?c=d http/1.1\r\n"), "{head}");
    assert_eq!(head.matches("host:").count(), 1, "{head}");
    assert!(head.contains("host: elsewhere.example\r\n"), "{head}");
}

#[tokio::test]
async fn it_returns_redirects_to_the_caller() {
    let address = service(|mut stream, _| async move {
        head(&mut stream).await;
        let text =
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(text).await.unwrap();
    })
    .await;
    let answer = fetch(address).await.unwrap();
    assert_eq!(
        (answer.status, answer.header("Location")),
        (302, Some("http://127.0.0.1:1/"))
    );
}

#[tokio::test]
async fn a_refused_connection_is_reported() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let error = fetch(address).await.unwrap_err();
    assert_eq!(
        error,
        HttpError::Connect("the connection was refused".into())
    );
    assert!(!error.to_string().contains("127.0.0.1"));
}

#[tokio::test]
async fn an_unknown_name_is_reported() {
    let error = small()
        .fetch(get("http://nowhere.invalid/".into()))
        .await
        .unwrap_err();
    assert_eq!(error, HttpError::Connect("its name is not known".into()));
}

#[tokio::test]
async fn a_connection_that_is_closed_without_a_response_is_reported() {
    let address = service(|mut stream, _| async move {
        head(&mut stream).await;
    })
    .await;
    let error = fetch(address).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken(_)), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_is_reset_is_reported() {
    let address = service(|stream, _| async move {
        // Closing with the request unread makes the system send a reset.
        stream.readable().await.unwrap();
        drop(stream);
    })
    .await;
    let error = fetch(address).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken(_)), "{error:?}");
}

#[tokio::test]
async fn it_does_not_wait_longer_than_the_time_out() {
    let hanging = service(|mut stream, _| async move {
        head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let dripping = service(|mut stream, _| async move {
        head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n")
            .await
            .unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for address in [hanging, dripping] {
        let request = HttpRequest {
            timeout: Duration::from_millis(200),
            ..get(format!("http://{address}/"))
        };
        assert_eq!(
            small().fetch(request).await.unwrap_err(),
            HttpError::Timeout
        );
    }
}

#[tokio::test]
async fn it_refuses_a_response_above_the_largest_size() {
    let announced = service(|mut stream, _| async move {
        head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let endless = service(|mut stream, _| async move {
        head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .await
            .unwrap();
        while stream.write_all(b"a\r\n0123456789\r\n").await.is_ok() {}
    })
    .await;
    for address in [announced, endless] {
        let error = fetch(address).await.unwrap_err();
        assert_eq!(error, HttpError::TooLarge(1000));
    }
}

#[tokio::test]
async fn it_accepts_a_response_of_exactly_the_largest_size() {
    let body: &'static str = Box::leak("x".repeat(1000).into_boxed_str());
    let address = service(move |mut stream, _| async move {
        answer(&mut stream, body).await;
    })
    .await;
    let answer = fetch(address).await.unwrap();
    assert_eq!(answer.body.len(), 1000);
}

#[tokio::test]
async fn a_response_that_is_not_http_is_reported() {
    let address = responding(b"220 mail.example ESMTP\r\n\r\n").await;
    let error = fetch(address).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken(_)), "{error:?}");
}

#[tokio::test]
async fn a_response_that_is_cut_short_is_reported() {
    let address = responding(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    let error = fetch(address).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken(_)), "{error:?}");
}

#[tokio::test]
async fn it_skips_interim_responses_up_to_a_limit() {
    const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let once = service(|mut stream, _| async move {
        head(&mut stream).await;
        let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        stream.write_all(&[CONTINUE, reply].concat()).await.unwrap();
    })
    .await;
    let reply = small().fetch(get(format!("http://{once}/"))).await.unwrap();
    assert_eq!(&reply.body[..], b"hello");

    let endless = service(|mut stream, _| async move {
        head(&mut stream).await;
        while stream.write_all(CONTINUE).await.is_ok() {}
    })
    .await;
    let error = small()
        .fetch(get(format!("http://{endless}/")))
        .await
        .unwrap_err();
    let words = "it sends too many interim responses";
    assert_eq!(error, HttpError::Broken(words.into()));
}

/// A service that answers one request of its first connection and closes it on the second.
async fn closes_used_connections(received: Arc<AtomicUsize>) -> std::net::SocketAddr {
    service(move |mut stream, connection| {
        let received = Arc::clone(&received);
        async move {
            if connection == 0 {
                head(&mut stream).await;
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                    .await
                    .unwrap();
                head(&mut stream).await;
                received.fetch_add(1, Ordering::SeqCst);
            } else {
                received.fetch_add(answer(&mut stream, "again").await, Ordering::SeqCst);
            }
        }
    })
    .await
}

#[tokio::test]
async fn it_repeats_a_request_that_was_lost_on_a_kept_connection() {
    let address = closes_used_connections(Arc::default()).await;
    let client = small();
    client
        .fetch(get(format!("http://{address}/")))
        .await
        .unwrap();
    let answer = client
        .fetch(get(format!("http://{address}/")))
        .await
        .unwrap();
    assert_eq!(&answer.body[..], b"again");
}

#[tokio::test]
async fn it_never_repeats_a_request_that_changes_something() {
    let received = Arc::new(AtomicUsize::new(0));
    let address = closes_used_connections(Arc::clone(&received)).await;
    let client = small();
    client
        .fetch(get(format!("http://{address}/")))
        .await
        .unwrap();
    let request = HttpRequest {
        method: "POST".into(),
        body: Bytes::from_static(b"token=1"),
        ..get(format!("http://{address}/"))
    };
    let error = client.fetch(request).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken(_)), "{error:?}");
    assert_eq!(received.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn it_recovers_when_the_service_does() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = small();
    client
        .fetch(get(format!("http://{address}/")))
        .await
        .unwrap_err();
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream, "back").await;
    });
    assert_eq!(
        &client
            .fetch(get(format!("http://{address}/")))
            .await
            .unwrap()
            .body[..],
        b"back"
    );
}
