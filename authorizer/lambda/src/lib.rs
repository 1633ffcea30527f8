//! The bootstrap: API Gateway's event in, an IAM policy out.
//!
//! `oathgate-package` reads the folder that Lambda runs, [`Authorizer`] answers events with its gate.
//! `main.rs` only connects both to the Lambda Runtime API.

#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::unreachable,
        reason = "tests may fail loudly"
    )
)]

mod answer;
mod authorizer;
mod backend_secret;
mod context;
pub mod event;
mod forged;
mod kept_secret;
mod log;
mod origin;
mod outside;
mod policy;
mod secrets;
mod settings;

pub use answer::{Answer, PolicyAnswer, SimpleAnswer, Unanswered};
pub use authorizer::{Authorizer, Invocation, Record};
pub use backend_secret::{BackendSecret, SecretHeaderTaken};
pub use log::{Level, Log};
pub use outside::Outside;
pub use secrets::SecretKeys;
pub use settings::{BackendSecretSettings, ForgedHeaders, MetricSettings, Settings, SettingsError};
