//! A rule as Oathkeeper's API shows it: with every key, also those that the rule file omits, and without secrets.

use oathgate_engine::rules::{HandlerReference, Match, RuleDefinition};
use serde::Serialize;
use serde_json::Value;

use super::redacted_config::{redacted, redacted_url};

/// A rule in the API's form. Its version is the one that it was written for.
#[derive(Debug, Serialize)]
pub(super) struct RuleView {
    id: String,
    version: String,
    description: String,
    #[serde(rename = "match")]
    matches: Option<Value>,
    authenticators: Vec<HandlerView>,
    authorizer: HandlerView,
    mutators: Vec<HandlerView>,
    errors: Option<Vec<HandlerView>>,
    upstream: UpstreamView,
}

#[derive(Debug, Serialize)]
struct HandlerView {
    handler: String,
    config: Option<Value>,
}

#[derive(Debug, Serialize)]
struct UpstreamView {
    preserve_host: bool,
    strip_path: String,
    url: String,
}

impl From<&RuleDefinition> for RuleView {
    fn from(rule: &RuleDefinition) -> Self {
        Self {
            id: rule.id.clone(),
            version: rule.version.clone(),
            description: rule.description.clone(),
            matches: rule.matches.as_ref().map(matches),
            authenticators: handlers(&rule.authenticators),
            authorizer: HandlerView::from(&rule.authorizer),
            mutators: handlers(&rule.mutators),
            errors: (!rule.errors.is_empty()).then(|| handlers(&rule.errors)),
            upstream: UpstreamView::from(rule.upstream.as_ref()),
        }
    }
}

fn matches(matches: &Match) -> Value {
    match &matches.rpc {
        Some(call) => serde_json::json!(call),
        None => serde_json::json!({"url": matches.url, "methods": matches.methods}),
    }
}

fn handlers(references: &[HandlerReference]) -> Vec<HandlerView> {
    references.iter().map(HandlerView::from).collect()
}

impl From<&HandlerReference> for HandlerView {
    fn from(reference: &HandlerReference) -> Self {
        Self {
            handler: reference.handler.clone(),
            config: reference.config.as_ref().map(redacted),
        }
    }
}

impl From<Option<&Value>> for UpstreamView {
    fn from(written: Option<&Value>) -> Self {
        let key = |name: &str| written.and_then(|written| written.get(name));
        let text = |name| key(name).and_then(Value::as_str).unwrap_or_default();
        Self {
            preserve_host: key("preserve_host")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            strip_path: text("strip_path").to_owned(),
            url: redacted_url(text("url")),
        }
    }
}
