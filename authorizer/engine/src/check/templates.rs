//! Templates that do not parse.

use oathgate_gotemplate::Template;
use serde_json::Value;

use crate::{config::Config, finding::Finding, handlers::HandlerKind, rules::HandlerReference};

/// Where a handler's settings hold templates: a text, or texts by name.
fn places(kind: HandlerKind, handler: &str) -> &'static [&'static str] {
    match (kind, handler) {
        (HandlerKind::Authorizer, "remote") => &["headers"],
        (HandlerKind::Authorizer, "remote_json") => &["headers", "payload"],
        (HandlerKind::Authorizer, "keto_engine_acp_ory") => {
            &["required_action", "required_resource", "subject"]
        }
        (HandlerKind::Mutator, "header") => &["headers"],
        (HandlerKind::Mutator, "cookie") => &["cookies"],
        (HandlerKind::Mutator, "id_token") => &["claims"],
        _ => &[],
    }
}

/// What does not parse in the settings that a rule makes.
pub(super) fn of_rule(kind: HandlerKind, key: &str, reference: &HandlerReference) -> Vec<Finding> {
    match &reference.config {
        Some(config) => of_settings(kind, &reference.handler, config, key),
        None => Vec::new(),
    }
}

/// What does not parse in the settings that the configuration makes of enabled handlers.
pub(super) fn of_config(config: &Config, kind: HandlerKind) -> Vec<Finding> {
    let enabled = kind
        .configured(config)
        .0
        .iter()
        .filter(|(_, settings)| settings.enabled);
    enabled
        .filter_map(|(name, settings)| Some((name, settings.config.as_ref()?)))
        .flat_map(|(name, settings)| {
            let key = format!("{}.{name}", kind.path());
            of_settings(kind, name, settings, &key)
        })
        .collect()
}

fn of_settings(kind: HandlerKind, handler: &str, settings: &Value, key: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places(kind, handler) {
        match settings.get(place) {
            Some(Value::String(text)) => {
                findings.extend(parse(text, &format!("{key}.config.{place}")));
            }
            Some(Value::Object(texts)) => {
                for (name, text) in texts {
                    let key = format!("{key}.config.{place}.{name}");
                    findings.extend(text.as_str().and_then(|text| parse(text, &key)));
                }
            }
            _ => {}
        }
    }
    findings
}

fn parse(text: &str, key: &str) -> Option<Finding> {
    let error = Template::parse(key, text).err()?;
    let line = if text.contains('\n') {
        format!(" on its line {}", error.line)
    } else {
        String::new()
    };
    Some(
        Finding::error(format!(
            "the template does not parse{line}: {}",
            error.reason
        ))
        .at(key),
    )
}
