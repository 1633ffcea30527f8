//! What API Gateway does with the response of a stage's function.

use oathgate_apigateway::{AuthorizerError, AuthorizerResponse};

/// The effect of the response to API Gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A policy that allows.
    Allow,
    /// A policy that denies: the client receives 403, with the body of the context.
    Deny,
    /// The error that the client receives as 401.
    Unauthorized,
    /// An error that the client receives as 500.
    Error,
}

impl Effect {
    /// The effect in one word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::Unauthorized => "Unauthorized",
            Self::Error => "Error",
        }
    }

    /// The effect and the client's status, in words.
    pub(crate) fn as_text(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::Unauthorized => "the error `Unauthorized`: 401",
            Self::Error => "an error: 500",
        }
    }

    pub(super) fn of(response: &Result<AuthorizerResponse, AuthorizerError>) -> Self {
        match response {
            Ok(response) if response.allows() => Self::Allow,
            Ok(_) => Self::Deny,
            Err(AuthorizerError::Unauthorized) => Self::Unauthorized,
            Err(AuthorizerError::Undecided) => Self::Error,
        }
    }
}
