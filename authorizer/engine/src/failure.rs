//! Why a decision was not a grant, in the terms of Oathkeeper's error answers.

use std::borrow::Cow;

use oathgate_gostd::Header;

use crate::ReasonCode;

/// An error of the pipeline: what the client may read, and what only the log may.
///
/// Mirrors herodot's `DefaultError`, the shape of every error Oathkeeper answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The HTTP status, or `None` for an error that carries none (answered as 500).
    pub status: Option<u16>,
    /// The sentence clients read as `error.message`.
    pub message: Cow<'static, str>,
    /// What clients read as `error.reason` when the json error handler is verbose.
    pub reason: Option<String>,
    /// Headers that the answer carries on, such as `Retry-After` of a session service's 429.
    pub header: Header,
    /// The cause, for the log only: never a token, cookie, key or claim.
    pub cause: String,
    /// The cause in a word that stays the same.
    pub code: ReasonCode,
}

impl Failure {
    /// A failure with a status and a message.
    #[must_use]
    pub fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: Some(status),
            message: message.into(),
            reason: None,
            header: Header::default(),
            cause: String::new(),
            code: ReasonCode::Internal,
        }
    }

    /// The credentials are missing or not accepted: 401.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "Access credentials are invalid").because(ReasonCode::InvalidCredentials)
    }

    /// The credentials are known and do not suffice: 403.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            403,
            "Access credentials are not sufficient to access this resource",
        )
        .because(ReasonCode::Forbidden)
    }

    /// No rule matches the request: 404.
    #[must_use]
    pub fn no_rule() -> Self {
        Self::new(404, "Requested url does not match any rules").because(ReasonCode::NoRule)
    }

    /// Several rules match the request: 500.
    #[must_use]
    pub fn many_rules() -> Self {
        Self::new(500, "Expected exactly one rule but found multiple rules")
            .because(ReasonCode::OverlappingRules)
    }

    /// A session or token service responded with 429.
    #[must_use]
    pub fn too_many_requests() -> Self {
        Self::new(429, "Too many requests").because(ReasonCode::TooManyRequests)
    }

    /// The request itself cannot be decided safely: 400.
    #[must_use]
    pub fn bad_request() -> Self {
        Self::new(
            400,
            "The request was malformed or contained invalid parameters",
        )
    }

    /// A value that the rule sets cannot be handed on as it is: 403. No error handler answers it: the
    /// client can do nothing about it, and least of all by signing in again.
    #[must_use]
    pub fn unfit(cause: impl Into<String>) -> Self {
        Self::new(403, "The request cannot be handed on")
            .because(ReasonCode::ValueUnfit)
            .with_cause(cause)
    }

    /// Something of ours failed, with a status: 500.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            500,
            "An internal server error occurred, please contact the system administrator",
        )
    }

    /// There is no decision: what API Gateway answers with 500 where the function gives it an error.
    #[must_use]
    pub fn undecided() -> Self {
        Self::new(500, "The request could not be decided")
    }

    /// An error without a status of its own: answered as 500, and `when.error` sees it as
    /// `internal_server_error`.
    #[must_use]
    pub fn plain(cause: impl Into<String>) -> Self {
        Self {
            status: None,
            cause: cause.into(),
            ..Self::internal()
        }
    }

    /// An error without a status of its own whose sentence clients may read where the json error
    /// handler is verbose.
    #[must_use]
    pub fn told(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: None,
            ..Self::new(500, message)
        }
    }

    /// The same failure with a reason that clients may read.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same failure with a cause for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = cause.into();
        self
    }

    /// The same failure for another reason.
    #[must_use]
    pub fn because(mut self, code: ReasonCode) -> Self {
        self.code = code;
        self
    }

    /// The status the client is answered with.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.unwrap_or(500)
    }
}
