//! The bootstrap: API Gateway's event in, an IAM policy out.
//!
//! `oathgate-package` reads the folder that Lambda runs, [`LambdaAuthorizer`] answers events with its gate.
//! `main.rs` only connects both to the Lambda Runtime API.

#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::unreachable,
        reason = "tests may fail loudly"
    )
)]

mod backend_secret;
mod kept_secret;
mod lambda_authorizer;
mod log;
mod secrets;
mod service_calls;
mod settings;

pub use backend_secret::BackendSecret;
pub use lambda_authorizer::{Invocation, LambdaAuthorizer, Record};
pub use log::{Level, Log};
pub use secrets::SecretKeys;
pub use service_calls::ServiceCalls;
pub use settings::{BackendSecretSettings, MetricSettings, Settings, SettingsError};
