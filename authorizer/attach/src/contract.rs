//! What a deployed gate asks of the API in front of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    api::{AuthorizerSettings, GatewayResponse},
    digest::short_digest,
};

/// The form of the document that this program reads.
const FORMAT: u32 = 1;

/// The body of a gateway response that says nothing of its body: API Gateway puts it in, and gives it back when asked.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html>
const OWN_TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

/// What one version of the gate's function asks of a REST API, as the stack exports it in the parameter
/// `/oathgate/<stage>/contract`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contract {
    /// The form of this document.
    pub format: u32,
    /// The gate's stage.
    pub gate: String,
    /// The id of the REST API.
    pub rest_api_id: String,
    /// The stage of the REST API.
    pub stage: String,
    /// The published version of the function (or an alias for versions that ask the same) that decides.
    pub function_arn: String,
    /// Headers of the backend's requests, and where their values come from: `context.authorizer.…`.
    pub headers: BTreeMap<String, String>,
    /// The same headers for methods without the authorizer: a fixed text in quotes, so that no client can set them.
    pub placeholders: BTreeMap<String, String>,
    /// Whether a header that the client forges is replaced instead of refused, which only mappings do.
    #[serde(default)]
    pub replaces_forged_headers: bool,
    /// The answers to requests that are refused, by the gateway response's type.
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    /// Methods that stay without the authorizer, such as `GET /health`.
    #[serde(default)]
    pub exclude: BTreeSet<String>,
}

/// Why a contract cannot be used.
#[derive(Debug, Error)]
pub enum ContractError {
    /// It is not one.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is of another version of this program.
    #[error(
        "its format is {0}, and this program reads format {FORMAT}: use the `oathgate` of the release that was deployed"
    )]
    Format(u32),
    /// Something in it cannot be right.
    #[error("`{key}` {wrong}")]
    Value {
        /// Where.
        key: String,
        /// What is wrong.
        wrong: String,
    },
}

impl Contract {
    /// Reads a contract and checks that nothing in it would leave a header to clients.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let mut contract: Self = serde_json::from_str(text)?;
        if contract.format != FORMAT {
            return Err(ContractError::Format(contract.format));
        }
        let wrong = |key: &str, wrong: &str| ContractError::Value {
            key: key.to_owned(),
            wrong: wrong.to_owned(),
        };
        if !contract
            .gate
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            || contract.gate.is_empty()
        {
            return Err(wrong("gate", "must be the name of the gate's stage"));
        }
        if contract.function().is_none() {
            return Err(wrong(
                "functionArn",
                "must be the ARN of a published version of a function: `arn:aws:lambda:…:function:name:7`",
            ));
        }
        for response in contract.gateway_responses.values_mut() {
            if response.response_templates.is_empty() {
                response
                    .response_templates
                    .insert("application/json".to_owned(), OWN_TEMPLATE.to_owned());
            }
        }
        for (header, source) in &contract.headers {
            if !source.starts_with("context.authorizer.") {
                return Err(wrong(
                    &format!("headers.{header}"),
                    "must come from `context.authorizer.…`",
                ));
            }
        }
        for (header, value) in &contract.placeholders {
            if value.len() < 3 || !value.starts_with('\'') || !value.ends_with('\'') {
                return Err(wrong(
                    &format!("placeholders.{header}"),
                    "must be a text in single quotes, which is not empty",
                ));
            }
        }
        Ok(contract)
    }

    /// Region, partition and qualifier of the function, where the ARN is one of a version or an alias.
    fn function(&self) -> Option<(&str, &str, &str)> {
        let parts: Vec<&str> = self.function_arn.split(':').collect();
        match parts.as_slice() {
            [
                "arn",
                partition,
                "lambda",
                region,
                _,
                "function",
                _,
                qualifier,
            ] if !qualifier.is_empty() && !qualifier.starts_with('$') => {
                Some((partition, region, qualifier))
            }
            _ => None,
        }
    }

    /// The version, as people name it.
    #[must_use]
    pub fn version(&self) -> &str {
        self.function().map_or("?", |(_, _, qualifier)| qualifier)
    }

    /// The authorizer that asks this version about every request.
    #[must_use]
    pub fn authorizer(&self) -> AuthorizerSettings {
        let (partition, region, _) = self.function().unwrap_or(("aws", "", ""));
        AuthorizerSettings::asking(format!(
            "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{}/invocations",
            self.function_arn
        ))
    }

    /// The name of that authorizer: of this gate, version and function.
    #[must_use]
    pub fn authorizer_name(&self) -> String {
        format!(
            "{}{}_{}",
            self.authorizer_prefix(),
            self.version(),
            short_digest(&self.function_arn, 4)
        )
    }

    /// What the names of all authorizers of this gate begin with. A stage's name holds no underscore.
    #[must_use]
    pub fn authorizer_prefix(&self) -> String {
        format!("oathgate_{}_", self.gate)
    }
}

/// The integration's parameter that sets a header of the backend's request.
#[must_use]
pub fn header_parameter(header: &str) -> String {
    format!("{HEADER_PARAMETER}{header}")
}

/// What the name of such a parameter begins with.
pub const HEADER_PARAMETER: &str = "integration.request.header.";
