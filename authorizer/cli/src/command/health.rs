//! `oathgate health`: checks that a decision server is ready, for containers without another HTTP client.

use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use oathgate_engine::ports::{HttpClient as _, HttpError, HttpRequest};
use oathgate_http_client::Client;
use thiserror::Error;

use crate::{command::CommandError, exit::Exit};

/// The arguments of `oathgate health`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The URL of the server's health endpoint
    #[arg(
        value_name = "URL",
        default_value = "http://127.0.0.1:4456/health/ready"
    )]
    url: String,
}

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A URL to which no request can be sent.
#[derive(Debug, Error)]
#[error("`{0}` is not a valid URL: write one such as `http://127.0.0.1:4456/health/ready`")]
pub(crate) struct HealthError(String);

/// Sends the request; any answer but 200 is a finding.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: arguments.url.clone(),
        headers: Vec::new(),
        body: Bytes::new(),
        timeout: TIMEOUT,
    };
    match Client::from_env()?.send(request).await {
        Ok(response) if response.status == 200 => Ok(Exit::Success),
        Ok(response) => {
            eprintln!(
                "oathgate: the server is not ready: it responds with {}",
                response.status
            );
            Ok(Exit::Findings)
        }
        Err(HttpError::Address) => Err(HealthError(arguments.url.clone()).into()),
        Err(error) => {
            eprintln!("oathgate: the server is not ready: {error}");
            Ok(Exit::Findings)
        }
    }
}
