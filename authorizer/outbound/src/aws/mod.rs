//! The AWS SDK over the one client.

mod connector;
mod domain;
mod secrets;

pub use connector::SdkConnector;
pub use domain::domain_of;
pub use secrets::{Account, AccountError, SecretError, Secrets};
