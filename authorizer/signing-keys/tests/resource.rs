//! Requests of CloudFormation, with servers in place of it and of Secrets Manager.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use oathgate_http_client::{Client, aws::Account};
use oathgate_signing_keys::{Event, Resource, Status};
use serde_json::{Value, json};
use tokio::net::TcpListener;

async fn serve<F, W>(answer: F) -> SocketAddr
where
    F: Fn(String, Option<String>, Value) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = (u16, String)> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer.clone();
                async move {
                    let header = |name| {
                        request
                            .headers()
                            .get(name)
                            .map(|v| v.to_str().unwrap().to_owned())
                    };
                    let (action, kind) = (
                        header("x-amz-target").unwrap_or_default(),
                        header("content-type"),
                    );
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let (status, text) =
                        answer(action, kind, serde_json::from_slice(&body).unwrap()).await;
                    let body = Full::new(Bytes::from(text));
                    Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// Secrets Manager with one secret.
#[derive(Clone, Default)]
struct Vault {
    value: Arc<Mutex<Option<String>>>,
    writes: Arc<Mutex<Vec<Value>>>,
    reads: Arc<Mutex<Vec<Value>>>,
}

impl Vault {
    fn holding(text: &str) -> Self {
        Self {
            value: Arc::new(Mutex::new(Some(text.to_owned()))),
            ..Self::default()
        }
    }

    fn answer(&self, action: &str, request: Value) -> (u16, String) {
        let mut value = self.value.lock().unwrap();
        match action {
            "secretsmanager.GetSecretValue" => {
                self.reads.lock().unwrap().push(request);
                match &*value {
                    Some(text) => (200, json!({"SecretString": text}).to_string()),
                    None => (
                        400,
                        json!({"__type": "ResourceNotFoundException"}).to_string(),
                    ),
                }
            }
            "secretsmanager.PutSecretValue" => {
                *value = Some(request["SecretString"].as_str().unwrap().to_owned());
                self.writes.lock().unwrap().push(request);
                (200, "{}".to_owned())
            }
            other => panic!("{other}"),
        }
    }
}

/// The responses that CloudFormation received, each with its content type.
type Answers = Arc<Mutex<Vec<(Option<String>, Value)>>>;

struct World {
    resource: Resource,
    vault: Vault,
    url: String,
    answers: Answers,
}

async fn world(vault: Vault) -> World {
    let known = vault.clone();
    let secrets = serve(move |action, _, body| {
        let answer = known.answer(&action, body);
        async move { answer }
    })
    .await;
    with_secrets_at(&format!("http://{secrets}"), vault).await
}

async fn with_secrets_at(endpoint: &str, vault: Vault) -> World {
    let answers: Answers = Arc::default();
    let seen = Arc::clone(&answers);
    let url = serve(move |_, kind, body| {
        seen.lock().unwrap().push((kind, body));
        async { (200, String::new()) }
    })
    .await;
    let account = Account::from_variables(|name| match name {
        "AWS_REGION" => Some("eu-central-1".into()),
        "AWS_ENDPOINT_URL" => Some(endpoint.into()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("example".into()),
        _ => None,
    });
    let resource = Resource::new(Client::default(), account);
    World {
        resource,
        vault,
        url: format!("http://{url}/bucket/answer?X-Amz-Signature=presigned"),
        answers,
    }
}

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf";

impl World {
    fn event(&self, kind: &str, properties: Value) -> Event {
        serde_json::from_value(json!({
            "RequestType": kind,
            "ResponseURL": self.url,
            "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/dev/a",
            "RequestId": "2f1a7c1e-6c3b-4f5e-9d1c-0a1b2c3d4e5f",
            "LogicalResourceId": "FirstKey",
            "ResourceType": "Custom::OathgateSigningKeys",
            "ResourceProperties": properties,
        }))
        .unwrap()
    }

    async fn handle(&self, kind: &str, properties: Value) -> Value {
        self.follow_event(self.event(kind, properties)).await
    }

    async fn follow_event(&self, event: Event) -> Value {
        let deadline = SystemTime::now() + Duration::from_secs(6);
        self.resource.handle(&event, deadline).await.unwrap();
        let (content_type, answer) = self.answers.lock().unwrap().pop().unwrap();
        assert_eq!(content_type, None, "the URL is signed without one");
        for (member, value) in [
            ("StackId", &event.stack_id),
            ("RequestId", &event.request_id),
            ("LogicalResourceId", &event.logical_resource_id),
        ] {
            assert_eq!(answer[member], **value);
        }
        answer
    }

    fn keys(&self) -> Value {
        serde_json::from_str(self.vault.value.lock().unwrap().as_ref().unwrap()).unwrap()
    }
}

fn properties() -> Value {
    json!({"ServiceToken": "arn:aws:lambda:a", "SecretArn": ARN, "Algorithm": "ES256"})
}

#[tokio::test]
async fn it_writes_a_first_key_to_a_secret_without_one() {
    for vault in [
        Vault::default(),
        Vault::holding(""),
        Vault::holding("{}"),
        Vault::holding("placeholder"),
    ] {
        let world = world(vault).await;
        let answer = world.handle("Create", properties()).await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        assert_eq!(answer["PhysicalResourceId"], ARN);
        let keys = world.keys();
        assert_eq!(keys["keys"][0]["alg"], "ES256");
        assert_eq!(answer["Data"]["KeyIds"], keys["keys"][0]["kid"]);
        let writes = world.vault.writes.lock().unwrap().clone();
        assert_eq!(writes[0]["SecretId"], ARN);
        assert_eq!(
            writes[0]["ClientRequestToken"],
            "2f1a7c1e-6c3b-4f5e-9d1c-0a1b2c3d4e5f"
        );
    }
}

#[tokio::test]
async fn it_generates_es256_keys_unless_the_template_says_otherwise() {
    for (properties, algorithm) in [
        (json!({"SecretArn": ARN}), "ES256"),
        (json!({"SecretArn": ARN, "Algorithm": "RS256"}), "RS256"),
        (json!({"SecretArn": ARN, "Algorithm": "HS512"}), "HS512"),
    ] {
        let world = world(Vault::default()).await;
        world.handle("Create", properties).await;
        assert_eq!(world.keys()["keys"][0]["alg"], algorithm);
    }
}

#[tokio::test]
async fn it_keeps_the_keys_of_a_secret() {
    let kept = r#"{"keys":[{"kty":"oct","use":"sig","kid":"mine","alg":"HS256","k":"c2VjcmV0"}]}"#;
    for kind in ["Create", "Update"] {
        let world = world(Vault::holding(kept)).await;
        let answer = world.handle(kind, properties()).await;
        assert_eq!(
            (&answer["Status"], &answer["Data"]["KeyIds"]),
            (&json!("SUCCESS"), &json!("mine"))
        );
        assert!(world.vault.writes.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn it_does_not_replace_a_value_that_someone_wrote() {
    for text in [
        r#"{"password":"hunter2"}"#,
        "-----BEGIN PRIVATE KEY-----\nabc",
        r#"{"keys":[{"kid":"public"}]}"#,
    ] {
        let world = world(Vault::holding(text)).await;
        let answer = world.handle("Create", properties()).await;
        assert_eq!(answer["Status"], "FAILED", "{text}");
        assert!(!answer.to_string().contains("hunter2"));
        assert!(world.vault.writes.lock().unwrap().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn it_does_nothing_when_it_is_deleted() {
    let world = world(Vault::default()).await;
    let mut event = world.event("Delete", json!({"nonsense": 1}));
    event.physical_resource_id = Some("what-it-was-known-by".into());
    let answer = world.follow_event(event).await;
    assert_eq!(
        (&answer["Status"], &answer["PhysicalResourceId"]),
        (&json!("SUCCESS"), &json!("what-it-was-known-by"))
    );
    assert!(world.vault.reads.lock().unwrap().is_empty());
    assert!(world.vault.writes.lock().unwrap().is_empty());
}

#[tokio::test]
async fn it_reports_what_is_wrong_with_a_request() {
    for (kind, properties, message) in [
        ("Create", json!({}), "`SecretArn`"),
        ("Create", json!(null), "`SecretArn`"),
        ("Create", json!({"SecretArn": ""}), "`SecretArn`"),
        ("Create", json!({"SecretArn": ["a"]}), "`SecretArn`"),
        (
            "Create",
            json!({"SecretArn": ARN, "Algorithm": "none"}),
            "`none`",
        ),
        (
            "Create",
            json!({"SecretArn": ARN, "Algoritm": "ES256"}),
            "`Algoritm`",
        ),
        ("Replace", json!({"SecretArn": ARN}), "`Replace`"),
    ] {
        let world = world(Vault::default()).await;
        let answer = world.handle(kind, properties).await;
        assert_eq!(answer["Status"], "FAILED");
        assert!(
            answer["Reason"].as_str().unwrap().contains(message),
            "{answer}"
        );
        assert_ne!(answer["PhysicalResourceId"], "");
    }
}

#[tokio::test]
async fn it_answers_although_secrets_manager_does_not() {
    let refused = serve(|_, _, _| async {
        let body = json!({"__type": "AccessDeniedException", "Message": "not allowed"});
        (400, body.to_string())
    })
    .await;
    let hanging = serve(|_, _, _| std::future::pending()).await;
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    for (address, message) in [
        (refused, "AccessDeniedException"),
        (hanging, "ran out of time"),
        (gone, "refused"),
    ] {
        let world = with_secrets_at(&format!("http://{address}"), Vault::default()).await;
        let answer = world.handle("Create", properties()).await;
        assert_eq!(answer["Status"], "FAILED");
        assert!(
            answer["Reason"].as_str().unwrap().contains(message),
            "{answer}"
        );
    }
}

/// IAM propagates the rights of a new role only after a while.
#[tokio::test]
async fn it_waits_for_rights_to_propagate() {
    for code in [
        "AccessDeniedException",
        "KMSAccessDeniedException",
        "UnrecognizedClientException",
    ] {
        let vault = Vault::default();
        let known = vault.clone();
        let refused: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&refused);
        let secrets = serve(move |action, _, body| {
            let mut refused = seen.lock().unwrap();
            // The first two calls of each kind lack rights.
            let answer = if refused.iter().filter(|known| **known == action).count() < 2 {
                refused.push(action);
                (400, json!({"__type": code}).to_string())
            } else {
                known.answer(&action, body)
            };
            async move { answer }
        })
        .await;
        let world = with_secrets_at(&format!("http://{secrets}"), vault).await;
        let event = world.event("Create", properties());
        let deadline = SystemTime::now() + Duration::from_secs(90);
        world.resource.handle(&event, deadline).await.unwrap();
        let (_, answer) = world.answers.lock().unwrap().pop().unwrap();
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        assert_eq!(refused.lock().unwrap().len(), 4, "{code}");
        assert_eq!(world.vault.writes.lock().unwrap().len(), 1);
        assert_eq!(world.keys()["keys"][0]["alg"], "ES256");
    }
}

/// Only calls without sufficient rights are repeated.
#[tokio::test]
async fn it_waits_for_nothing_but_rights() {
    let calls: Arc<Mutex<usize>> = Arc::default();
    let seen = Arc::clone(&calls);
    let secrets = serve(move |_, _, _| {
        *seen.lock().unwrap() += 1;
        async {
            (
                400,
                json!({"__type": "InvalidRequestException"}).to_string(),
            )
        }
    })
    .await;
    let world = with_secrets_at(&format!("http://{secrets}"), Vault::default()).await;
    let answer = world.handle("Create", properties()).await;
    assert_eq!(answer["Status"], "FAILED", "{answer}");
    assert_eq!(*calls.lock().unwrap(), 1);
}

#[tokio::test]
async fn it_answers_without_an_account() {
    let mut world = world(Vault::default()).await;
    world.resource = Resource::new(Client::default(), Account::from_variables(|_| None));
    let answer = world.handle("Create", properties()).await;
    assert!(
        answer["Reason"].as_str().unwrap().contains("AWS_REGION"),
        "{answer}"
    );
}

#[tokio::test]
async fn it_repeats_the_delivery_of_its_response() {
    let tries = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&tries);
    let url = serve(move |_, _, _| {
        let mut tries = counted.lock().unwrap();
        *tries += 1;
        let status = if *tries < 3 { 503 } else { 200 };
        async move { (status, String::new()) }
    })
    .await;
    let world = world(Vault::default()).await;
    let mut event = world.event("Delete", json!({}));
    event.response_url = format!("http://{url}/");
    let deadline = SystemTime::now() + Duration::from_secs(10);
    assert_eq!(
        world.resource.handle(&event, deadline).await,
        Ok(Status::Success)
    );
    assert_eq!(*tries.lock().unwrap(), 3);

    event.response_url = String::new();
    assert!(world.resource.handle(&event, deadline).await.is_err());
}

#[tokio::test]
async fn it_reveals_no_key_and_no_response_url() {
    let world = world(Vault::default()).await;
    let event = world.event("Create", properties());
    assert!(!format!("{event:?}").contains("presigned"));
    let answer = world.follow_event(event).await.to_string();
    let keys = world.keys();
    let private = keys["keys"][0]["d"].as_str().unwrap();
    assert!(!answer.contains(private));
}
