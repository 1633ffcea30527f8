//! The custom resource that puts a first key set into the JWKS secret.
//!
//! CloudFormation asks it once when a stage is created, and again when its properties change. A
//! secret without a key set gets one with a fresh key; a secret that has one keeps it, whatever
//! changes, because tokens signed with its keys are out there. Deleting the resource changes nothing:
//! the secret is the stack's own. No key is printed, returned or kept.

mod answer;
mod event;
mod fill;
mod resource;

pub use answer::Status;
pub use event::{Event, EventError};
pub use resource::Resource;
