//! The HTTP client that the AWS SDK sends its requests with.

use std::time::Duration;

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use oathgate_engine::ports::{self, HttpError};

use crate::Client;

/// How long one attempt may take where the SDK's configuration names no limit.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends the AWS SDK's requests through a [`Client`].
#[derive(Clone, Debug)]
pub struct SdkConnector {
    client: Client,
    timeout: Duration,
}

impl SdkConnector {
    /// Sends through `client`, sharing its connections.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            timeout: DEFAULT_TIMEOUT,
        }
    }
}

impl HttpClient for SdkConnector {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Self {
            client: self.client.clone(),
            timeout: settings.read_timeout().unwrap_or(DEFAULT_TIMEOUT),
        })
    }
}

impl HttpConnector for SdkConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.client.clone();
        let timeout = self.timeout;
        HttpConnectorFuture::new(async move {
            let answer = client
                .fetch(outgoing(&request, timeout)?)
                .await
                .map_err(failed)?;
            incoming(answer)
        })
    }
}

fn outgoing(
    request: &HttpRequest,
    timeout: Duration,
) -> Result<ports::HttpRequest, ConnectorError> {
    let body = request
        .body()
        .bytes()
        .ok_or_else(|| ConnectorError::user("a streamed body cannot be sent".into()))?;
    Ok(ports::HttpRequest {
        method: request.method().to_owned(),
        url: request.uri().to_owned(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: Bytes::copy_from_slice(body),
        timeout,
    })
}

fn incoming(answer: ports::HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status)
        .map_err(|_| ConnectorError::io("the response's status is not valid".into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in answer.headers {
        response
            .headers_mut()
            .try_append(name, value)
            .map_err(|_| ConnectorError::io("the response's headers cannot be read".into()))?;
    }
    Ok(response)
}

fn failed(error: HttpError) -> ConnectorError {
    match error {
        HttpError::Timeout => ConnectorError::timeout(error.into()),
        HttpError::Address | HttpError::Method | HttpError::Header(_) => {
            ConnectorError::user(error.into())
        }
        HttpError::Connect(_) => ConnectorError::io(error.into()).never_connected(),
        HttpError::Broken(_)
        | HttpError::TooLarge(_)
        | HttpError::Redirects
        | HttpError::ForeignRedirect(_) => ConnectorError::io(error.into()),
    }
}
