//! CloudFormation's requests
//! ([documented](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html)).

use std::fmt;

use oathgate_credentials::{Algorithm, CredentialsError};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// A request about the resource. Every member may be missing, so that even a malformed request can be
/// answered. Its `Debug` form omits the response URL, which is a credential.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Event {
    /// `Create`, `Update` or `Delete`.
    pub request_type: String,
    /// The URL to send the response to, which is presigned.
    #[serde(rename = "ResponseURL")]
    pub response_url: String,
    /// Returned with the response.
    pub stack_id: String,
    /// Returned with the response.
    pub request_id: String,
    /// Returned with the response.
    pub logical_resource_id: String,
    /// The id of the resource, except on `Create`.
    pub physical_resource_id: Option<String>,
    /// Its properties in the template.
    pub resource_properties: Value,
}

impl fmt::Debug for Event {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Event")
            .field("request_type", &self.request_type)
            .field("request_id", &self.request_id)
            .field("logical_resource_id", &self.logical_resource_id)
            .finish_non_exhaustive()
    }
}

/// The properties that a template may give the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Properties {
    pub(crate) secret: String,
    pub(crate) algorithm: Algorithm,
}

/// Why a request cannot be carried out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EventError {
    /// Neither `Create` nor `Update` nor `Delete`.
    #[error("`{0}` is not a request type of CloudFormation")]
    RequestType(String),
    /// `SecretArn` is missing.
    #[error("the property `SecretArn` is missing: name the secret that the key set is written to")]
    SecretArn,
    /// An unknown property.
    #[error("`{0}` is not a property of this resource: use `SecretArn` and `Algorithm`")]
    Unknown(String),
    /// A property that is not a string.
    #[error("the property `{0}` must be a string")]
    NoText(&'static str),
    /// `Algorithm` is not supported.
    #[error("the property `Algorithm` cannot be used: {0}")]
    Algorithm(#[from] CredentialsError),
}

impl Event {
    pub(crate) fn properties(&self) -> Result<Properties, EventError> {
        // CloudFormation adds the first two itself.
        const KNOWN: [&str; 4] = ["ServiceToken", "ServiceTimeout", "SecretArn", "Algorithm"];
        let given = self
            .resource_properties
            .as_object()
            .ok_or(EventError::SecretArn)?;
        if let Some(unknown) = given.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(EventError::Unknown(unknown.clone()));
        }
        let text = |name| match given.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(EventError::NoText(name)),
        };
        let secret = text("SecretArn")?.filter(|arn| !arn.is_empty());
        Ok(Properties {
            secret: secret.ok_or(EventError::SecretArn)?.to_owned(),
            algorithm: match text("Algorithm")? {
                None => Algorithm::default(),
                Some(name) => name.parse()?,
            },
        })
    }
}
