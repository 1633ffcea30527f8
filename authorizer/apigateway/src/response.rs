//! What API Gateway is answered.

mod json;

use aws_lambda_events::apigw::{
    ApiGatewayCustomAuthorizerResponse, ApiGatewayV2CustomAuthorizerSimpleResponse,
};
use serde::Serialize;
use thiserror::Error;

use crate::{context::Context, policy};

/// A policy for one method and path, with its context.
pub type PolicyResponse = ApiGatewayCustomAuthorizerResponse<Context>;

/// The simple response, with its context.
pub type SimpleResponse = ApiGatewayV2CustomAuthorizerSimpleResponse<Context>;

/// A response that says whether the request may go on: AWS's types, written without the members that
/// API Gateway does not expect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AuthorizerResponse {
    /// A policy for one method and path.
    Policy(#[serde(with = "json::Response")] PolicyResponse),
    /// The simple response, which HTTP APIs take with payload 2.0.
    Simple(SimpleResponse),
}

impl AuthorizerResponse {
    /// Whether the request may go on.
    #[must_use]
    pub fn allows(&self) -> bool {
        match self {
            Self::Policy(response) => policy::allows(&response.policy_document),
            Self::Simple(response) => response.is_authorized,
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
