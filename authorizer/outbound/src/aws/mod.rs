//! The AWS SDK over the one client.

mod connector;
mod secrets;

pub use connector::SdkConnector;
pub use secrets::{Account, AccountError, SecretError, Secrets};
