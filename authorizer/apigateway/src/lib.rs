//! API Gateway's side of a decision.
//!
//! [`Event`] is the event of a REQUEST authorizer, read into the engine's request. [`decide`] has a gate
//! decide about it, and a [`Responder`] makes the [`AuthorizerResponse`] of the decision: a policy or the
//! simple response, with a context whose values API Gateway maps to headers. The Lambda and the commands
//! that say what it would answer use the same functions.

#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::unreachable,
        reason = "tests may fail loudly"
    )
)]

mod check;
mod context;
mod context_key;
mod decide;
pub mod event;
mod grant_error;
mod origin;
mod policy;
mod responder;
mod response;
mod sent;
#[cfg(feature = "testing")]
pub mod testing;

pub use check::{check_rule_headers, check_secret_header};
pub use context_key::context_key;
pub use decide::{decide, placed_request};
pub use event::{Event, EventError, EventKind};
pub use grant_error::GrantError;
pub use origin::is_origin;
pub use responder::{Responded, Responder, ResponderOptions, SecretHeaderTaken};
pub use response::{AuthorizerError, AuthorizerResponse, PolicyResponse, SimpleResponse};
pub use sent::SentRequest;
