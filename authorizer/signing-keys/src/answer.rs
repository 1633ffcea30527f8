//! The responses to CloudFormation
//! ([documented](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html)).

use std::time::Duration;

use oathgate_engine::ports::{HttpError, HttpRequest};
use oathgate_http_client::Client;
use serde::Serialize;
use thiserror::Error;

use crate::Event;

/// The time limit of one attempt to deliver the response.
const ATTEMPT: Duration = Duration::from_secs(4);

/// The attempts to deliver it.
const ATTEMPTS: u32 = 3;

/// The longest reason, so that the whole response stays below CloudFormation's limit of 4,096 bytes.
const LONGEST_REASON: usize = 1000;

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// The secret has a key set, or there was nothing to do.
    Success,
    /// It has none; the deployment is rolled back.
    Failed,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer<'a> {
    pub(crate) status: Status,
    pub(crate) reason: String,
    pub(crate) physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: Data,
}

/// The attributes that templates can read of the resource: nothing secret.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ids: Option<String>,
}

/// CloudFormation did not accept the response.
#[derive(Debug, Error)]
pub(crate) enum Undelivered {
    #[error("the response could not be sent to CloudFormation: {0}")]
    Unreachable(#[from] HttpError),
    #[error("CloudFormation did not accept the response: status {0}")]
    Refused(u16),
    #[error("the event has no response URL")]
    NoUrl,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(
        event: &'a Event,
        status: Status,
        reason: &str,
        secret: Option<&'a str>,
    ) -> Self {
        // The id must not change while the resource exists. The resource represents the secret, so
        // another secret is another resource.
        let physical_resource_id = secret
            .or(event.physical_resource_id.as_deref())
            .filter(|id| !id.is_empty())
            .unwrap_or("oathgate-signing-keys");
        Self {
            status,
            reason: reason.chars().take(LONGEST_REASON).collect(),
            physical_resource_id,
            stack_id: &event.stack_id,
            request_id: &event.request_id,
            logical_resource_id: &event.logical_resource_id,
            data: Data::default(),
        }
    }

    pub(crate) fn with_keys(mut self, ids: &[String]) -> Self {
        self.data.key_ids = Some(ids.join(",")).filter(|ids| ids.len() <= LONGEST_REASON);
        self
    }

    /// Sends the response to CloudFormation, within `time`.
    pub(crate) async fn deliver(
        &self,
        client: &Client,
        url: &str,
        time: Duration,
    ) -> Result<(), Undelivered> {
        if url.is_empty() {
            return Err(Undelivered::NoUrl);
        }
        let body = serde_json::to_vec(self).unwrap_or_default();
        let mut outcome = Err(Undelivered::Refused(0));
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
            }
            let request = HttpRequest {
                method: "PUT".to_owned(),
                url: url.to_owned(),
                // The URL is signed for a request without a content type.
                headers: Vec::new(),
                body: body.clone().into(),
                timeout: ATTEMPT.min(time / ATTEMPTS),
            };
            outcome = match client.fetch(request).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
                Ok(answer) => Err(Undelivered::Refused(answer.status)),
                Err(error) => Err(error.into()),
            };
        }
        outcome
    }
}
