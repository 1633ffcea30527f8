//! One rule of a rule file, decoded and not yet built.

use oathgate_router::RouteEntry;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Source;

/// A rule in Oathkeeper's format, after migration to the current version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleDefinition {
    /// The rule's name.
    pub id: String,
    /// The Oathkeeper version the rule was written for.
    pub version: String,
    /// For people.
    pub description: String,
    /// What it matches; a rule without one breaks every request.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matches: Option<Match>,
    /// Asked in order until one is responsible.
    pub authenticators: Vec<HandlerReference>,
    /// Asked once.
    pub authorizer: HandlerReference,
    /// Run in order.
    pub mutators: Vec<HandlerReference>,
    /// Error handlers of this rule alone.
    pub errors: Vec<HandlerReference>,
    /// Where Oathkeeper's proxy would send the request: without effect here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Value>,
    /// Where it was read from, for messages.
    #[serde(skip)]
    pub source: Source,
}

impl From<&RuleDefinition> for RouteEntry {
    /// What of the rule decides whether a request is its own.
    fn from(definition: &RuleDefinition) -> Self {
        match &definition.matches {
            Some(matches) => Self {
                methods: matches.methods.clone(),
                url: Some(matches.url.clone()),
            },
            None => Self::default(),
        }
    }
}

/// `match` of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Match {
    /// The URL pattern.
    pub url: String,
    /// The methods, in any case; none for a remote procedure call, which no request matches here.
    pub methods: Vec<String>,
    /// The remote procedure call it is for, in place of URL and methods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpc: Option<RpcMatch>,
}

/// `match` of a rule for remote procedure calls, which Oathkeeper decides by its gRPC middleware.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RpcMatch {
    /// The host.
    pub authority: String,
    /// Service and method.
    pub full_method: String,
    /// Whether it may be a GET.
    pub allow_http_get: bool,
}

/// A handler that a rule names, with the configuration it merges over the global one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandlerReference {
    /// The handler's name.
    pub handler: String,
    /// The rule's own configuration of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Value>,
}
