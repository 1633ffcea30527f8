//! Decides requests as Ory Oathkeeper does: no AWS, no files, no sockets of its own.
//!
//! A [`Gate`] is everything needed to decide. It is built once from a [`config::Config`] and rules,
//! and [`Gate::decide`] turns a [`Request`] into a [`Decision`]. What reaches outside comes in
//! through [`ports::Ports`].

mod client_address;
pub mod client_cookies;
pub mod config;
pub mod decision;
pub mod diagnostics;
mod document;
pub mod encoding;
pub mod failure;
pub mod finding;
mod fingerprint;
pub mod gate;
pub mod gateway_header;
mod gjson;
pub mod go;
mod handed_on;
pub mod keys;
pub mod manifest;
mod outgoing;
pub mod pipeline;
pub mod ports;
pub mod reason_code;
pub mod received;
pub mod request;
pub mod rules;
pub mod safety;
pub mod session;
mod session_data;
pub mod signed_tokens;
pub mod stage;
mod steering;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use client_address::AddressHeaders;
pub use decision::{Decision, Evidence, Grant, Outcome, Refusal, Step, Took};
pub use diagnostics::{Target, check};
pub use failure::Failure;
pub use finding::{Finding, Findings, Severity};
pub use gate::Gate;
pub use oathgate_matching::clean_path;
pub use outgoing::Outgoing;
pub use pipeline::SessionCacheLimits;
pub use ports::Ports;
pub use reason_code::ReasonCode;
pub use request::Request;
pub use session::Session;
pub use stage::StageOptions;
pub use steering::steers_servers;
