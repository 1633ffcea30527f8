//! The requirements of a deployed gate on the API in front of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    api::{AuthorizerSettings, GatewayResponse},
    digest::short_digest,
};

/// The format of the document that this program reads.
const FORMAT: u32 = 1;

/// The body of a gateway response without a body of its own, as API Gateway fills it in and returns it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html>
const OWN_TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

/// The requirements of one version of the gate's function on a REST API, as the stack exports them in the parameter
/// `/oathgate/<stage>/contract`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contract {
    /// The format of this document.
    pub format: u32,
    /// The gate's stage.
    pub gate: String,
    /// The id of the REST API.
    pub rest_api_id: String,
    /// The stage of the REST API.
    pub stage: String,
    /// The published version of the function (or an alias of versions with the same requirements) that decides.
    pub function_arn: String,
    /// Headers of the backend's requests, and the sources of their values: `context.authorizer.…`.
    pub headers: BTreeMap<String, String>,
    /// The same headers for methods without the authorizer: a constant in quotes, so that no client can set them.
    pub placeholders: BTreeMap<String, String>,
    /// Whether a header that the client forges is replaced instead of refused, which requires mappings.
    #[serde(default)]
    pub replaces_forged_headers: bool,
    /// The responses to refused requests, by the gateway response's type.
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    /// Methods that stay without the authorizer, such as `GET /health`.
    #[serde(default)]
    pub exclude: BTreeSet<String>,
}

/// Why a contract cannot be used.
#[derive(Debug, Error)]
pub enum ContractError {
    /// It is not a contract.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It was written by another version of this program.
    #[error(
        "its format is {0}, and this program reads format {FORMAT}: use the `oathgate` of the release that was deployed"
    )]
    Format(u32),
    /// A value is not valid.
    #[error("`{key}` {wrong}")]
    Value {
        /// The key.
        key: String,
        /// What is wrong.
        wrong: String,
    },
}

impl Contract {
    /// Reads a contract and checks that it leaves no vouched header to clients.
    ///
    /// # Errors
    /// The first defect.
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
                    "must be a non-empty string in single quotes",
                ));
            }
        }
        Ok(contract)
    }

    /// Region, partition and qualifier of the function, if the ARN is that of a version or an alias.
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

    /// The version, for messages.
    #[must_use]
    pub fn version(&self) -> &str {
        self.function().map_or("?", |(_, _, qualifier)| qualifier)
    }

    /// The authorizer that calls this version for every request.
    #[must_use]
    pub fn authorizer(&self) -> AuthorizerSettings {
        let (partition, region, _) = self.function().unwrap_or(("aws", "", ""));
        AuthorizerSettings::calling(format!(
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

    /// The prefix of the names of all authorizers of this gate. A stage's name contains no underscore.
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

/// The prefix of such a parameter's name.
pub const HEADER_PARAMETER: &str = "integration.request.header.";
