//! Secrets Manager with one secret, its versions and their labels.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A version: its value, if it has one, and its labels.
pub(crate) type Version = (Option<String>, Vec<String>);

#[derive(Default)]
struct Secret {
    versions: BTreeMap<String, Version>,
    rotation_enabled: bool,
    /// The version that someone else makes current right before the next label is moved.
    before_move: Option<(String, String)>,
}

#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<Mutex<Secret>>);

impl Vault {
    pub(crate) fn holding(version: &str, text: &str) -> Self {
        let vault = Self::default();
        vault.put(version, text, "AWSCURRENT");
        vault
    }

    /// Starts a rotation as Secrets Manager does: the version exists, is pending and has no value.
    pub(crate) fn begin_rotation(&self, token: &str) {
        self.secret().rotation_enabled = true;
        self.secret()
            .versions
            .insert(token.to_owned(), (None, Vec::new()));
        self.stage(token, "AWSPENDING");
    }

    pub(crate) fn put(&self, version: &str, text: &str, stage: &str) {
        self.secret()
            .versions
            .insert(version.to_owned(), (Some(text.to_owned()), Vec::new()));
        self.stage(version, stage);
    }

    pub(crate) fn stage(&self, version: &str, stage: &str) {
        let mut secret = self.secret();
        let before = staged(&secret, stage);
        for (_, stages) in secret.versions.values_mut() {
            stages.retain(|known| known != stage);
        }
        let (_, stages) = secret.versions.get_mut(version).unwrap();
        stages.push(stage.to_owned());
        drop(secret);
        if let ("AWSCURRENT", Some(before)) = (stage, before.filter(|before| before != version)) {
            self.stage(&before, "AWSPREVIOUS");
        }
    }

    pub(crate) fn before_next_move(&self, version: &str, text: &str) {
        self.secret().before_move = Some((version.to_owned(), text.to_owned()));
    }

    pub(crate) fn value(&self, stage: &str) -> Option<String> {
        let secret = self.secret();
        let version = staged(&secret, stage)?;
        secret.versions[&version].0.clone()
    }

    pub(crate) fn versions(&self) -> BTreeMap<String, Version> {
        self.secret().versions.clone()
    }

    pub(crate) async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let vault = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let vault = vault.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let vault = vault.clone();
                    async move {
                        let target = request.headers()["x-amz-target"].to_str().unwrap();
                        let action = target.trim_start_matches("secretsmanager.").to_owned();
                        let body = request.into_body().collect().await.unwrap().to_bytes();
                        let request = serde_json::from_slice(&body).unwrap();
                        let (status, answer) = match vault.answer(&action, &request) {
                            Ok(answer) => (200, answer),
                            Err(code) => (400, json!({"__type": code, "message": action})),
                        };
                        let body = Full::new(Bytes::from(answer.to_string()));
                        Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        format!("http://{address}")
    }

    fn answer(&self, action: &str, request: &Value) -> Result<Value, &'static str> {
        let text = |name: &str| request[name].as_str().map(str::to_owned);
        match action {
            "DescribeSecret" => {
                let secret = self.secret();
                let stages: BTreeMap<_, _> = secret
                    .versions
                    .iter()
                    .filter(|(_, (_, stages))| !stages.is_empty())
                    .map(|(version, (_, stages))| (version, stages))
                    .collect();
                Ok(
                    json!({"VersionIdsToStages": stages, "RotationEnabled": secret.rotation_enabled}),
                )
            }
            "GetSecretValue" => {
                let secret = self.secret();
                let version = text("VersionId").or_else(|| staged(&secret, "AWSCURRENT"));
                let found = version.and_then(|version| secret.versions.get(&version));
                match found {
                    Some((Some(value), _)) => Ok(json!({ "SecretString": value })),
                    _ => Err("ResourceNotFoundException"),
                }
            }
            "PutSecretValue" => {
                let (token, value) = (
                    text("ClientRequestToken").unwrap(),
                    text("SecretString").unwrap(),
                );
                let known = self.secret().versions.get(&token).cloned();
                match known {
                    Some((Some(known), _)) if known == value => Ok(json!({})),
                    Some((Some(_), _)) => Err("ResourceExistsException"),
                    _ => {
                        self.put(
                            &token,
                            &value,
                            request["VersionStages"][0].as_str().unwrap(),
                        );
                        Ok(json!({}))
                    }
                }
            }
            "UpdateSecretVersionStage" => {
                let other = self.secret().before_move.take();
                if let Some((version, text)) = other {
                    self.put(&version, &text, "AWSCURRENT");
                }
                let stage = text("VersionStage").unwrap();
                let on = staged(&self.secret(), &stage);
                if on != text("RemoveFromVersionId") {
                    return Err("InvalidParameterException");
                }
                match text("MoveToVersionId") {
                    Some(version) => self.stage(&version, &stage),
                    None => {
                        for (_, stages) in self.secret().versions.values_mut() {
                            stages.retain(|known| *known != stage);
                        }
                    }
                }
                Ok(json!({}))
            }
            _ => Err("InvalidRequestException"),
        }
    }

    fn secret(&self) -> MutexGuard<'_, Secret> {
        self.0.lock().unwrap()
    }
}

fn staged(secret: &Secret, stage: &str) -> Option<String> {
    let has = |(_, stages): &Version| stages.iter().any(|known| known == stage);
    secret
        .versions
        .iter()
        .find(|(_, version)| has(version))
        .map(|(id, _)| id.clone())
}
