//! The AWS SDK over the project's HTTP client.

mod connector;
mod domain;
mod secret_versions;
mod secrets;

pub use connector::SdkConnector;
pub use domain::domain_of;
pub use secret_versions::{CURRENT, PENDING, SecretDescription};
pub use secrets::{Account, AccountError, SecretError, Secrets};
