//! The credentials and the region to call AWS with.

use std::{fmt, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use oathgate_http_client::{Client, aws::SdkConnector};
use thiserror::Error;

/// The attempts of a request: API Gateway accepts few a second and refuses the others.
const ATTEMPTS: u32 = 8;

/// The time limit of one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Why AWS cannot be called.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The region is not known.
    #[error("the region is not known: name it with --region, `AWS_REGION` or in the profile")]
    NoRegion,
    /// No credentials were found.
    #[error(
        "no credentials were found: {0}. Set AWS's variables, or name a profile with --profile"
    )]
    NoCredentials(String),
}

/// A region, and credentials as the AWS CLI finds them: variables, a profile (also of IAM Identity Center), a web identity,
/// the machine's own role.
#[derive(Clone)]
pub struct Session {
    pub(crate) config: SdkConfig,
    pub(crate) client: Client,
    pub(crate) credentials: Credentials,
    pub(crate) region: String,
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Finds the region and the credentials; the arguments take precedence over the environment.
    ///
    /// # Errors
    /// What was not found.
    pub async fn find(
        client: Client,
        region: Option<&str>,
        profile: Option<&str>,
    ) -> Result<Self, SessionError> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(SdkConnector::new(client.clone()))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .read_timeout(ATTEMPT_TIMEOUT)
                    .build(),
            );
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        let config = loader.load().await;
        let region = config
            .region()
            .map(ToString::to_string)
            .ok_or(SessionError::NoRegion)?;
        let missing = |reason: &dyn fmt::Display| SessionError::NoCredentials(reason.to_string());
        let credentials = config
            .credentials_provider()
            .ok_or_else(|| missing(&"neither variables nor a profile provide any"))?
            .provide_credentials()
            .await
            .map_err(|error| missing(&error))?;
        Ok(Self {
            config,
            client,
            credentials,
            region,
        })
    }
}
