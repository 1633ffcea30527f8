//! `oathgate health`: whether a decision server is ready, for containers that hold no other program.

use std::time::Duration;

use bytes::Bytes;
use oathgate_engine::ports::{HttpClient as _, HttpError, HttpRequest};
use oathgate_http_client::Client;
use thiserror::Error;

use crate::{arguments::Health, command::CommandError, exit::Exit};

/// Nobody waits longer for a server that only has to say yes.
const PATIENCE: Duration = Duration::from_secs(2);

/// An address that nobody can be asked at.
#[derive(Debug, Error)]
#[error("`{0}` is no URL to ask: write `http://127.0.0.1:4456/health/ready`")]
pub(crate) struct HealthError(String);

/// Asks the server; findings where it does not answer 200.
pub(crate) async fn run(arguments: &Health) -> Result<Exit, CommandError> {
    let asked = HttpRequest {
        method: "GET".to_owned(),
        url: arguments.url.clone(),
        headers: Vec::new(),
        body: Bytes::new(),
        timeout: PATIENCE,
    };
    match Client::from_env()?.send(asked).await {
        Ok(answer) if answer.status == 200 => Ok(Exit::Success),
        Ok(answer) => {
            eprintln!("oathgate: the server is not ready: {}", answer.status);
            Ok(Exit::Findings)
        }
        Err(HttpError::Address) => Err(HealthError(arguments.url.clone()).into()),
        Err(error) => {
            eprintln!("oathgate: the server is not ready: {error}");
            Ok(Exit::Findings)
        }
    }
}
