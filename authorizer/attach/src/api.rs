//! The parts of a REST API that the gate depends on, in API Gateway's terms.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestApi {
    /// Its id.
    pub id: String,
    /// Its name, for messages.
    pub name: String,
}

/// A stage of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name, the first part of its URLs' paths.
    pub name: String,
    /// The deployment that it serves.
    pub deployment_id: String,
    /// Whether some requests are served from another deployment.
    pub canary: bool,
    /// Whether API Gateway caches the backend's responses.
    pub caches: bool,
}

/// The key of a method for as long as it exists: the resource's id and the HTTP method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MethodId {
    /// The id of its resource.
    pub resource: String,
    /// `GET`, …, or `ANY`.
    pub verb: String,
}

/// A method of a resource in the API (not as a stage serves it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its key for API Gateway.
    pub id: MethodId,
    /// The resource's path, such as `/orders/{id}`.
    pub path: String,
    /// Its authorization.
    pub authorization: Authorization,
    /// Its integration; `None` if none is set yet.
    pub integration: Option<Integration>,
}

impl Method {
    /// Its name in messages: `GET /orders/{id}`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.id.verb, self.path)
    }
}

/// The authorization of a method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Authorization {
    /// `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`.
    pub kind: String,
    /// The authorizer, for the last two types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorizer_id: Option<String>,
    /// The scopes that a Cognito authorizer requires.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

impl Authorization {
    /// Without authorization.
    #[must_use]
    pub fn none() -> Self {
        Self {
            kind: "NONE".to_owned(),
            authorizer_id: None,
            scopes: Vec::new(),
        }
    }

    /// By a Lambda authorizer.
    #[must_use]
    pub fn by(authorizer_id: &str) -> Self {
        Self {
            kind: "CUSTOM".to_owned(),
            authorizer_id: Some(authorizer_id.to_owned()),
            scopes: Vec::new(),
        }
    }

    /// Whether there is no authorization.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.kind == "NONE"
    }
}

/// The integration of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// `HTTP`, `HTTP_PROXY`, `AWS`, `AWS_PROXY` or `MOCK`.
    pub kind: String,
    /// The URI of the backend.
    pub uri: Option<String>,
    /// The mappings of the backend's request: `integration.request.header.X` and a source.
    pub parameters: BTreeMap<String, String>,
}

impl Integration {
    /// Whether the backend is called over HTTP, with headers that API Gateway can set.
    #[must_use]
    pub fn takes_mappings(&self) -> bool {
        matches!(self.kind.as_str(), "HTTP" | "HTTP_PROXY")
    }
}

/// An authorizer of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorizer {
    /// Its id.
    pub id: String,
    /// Its name, which is unique in the API.
    pub name: String,
    /// Its settings.
    pub settings: AuthorizerSettings,
}

/// The settings of an authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizerSettings {
    /// `REQUEST`, `TOKEN` or `COGNITO_USER_POOLS`.
    pub kind: String,
    /// The function, as API Gateway writes it.
    pub uri: Option<String>,
    /// The number of seconds for which its results are cached.
    pub ttl: Option<i32>,
    /// The identity sources that a request must have for the authorizer to be called; may be empty.
    pub identity_source: String,
}

impl AuthorizerSettings {
    /// An authorizer that calls a function for every request and caches no result.
    #[must_use]
    pub fn calling(uri: String) -> Self {
        Self {
            kind: "REQUEST".to_owned(),
            uri: Some(uri),
            ttl: Some(0),
            identity_source: String::new(),
        }
    }
}

/// A gateway response: how API Gateway answers an error itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewayResponse {
    /// The status, if it differs from API Gateway's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// Headers: `gatewayresponse.header.X` and a source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_parameters: BTreeMap<String, String>,
    /// Bodies by media type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_templates: BTreeMap<String, String>,
}

/// The origin of a gateway response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// API Gateway's own.
    Default,
    /// Set in the API.
    Own(GatewayResponse),
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("API Gateway's own"),
            Self::Own(response) => match &response.status_code {
                Some(status) => write!(formatter, "{status} with the API's own headers and body"),
                None => formatter.write_str("the API's own headers and body"),
            },
        }
    }
}

/// One change of a JSON Patch, as API Gateway takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Adds a value.
    Add(String, String),
    /// Replaces a value.
    Replace(String, String),
    /// Removes the value at a path.
    Remove(String),
    /// Removes one value of a list.
    RemoveValue(String, String),
}
