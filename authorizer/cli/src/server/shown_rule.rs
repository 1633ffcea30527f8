//! A rule as Oathkeeper's API shows it: every key there, whatever the rule file left out, and no secret.

use oathgate_engine::rules::{HandlerReference, Match, RuleDefinition};
use serde::Serialize;
use serde_json::Value;

use super::shown_config;

/// A rule to show. Its version is the one it was written for.
#[derive(Debug, Serialize)]
pub(super) struct ShownRule {
    id: String,
    version: String,
    description: String,
    #[serde(rename = "match")]
    matches: Option<Value>,
    authenticators: Vec<ShownHandler>,
    authorizer: ShownHandler,
    mutators: Vec<ShownHandler>,
    errors: Option<Vec<ShownHandler>>,
    upstream: ShownUpstream,
}

#[derive(Debug, Serialize)]
struct ShownHandler {
    handler: String,
    config: Option<Value>,
}

#[derive(Debug, Serialize)]
struct ShownUpstream {
    preserve_host: bool,
    strip_path: String,
    url: String,
}

impl From<&RuleDefinition> for ShownRule {
    fn from(rule: &RuleDefinition) -> Self {
        Self {
            id: rule.id.clone(),
            version: rule.version.clone(),
            description: rule.description.clone(),
            matches: rule.matches.as_ref().map(matches),
            authenticators: handlers(&rule.authenticators),
            authorizer: ShownHandler::from(&rule.authorizer),
            mutators: handlers(&rule.mutators),
            errors: (!rule.errors.is_empty()).then(|| handlers(&rule.errors)),
            upstream: ShownUpstream::from(rule.upstream.as_ref()),
        }
    }
}

fn matches(matches: &Match) -> Value {
    match &matches.rpc {
        Some(call) => serde_json::json!(call),
        None => serde_json::json!({"url": matches.url, "methods": matches.methods}),
    }
}

fn handlers(references: &[HandlerReference]) -> Vec<ShownHandler> {
    references.iter().map(ShownHandler::from).collect()
}

impl From<&HandlerReference> for ShownHandler {
    fn from(reference: &HandlerReference) -> Self {
        Self {
            handler: reference.handler.clone(),
            config: reference.config.as_ref().map(shown_config::without_secrets),
        }
    }
}

impl From<Option<&Value>> for ShownUpstream {
    fn from(written: Option<&Value>) -> Self {
        let key = |name: &str| written.and_then(|written| written.get(name));
        let text = |name| key(name).and_then(Value::as_str).unwrap_or_default();
        Self {
            preserve_host: key("preserve_host")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            strip_path: text("strip_path").to_owned(),
            url: shown_config::address(text("url")),
        }
    }
}
