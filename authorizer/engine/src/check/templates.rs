//! Templates that do not parse.

use oathgate_gotemplate::Template;
use serde_json::Value;

use crate::{
    config::{Config, Role},
    finding::Finding,
    handlers::Part,
    rules::HandlerReference,
};

/// Where a handler's settings hold templates: a text, or texts by name.
fn places(role: Role, handler: &str) -> &'static [&'static str] {
    match (role, handler) {
        (Role::Authorizers, "remote") => &["headers"],
        (Role::Authorizers, "remote_json") => &["headers", "payload"],
        (Role::Authorizers, "keto_engine_acp_ory") => {
            &["required_action", "required_resource", "subject"]
        }
        (Role::Mutators, "header") => &["headers"],
        (Role::Mutators, "cookie") => &["cookies"],
        (Role::Mutators, "id_token") => &["claims"],
        _ => &[],
    }
}

/// What does not parse in the settings that a rule makes.
pub(super) fn of_rule(part: Part, key: &str, reference: &HandlerReference) -> Vec<Finding> {
    match &reference.config {
        Some(config) => of_settings(part.role(), &reference.handler, config, key),
        None => Vec::new(),
    }
}

/// What does not parse in the settings that the configuration makes of enabled handlers.
pub(super) fn of_config(config: &Config, role: Role) -> Vec<Finding> {
    let handlers = match role {
        Role::Authenticators => &config.authenticators,
        Role::Authorizers => &config.authorizers,
        Role::Mutators => &config.mutators,
        Role::ErrorHandlers => &config.errors.handlers,
    };
    let enabled = handlers.0.iter().filter(|(_, settings)| settings.enabled);
    enabled
        .filter_map(|(name, settings)| Some((name, settings.config.as_ref()?)))
        .flat_map(|(name, settings)| {
            let key = format!("{}.{name}", role.path());
            of_settings(role, name, settings, &key)
        })
        .collect()
}

fn of_settings(role: Role, handler: &str, settings: &Value, key: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places(role, handler) {
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
