//! Templates that do not parse.

use oathgate_gotemplate::Template;
use serde_json::Value;

use crate::{config::Config, finding::Finding, handlers::HandlerKind, rules::HandlerReference};

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
    let known = kind.handler(handler);
    for place in known.map_or(&[][..], |known| known.templates) {
        match settings.get(*place) {
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
