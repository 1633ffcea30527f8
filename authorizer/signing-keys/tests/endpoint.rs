//! The public documents, requested as by API Gateway.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request as Asked, Response as Answer, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use oathgate_credentials::generate;
use oathgate_http_client::{Client, aws::Account};
use oathgate_signing_keys::{Endpoint, EndpointSettings, Request, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const KEY_SET: &str = "/.well-known/jwks.json";
const DISCOVERY: &str = "/.well-known/openid-configuration";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_750_000_000 + seconds)
}

struct World {
    endpoint: Endpoint,
    /// The secret's value; without one, Secrets Manager fails.
    value: Arc<Mutex<Option<String>>>,
    reads: Arc<Mutex<usize>>,
}

async fn world(value: Option<String>, base_url: Option<&str>) -> World {
    let (value, reads) = (Arc::new(Mutex::new(value)), Arc::new(Mutex::new(0)));
    let (known, counted) = (Arc::clone(&value), Arc::clone(&reads));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (known, counted) = (Arc::clone(&known), Arc::clone(&counted));
            let service = service_fn(move |_: Asked<Incoming>| {
                *counted.lock().unwrap() += 1;
                let (status, body) = match &*known.lock().unwrap() {
                    Some(text) => (200, json!({ "SecretString": text })),
                    None => (400, json!({"__type": "AccessDeniedException"})),
                };
                let body = Full::new(Bytes::from(body.to_string()));
                async move { Ok::<_, Infallible>(Answer::builder().status(status).body(body).unwrap()) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    let account = Account::from_variables(|name| match name {
        "AWS_REGION" => Some("eu-central-1".into()),
        "AWS_ENDPOINT_URL" => Some(format!("http://{address}")),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("example".into()),
        _ => None,
    });
    let settings = EndpointSettings {
        secret: "keys".to_owned(),
        ttl: Duration::from_secs(60),
        max_age: Duration::from_secs(300),
        issuer: "https://gate.example.com/".to_owned(),
        base_url: base_url.map(str::to_owned),
    };
    World {
        endpoint: Endpoint::new(Client::default(), account, settings).unwrap(),
        value,
        reads,
    }
}

fn keys(algorithm: &str, members: Value) -> String {
    let keys = generate(algorithm.parse().unwrap(), Some("mine"), None).unwrap();
    let mut set = serde_json::to_value(keys.as_json()).unwrap();
    for (member, value) in members.as_object().unwrap() {
        set["keys"][0][member] = value.clone();
    }
    set.to_string()
}

/// A request as a REST API sends it.
fn request(method: &str, path: &str, headers: Value) -> Request {
    serde_json::from_value(json!({
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": null,
        "requestContext": {"domainName": "abc.execute-api.eu-central-1.amazonaws.com", "path": format!("/dev{path}")},
        "body": null,
        "isBase64Encoded": false,
    }))
    .unwrap()
}

impl World {
    async fn get(&self, path: &str, now: u64) -> Response {
        let request = request("GET", path, json!({}));
        self.endpoint.answer(&request, at(now)).await
    }
}

fn body(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

#[tokio::test]
async fn the_key_set_has_the_public_halves_and_nothing_else() {
    for algorithm in ["ES256", "RS256"] {
        let set = keys(algorithm, json!({}));
        let world = world(Some(set.clone()), None).await;
        let answer = world.get(KEY_SET, 0).await;
        assert_eq!(answer.status_code, 200);
        assert_eq!(answer.headers["Content-Type"], "application/json");
        assert_eq!(answer.headers["Cache-Control"], "public, max-age=300");
        assert_eq!(answer.headers["Access-Control-Allow-Origin"], "*");
        assert_eq!(body(&answer)["keys"][0]["kid"], "mine");
        let written: Value = serde_json::from_str(&set).unwrap();
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            assert!(body(&answer)["keys"][0].get(member).is_none());
            if let Some(secret) = written["keys"][0][member].as_str() {
                assert!(!answer.body.contains(secret), "{algorithm} {member}");
            }
        }
    }
    let world = world(Some(keys("HS256", json!({}))), None).await;
    assert_eq!(world.get(KEY_SET, 0).await.body, r#"{"keys":[]}"#);
}

#[tokio::test]
async fn the_discovery_document_has_the_url_of_the_keys() {
    let world = self::world(Some(keys("ES256", json!({}))), None).await;
    let answer = world.get(DISCOVERY, 0).await;
    assert_eq!(
        body(&answer),
        json!({
            "issuer": "https://gate.example.com/",
            "jwks_uri": "https://abc.execute-api.eu-central-1.amazonaws.com/dev/.well-known/jwks.json",
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        })
    );
    let moved = self::world(
        Some(keys("ES256", json!({}))),
        Some("https://keys.example.com/a/"),
    )
    .await;
    let answer = moved.get(DISCOVERY, 0).await;
    assert_eq!(
        body(&answer)["jwks_uri"],
        "https://keys.example.com/a/.well-known/jwks.json"
    );
    // Below a path, and by an HTTP API.
    let below = format!("/auth{DISCOVERY}");
    let http: Request = serde_json::from_value(json!({
        "version": "2.0",
        "rawPath": format!("/dev{below}"),
        "headers": {"host": "evil.example"},
        "requestContext": {
            "domainName": "api.example.com",
            "http": {"method": "GET", "path": format!("/dev{below}")},
        },
    }))
    .unwrap();
    let answer = world.endpoint.answer(&http, at(0)).await;
    assert_eq!(
        body(&answer)["jwks_uri"],
        "https://api.example.com/dev/auth/.well-known/jwks.json"
    );
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_until_its_exp_without_another_reading() {
    let set = keys("ES256", json!({"nbf": 1_750_000_010, "exp": 1_750_000_020}));
    let world = world(Some(set), None).await;
    for (now, count) in [(0, 1), (10, 1), (19, 1), (20, 0)] {
        let answer = world.get(KEY_SET, now).await;
        assert_eq!(body(&answer)["keys"].as_array().unwrap().len(), count);
    }
    assert_eq!(*world.reads.lock().unwrap(), 1);
}

#[tokio::test]
async fn the_last_valid_set_is_published_while_there_is_no_other() {
    let world = world(Some(keys("ES256", json!({}))), None).await;
    let good = world.get(KEY_SET, 0).await;
    world.get(KEY_SET, 59).await;
    assert_eq!(*world.reads.lock().unwrap(), 1);
    for broken in [
        None,
        Some("no set".to_owned()),
        Some(r#"{"keys":[]}"#.to_owned()),
    ] {
        *world.value.lock().unwrap() = broken;
        for now in [60, 70, 4000] {
            assert_eq!(world.get(KEY_SET, now).await, good);
        }
    }
    *world.value.lock().unwrap() = Some(keys("ES256", json!({"kid": "next"})));
    let answer = world.get(KEY_SET, 5000).await;
    assert_eq!(body(&answer)["keys"][0]["kid"], "next");
}

#[tokio::test]
async fn an_error_must_not_be_cached() {
    let world = world(None, None).await;
    for path in [KEY_SET, DISCOVERY] {
        let answer = world.get(path, 0).await;
        assert_eq!(answer.status_code, 503);
        assert_eq!(answer.headers["Cache-Control"], "no-store");
        assert!(!answer.body.contains("AccessDenied"), "{}", answer.body);
    }
    *world.value.lock().unwrap() = Some(keys("ES256", json!({})));
    assert_eq!(world.get(KEY_SET, 1).await.status_code, 200);
}

#[tokio::test]
async fn a_client_with_the_current_document_gets_no_body() {
    let world = world(Some(keys("ES256", json!({}))), None).await;
    let tag = world.get(KEY_SET, 0).await.headers["ETag"].clone();
    for known in [tag.clone(), format!("\"a\", W/{tag}"), "*".to_owned()] {
        for name in ["If-None-Match", "if-none-match"] {
            let request = request("GET", KEY_SET, json!({ name: known }));
            let answer = world.endpoint.answer(&request, at(0)).await;
            assert_eq!(
                (answer.status_code, answer.body.as_str()),
                (304, ""),
                "{known}"
            );
            assert_eq!(answer.headers["ETag"], tag);
        }
    }
    let request = request("GET", KEY_SET, json!({"If-None-Match": "\"another\""}));
    assert_eq!(
        world.endpoint.answer(&request, at(0)).await.status_code,
        200
    );
    assert_ne!(world.get(DISCOVERY, 0).await.headers["ETag"], tag);
}

#[tokio::test]
async fn other_methods_and_paths_are_refused() {
    let world = world(Some(keys("ES256", json!({}))), None).await;
    for (method, path, status) in [
        ("HEAD", KEY_SET, 200),
        ("POST", KEY_SET, 405),
        ("OPTIONS", DISCOVERY, 405),
        ("DELETE", DISCOVERY, 405),
        ("get", KEY_SET, 405),
        ("GET", "/", 404),
        ("GET", "/.well-known/jwks.json/", 404),
        ("GET", "/.well-known/JWKS.json", 404),
        ("GET", "/.well-known/security.txt", 404),
        ("POST", "/a", 404),
    ] {
        let answer = world
            .endpoint
            .answer(&request(method, path, json!(null)), at(0))
            .await;
        assert_eq!(answer.status_code, status, "{method} {path}");
        if method == "HEAD" {
            assert_eq!(answer.body, "");
        }
        if status == 405 {
            assert_eq!(answer.headers["Allow"], "GET, HEAD");
        }
    }
}
