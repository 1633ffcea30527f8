//! The services a function asks.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use super::http::{Answer, Asked, serve};

/// How Secrets Manager is to behave.
#[derive(Clone, Debug)]
pub enum Secret {
    /// It has this text.
    Text(String),
    /// There is no such secret.
    Missing,
    /// The service fails.
    Failing,
    /// The service never answers.
    Hanging,
}

/// A stand-in for Secrets Manager that knows one secret.
#[derive(Clone)]
pub struct SecretsManager {
    pub address: SocketAddr,
    state: Arc<Mutex<Secret>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl SecretsManager {
    pub async fn start(secret: Secret) -> Self {
        let state = Arc::new(Mutex::new(secret));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (current, seen) = (Arc::clone(&state), Arc::clone(&asked));
        let address = serve(move |request: Asked| {
            seen.lock().unwrap().push(request);
            let secret = current.lock().unwrap().clone();
            async move { secret.answer().await }
        })
        .await;
        Self {
            address,
            state,
            asked,
        }
    }

    /// From now on it behaves so.
    pub fn become_(&self, secret: Secret) {
        *self.state.lock().unwrap() = secret;
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The requests it got.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Secret {
    async fn answer(self) -> Answer {
        let error = |kind: &str| json!({"__type": kind, "message": "it is so"}).to_string();
        let answer = match self {
            Self::Text(text) => Answer::ok(
                json!({
                    "ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf",
                    "Name": "keys",
                    "SecretString": text,
                    "VersionId": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
                    "VersionStages": ["AWSCURRENT"],
                })
                .to_string(),
            ),
            Self::Missing => Answer::ok(error("ResourceNotFoundException")).status(400),
            Self::Failing => Answer::ok(error("InternalServiceError")).status(500),
            Self::Hanging => std::future::pending().await,
        };
        answer.with("content-type", "application/x-amz-json-1.1")
    }
}

/// How a session service is to behave.
#[derive(Clone, Copy, Debug)]
pub enum Sessions {
    /// It knows the session `valid`.
    Well,
    /// It answers 500.
    Failing,
    /// It never answers.
    Hanging,
    /// It answers HTML.
    Html,
}

/// A stand-in for a session service such as Ory Kratos, which answers `/sessions/whoami`.
pub struct SessionService {
    pub address: SocketAddr,
    state: Arc<Mutex<Sessions>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl SessionService {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(Sessions::Well));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (current, seen) = (Arc::clone(&state), Arc::clone(&asked));
        let address = serve(move |request: Asked| {
            seen.lock().unwrap().push(request.clone());
            let state = *current.lock().unwrap();
            async move {
                match state {
                    Sessions::Well => session(&request),
                    Sessions::Failing => Answer::ok("{}".into()).status(500),
                    Sessions::Html => Answer::ok("<html>it works</html>".into()),
                    Sessions::Hanging => std::future::pending().await,
                }
            }
        })
        .await;
        Self {
            address,
            state,
            asked,
        }
    }

    /// From now on it behaves so.
    pub fn become_(&self, state: Sessions) {
        *self.state.lock().unwrap() = state;
    }

    /// The requests it got.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// `valid=<subject>` is a session of that subject.
fn session(request: &Asked) -> Answer {
    let cookie = request.header("cookie").unwrap_or_default();
    let known = cookie
        .split("; ")
        .find_map(|pair| pair.strip_prefix("ory_session_slughere="));
    match known.and_then(|value| value.strip_prefix("valid-")) {
        Some(subject) => {
            let session: Value = json!({"active": true, "identity": {"id": subject}});
            Answer::ok(session.to_string()).with("content-type", "application/json")
        }
        None => Answer::ok(json!({"error": {"code": 401}}).to_string()).status(401),
    }
}
