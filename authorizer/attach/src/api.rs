//! What of a REST API matters to the gate, in API Gateway's own words.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestApi {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
}

/// A stage of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name, the first part of its URLs' paths.
    pub name: String,
    /// The deployment that it serves.
    pub deployment_id: String,
    /// Whether a part of the requests is served from another deployment.
    pub canary: bool,
    /// Whether API Gateway keeps answers of the backend.
    pub caches: bool,
}

/// What names a method of an API for as long as it exists: the resource's id and the HTTP method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MethodId {
    /// The id of its resource.
    pub resource: String,
    /// `GET`, …, or `ANY`.
    pub verb: String,
}

/// A method of a resource, as it is in the API (not as a stage serves it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// What names it to API Gateway.
    pub id: MethodId,
    /// The resource's path, such as `/orders/{id}`.
    pub path: String,
    /// Who may call it.
    pub authorization: Authorization,
    /// Where its requests go; none where nobody has said it yet.
    pub integration: Option<Integration>,
}

impl Method {
    /// What names it to people: `GET /orders/{id}`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.id.verb, self.path)
    }
}

/// Who may call a method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Authorization {
    /// `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`.
    pub kind: String,
    /// The authorizer, of the last two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorizer_id: Option<String>,
    /// The scopes that a Cognito authorizer wants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

impl Authorization {
    /// Everybody may call it.
    #[must_use]
    pub fn none() -> Self {
        Self {
            kind: "NONE".to_owned(),
            authorizer_id: None,
            scopes: Vec::new(),
        }
    }

    /// A Lambda authorizer decides.
    #[must_use]
    pub fn by(authorizer_id: &str) -> Self {
        Self {
            kind: "CUSTOM".to_owned(),
            authorizer_id: Some(authorizer_id.to_owned()),
            scopes: Vec::new(),
        }
    }

    /// Whether everybody may call it.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.kind == "NONE"
    }
}

/// Where a method's requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// `HTTP`, `HTTP_PROXY`, `AWS`, `AWS_PROXY` or `MOCK`.
    pub kind: String,
    /// The backend.
    pub uri: Option<String>,
    /// What the request to the backend is given: `integration.request.header.X` and a source.
    pub parameters: BTreeMap<String, String>,
}

impl Integration {
    /// Whether the backend is asked over HTTP, with headers that API Gateway can set.
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
    /// Its name, one of a kind in the API.
    pub name: String,
    /// What it calls, and how.
    pub settings: AuthorizerSettings,
}

/// What an authorizer calls, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizerSettings {
    /// `REQUEST`, `TOKEN` or `COGNITO_USER_POOLS`.
    pub kind: String,
    /// The function, as API Gateway writes it.
    pub uri: Option<String>,
    /// Seconds for which its answers are used again.
    pub ttl: Option<i32>,
    /// What a request must have before the authorizer is asked; nothing where it is empty.
    pub identity_source: String,
}

impl AuthorizerSettings {
    /// An authorizer that asks a function about every request and keeps none of its answers.
    #[must_use]
    pub fn asking(uri: String) -> Self {
        Self {
            kind: "REQUEST".to_owned(),
            uri: Some(uri),
            ttl: Some(0),
            identity_source: String::new(),
        }
    }
}

/// What API Gateway answers itself in one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewayResponse {
    /// The status, where it is not API Gateway's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// Headers: `gatewayresponse.header.X` and a source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_parameters: BTreeMap<String, String>,
    /// Bodies by media type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_templates: BTreeMap<String, String>,
}

/// Where a gateway response comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// API Gateway's own, which nobody has changed.
    Default,
    /// The API's.
    Own(GatewayResponse),
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("API Gateway's own"),
            Self::Own(response) => match &response.status_code {
                Some(status) => write!(formatter, "{status} with headers and a body of the API's"),
                None => formatter.write_str("headers and a body of the API's"),
            },
        }
    }
}

/// One change of a JSON Patch, as API Gateway takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Adds a value where there is none.
    Add(String, String),
    /// Puts a value in place of another.
    Replace(String, String),
    /// Removes the value at a path.
    Remove(String),
    /// Removes one value of a list.
    RemoveValue(String, String),
}
