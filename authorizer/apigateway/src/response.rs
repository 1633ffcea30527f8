//! What API Gateway is answered.

use serde::Serialize;
use thiserror::Error;

use crate::{context::Context, policy::PolicyDocument};

/// A response that says whether the request may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AuthorizerResponse {
    /// A policy for one method and path.
    Policy(PolicyAnswer),
    /// The simple response, which HTTP APIs take with payload 2.0.
    Simple(SimpleAnswer),
}

impl AuthorizerResponse {
    /// Whether the request may go on.
    #[must_use]
    pub fn allows(&self) -> bool {
        match self {
            Self::Policy(answer) => answer.policy_document.allows(),
            Self::Simple(answer) => answer.is_authorized,
        }
    }
}

/// See [`AuthorizerResponse::Policy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyAnswer {
    principal_id: String,
    policy_document: PolicyDocument,
    context: Context,
}

impl PolicyAnswer {
    pub(crate) fn new(principal: &str, policy_document: PolicyDocument, context: Context) -> Self {
        Self {
            principal_id: principal.to_owned(),
            policy_document,
            context,
        }
    }
}

/// See [`AuthorizerResponse::Simple`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimpleAnswer {
    is_authorized: bool,
    context: Context,
}

impl SimpleAnswer {
    pub(crate) fn new(is_authorized: bool, context: Context) -> Self {
        Self {
            is_authorized,
            context,
        }
    }
}

/// A response that is an error. Its text is all that API Gateway sees; the cause is in the log.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum AuthorizerError {
    /// API Gateway answers the client 401 on exactly this message.
    #[error("Unauthorized")]
    Unauthorized,
    /// API Gateway answers the client 500, and caches no result.
    #[error("the request could not be decided")]
    Undecided,
}

impl AuthorizerError {
    /// The error's type, as Lambda shows it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Unauthorized => "Unauthorized",
            Self::Undecided => "Undecided",
        }
    }
}
