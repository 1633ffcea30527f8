//! Looks after the signing keys. One program, three tasks, each a function of its own with rights of
//! its own:
//!
//! - [`Resource`] puts a first key set into the secret, when CloudFormation asks. A secret that has one
//!   keeps it, because tokens signed with its keys are out there.
//! - [`Rotator`] does Secrets Manager's steps of a rotation.
//! - [`Endpoint`] answers API Gateway's requests for the public documents about the keys.
//!
//! No private key is printed, returned or kept.

mod answer;
mod endpoint;
mod event;
mod fill;
mod request;
mod resource;
mod rotator;
mod secret_set;
mod settings;

pub use answer::Status;
pub use endpoint::{Endpoint, Response};
pub use event::{Event, EventError};
pub use request::Request;
pub use resource::Resource;
pub use rotator::{RotationEvent, Rotator};
pub use settings::{EndpointSettings, Settings, SettingsError, Task};
