//! Manages the signing keys. One program for three tasks, each in a function of its own with its own
//! rights:
//!
//! - [`Resource`] writes a first key set to the secret, on CloudFormation's request. A secret that has one
//!   keeps it, because tokens signed with its keys are in use.
//! - [`Rotator`] carries out Secrets Manager's steps of a rotation.
//! - [`Endpoint`] answers API Gateway's requests for the public documents about the keys.
//!
//! No private key is logged, returned or stored elsewhere.

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
