//! Decides requests as Ory Oathkeeper does: no AWS, no files, no sockets of its own.
//!
//! A [`Gate`] is everything needed to decide. It is built once from a [`config::Config`] and rules,
//! and [`Gate::decide`] turns a [`Request`] into a [`Decision`]. What reaches outside comes in
//! through [`ports::Ports`].

pub mod check;
mod client_address;
pub mod config;
pub mod decision;
mod document;
pub mod failure;
pub mod finding;
pub mod gate;
pub mod gateway_header;
pub mod handlers;
pub mod manifest;
pub mod ports;
pub mod reason_code;
pub mod received;
pub mod refusal_body;
pub mod request;
pub mod rules;
pub mod safety;
mod service_request;
pub mod session;
mod session_data;
pub mod signed_tokens;
pub mod stage;
mod steering;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use check::{Target, check};
pub use client_address::AddressHeaders;
pub use decision::{Decision, DecisionTrace, Grant, Outcome, Refusal, Step, Took};
pub use failure::Failure;
pub use finding::{Finding, Findings, Severity};
pub use gate::Gate;
pub use handlers::SessionCacheLimits;
pub use oathgate_router::clean_path;
pub use ports::Ports;
pub use reason_code::ReasonCode;
pub use request::Request;
pub use service_request::ServiceRequest;
pub use session::Session;
pub use stage::StageOptions;
pub use steering::steers_servers;
