//! Why API Gateway cannot be handed a grant.

use oathgate_engine::{
    Decision, DecisionTrace, Outcome, ReasonCode, Refusal, refusal_body, safety::Forgery,
};
use oathgate_gostd::Header;
use thiserror::Error;

/// What API Gateway lets all headers of a request hold together, in bytes
/// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html)).
pub(crate) const MAX_HEADER_BYTES: usize = 10_240;

/// How large a response can be that WebSocket APIs take, in bytes
/// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html)).
pub(crate) const MAX_WEB_SOCKET_RESPONSE_BYTES: usize = 8_192;

/// Why API Gateway cannot be handed a grant, which is a refusal then. The texts hold no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GrantError {
    /// The vouched headers alone are too large.
    #[error("the headers that the gate vouches for are larger than {MAX_HEADER_BYTES} bytes")]
    HeadersTooLarge,
    /// The vouched headers are too large beside the client's own.
    #[error(
        "the headers that the gate vouches for and the client's own are larger than {MAX_HEADER_BYTES} bytes together"
    )]
    AllHeadersTooLarge,
    /// Two headers cannot be told apart in the context.
    #[error("`{0}` and another header have the same context key and different values")]
    SharedContextKey(String),
    /// A policy with its context is too large for a WebSocket API.
    #[error(
        "the response is larger than the {MAX_WEB_SOCKET_RESPONSE_BYTES} bytes that WebSocket APIs take"
    )]
    ResponseTooLarge,
    /// A policy cannot name the method and path.
    #[error("the path is too long for a policy")]
    PathTooLong,
    /// There is no secret to show to the backend.
    #[error("the backend's secret could not be read yet")]
    NoBackendSecret,
    /// The gate does not say what the backend receives in its vouched headers.
    #[error("the gate has no contract for its vouched headers")]
    NoVouchedHeaders,
    /// API Gateway may keep a header of the client's beside the gate's.
    #[error("{0}")]
    Forged(Forgery),
}

impl GrantError {
    /// The status of the refusal.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::PathTooLong | Self::Forged(_) => 400,
            Self::NoBackendSecret | Self::NoVouchedHeaders => 500,
            Self::HeadersTooLarge
            | Self::AllHeadersTooLarge
            | Self::SharedContextKey(_)
            | Self::ResponseTooLarge => 403,
        }
    }

    /// The reason of the refusal.
    #[must_use]
    pub fn code(&self) -> ReasonCode {
        match self {
            Self::PathTooLong => ReasonCode::PathTooLong,
            Self::Forged(forgery) => forgery.code(),
            Self::NoBackendSecret => ReasonCode::NoBackendSecret,
            Self::NoVouchedHeaders => ReasonCode::Internal,
            Self::HeadersTooLarge
            | Self::AllHeadersTooLarge
            | Self::SharedContextKey(_)
            | Self::ResponseTooLarge => ReasonCode::ValueUnfit,
        }
    }

    /// What the client reads.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self {
            Self::PathTooLong => "The path is too long",
            Self::Forged(_) => "The request was malformed or contained invalid parameters",
            _ => "The request cannot be handed on",
        }
    }

    /// Makes the trace of the grant that of the refusal.
    pub fn write_into(&self, trace: &mut DecisionTrace) {
        trace.status = self.status();
        trace.code = self.code();
        self.message().clone_into(&mut trace.message);
        trace.cause = self.to_string();
    }

    /// The decision that the grant becomes.
    #[must_use]
    pub fn refuse(&self, granted: Decision) -> Decision {
        let mut trace = granted.trace;
        self.write_into(&mut trace);
        Decision {
            outcome: Outcome::Refused(self.refusal()),
            trace,
        }
    }

    /// What the client is answered.
    pub(crate) fn refusal(&self) -> Refusal {
        let mut header = Header::default();
        header.set("Content-Type", "application/json");
        Refusal {
            status: self.status(),
            header,
            body: refusal_body::error(self.status(), self.message()).into(),
        }
    }
}
