//! Secrets Manager: reads and writes one secret.

use std::{error::Error, fmt, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_secretsmanager::{
    Client as Sdk,
    config::{
        BehaviorVersion, Config, IdentityCache, Region, retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
};
use bytes::Bytes;
use oathgate_settings::all::AWS_ENDPOINT_URL;
use thiserror::Error;

use super::SdkConnector;
use crate::Client;

/// The attempts of one call: a second one after an error that may pass, such as throttling.
const ATTEMPTS: u32 = 2;

/// Why the account to call AWS with is not known.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the environment variable `{0}` is not set: run as an AWS Lambda function, or set it")]
pub struct AccountError(&'static str);

/// The credentials and the region to call AWS with, and the endpoint.
#[derive(Clone)]
pub struct Account {
    region: String,
    credentials: Credentials,
    endpoint: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// The account a Lambda function runs in: `AWS_REGION`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; and an endpoint other than AWS's own, from
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER` or `AWS_ENDPOINT_URL`.
    ///
    /// See <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn from_env() -> Result<Self, AccountError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same, with the variables given by a function.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, AccountError> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(AccountError(name));
        Ok(Self {
            region: optional("AWS_REGION")
                .or_else(|| optional("AWS_DEFAULT_REGION"))
                .ok_or(AccountError("AWS_REGION"))?,
            credentials: Credentials::new(
                required("AWS_ACCESS_KEY_ID")?,
                required("AWS_SECRET_ACCESS_KEY")?,
                optional("AWS_SESSION_TOKEN"),
                None,
                "Environment",
            ),
            endpoint: optional("AWS_ENDPOINT_URL_SECRETS_MANAGER")
                .or_else(|| optional(AWS_ENDPOINT_URL.name)),
        })
    }
}

/// Why a secret could not be read or written. The texts contain nothing of a secret's value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    /// There is no such secret, or it has no current value yet.
    #[error("the secret `{0}` does not exist, or has no value yet")]
    NotThere(String),
    /// The service answered with an error.
    #[error("Secrets Manager refused ({code}): {message}")]
    Refused {
        /// Its code, such as `AccessDeniedException`.
        code: String,
        /// Its message.
        message: String,
    },
    /// The service did not answer in time.
    #[error("Secrets Manager did not answer in time")]
    Timeout,
    /// The service could not be reached.
    #[error("Secrets Manager could not be reached: {0}")]
    Unreachable(String),
}

/// Reads and writes secrets.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub(super) sdk: Sdk,
}

impl Secrets {
    /// Calls Secrets Manager with the credentials of `account` through `client`. Opens no connection yet.
    #[must_use]
    pub fn new(account: &Account, client: Client) -> Self {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(account.region.clone()))
            .credentials_provider(account.credentials.clone())
            .identity_cache(IdentityCache::no_cache())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(Duration::from_millis(50)),
            )
            .http_client(SdkConnector::new(client));
        config.set_endpoint_url(account.endpoint.clone());
        Self {
            sdk: Sdk::from_conf(config.build()),
        }
    }

    /// The current value of a secret, by name or ARN, text or binary. `timeout` limits all
    /// attempts together.
    ///
    /// # Errors
    /// Why there is no value.
    pub async fn read(&self, id: &str, timeout: Duration) -> Result<Bytes, SecretError> {
        self.get(id, None, timeout).await
    }

    /// Makes `text` the current value of a secret. `token` (32 to 64 characters) identifies this write, so
    /// that repeating it after a lost response changes nothing.
    ///
    /// # Errors
    /// Why the value was not written.
    pub async fn write(
        &self,
        id: &str,
        text: String,
        token: &str,
        timeout: Duration,
    ) -> Result<(), SecretError> {
        self.put(id, text, token, None, timeout).await
    }

    /// The value of a version; of the current one without `version`.
    pub(super) async fn get(
        &self,
        id: &str,
        version: Option<&str>,
        timeout: Duration,
    ) -> Result<Bytes, SecretError> {
        let answer = self
            .sdk
            .get_secret_value()
            .secret_id(id)
            .set_version_id(version.map(str::to_owned))
            .customize()
            .config_override(within(timeout))
            .send()
            .await
            .map_err(|error| refused(id, &error))?;
        match (answer.secret_string, answer.secret_binary) {
            (Some(text), _) => Ok(Bytes::from(text)),
            (None, Some(blob)) => Ok(Bytes::from(blob.into_inner())),
            (None, None) => Err(SecretError::NotThere(id.to_owned())),
        }
    }

    /// Writes a version with a label; with that of the current one without `label`.
    pub(super) async fn put(
        &self,
        id: &str,
        text: String,
        token: &str,
        stage: Option<&str>,
        timeout: Duration,
    ) -> Result<(), SecretError> {
        self.sdk
            .put_secret_value()
            .secret_id(id)
            .client_request_token(token)
            .secret_string(text)
            .set_version_stages(stage.map(|stage| vec![stage.to_owned()]))
            .customize()
            .config_override(within(timeout))
            .send()
            .await
            .map_err(|error| refused(id, &error))?;
        Ok(())
    }
}

pub(super) fn within(timeout: Duration) -> aws_sdk_secretsmanager::config::Builder {
    Config::builder().timeout_config(
        TimeoutConfig::builder()
            .operation_timeout(timeout)
            .read_timeout(timeout)
            .build(),
    )
}

pub(super) fn refused<E, R>(id: &str, error: &SdkError<E, R>) -> SecretError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug,
{
    match error {
        SdkError::ServiceError(answer) => match answer.err().code() {
            Some("ResourceNotFoundException") => SecretError::NotThere(id.to_owned()),
            code => SecretError::Refused {
                code: code.unwrap_or("without a code").to_owned(),
                message: answer.err().message().unwrap_or_default().to_owned(),
            },
        },
        SdkError::TimeoutError(_) => SecretError::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => SecretError::Timeout,
        SdkError::DispatchFailure(failure) => SecretError::Unreachable(
            failure
                .as_connector_error()
                .and_then(Error::source)
                .map_or_else(
                    || "the request could not be sent".to_owned(),
                    ToString::to_string,
                ),
        ),
        SdkError::ResponseError(_) => {
            SecretError::Unreachable("its response cannot be read".to_owned())
        }
        _ => SecretError::Unreachable("the request could not be built".to_owned()),
    }
}
