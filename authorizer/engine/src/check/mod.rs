//! Looks a configuration and its rules over: every mistake at once.

mod conditions;
mod handlers;
mod headers;
mod hosts;
mod keys;
mod matching;
mod rule_headers;
mod session_checks;
mod templates;

pub(crate) use handlers::can_run as handlers_can_run;
pub use hosts::check_host;
pub(crate) use hosts::host_of;
pub use keys::check_keys;
pub use rule_headers::{RuleHeader, rule_headers};

use std::{collections::HashMap, sync::Arc};

use crate::{
    config::{Config, did_you_mean},
    finding::{Finding, Findings, Severity},
    handlers::{HandlerKind, Shared},
    rules::RuleDefinition,
};

/// What rules are checked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Whatever decides by them: what only API Gateway cannot do is a warning.
    #[default]
    Anywhere,
    /// A deployment behind API Gateway: what it cannot do is an error.
    ApiGateway,
    /// A decision server behind another proxy: what only API Gateway cannot do is nothing to it.
    Server,
}

impl Target {
    /// How much it matters that API Gateway cannot do something; `None` where it does not.
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Anywhere => Some(Severity::Warning),
            Self::ApiGateway => Some(Severity::Error),
            Self::Server => None,
        }
    }
}

/// Everything that is wrong, odd or without effect in rules under a configuration.
///
/// The findings of reading either come from [`crate::config::ReadConfig`] and
/// [`crate::rules::LoadedRules`]; these come on top.
#[must_use]
pub fn check(config: &Config, rules: &[RuleDefinition]) -> Findings {
    let mut findings = of_config(config);
    let shared = Arc::new(Shared::default());
    let mut matching: HashMap<usize, Vec<Finding>> = HashMap::new();
    for (index, finding) in matching::check(config, rules) {
        matching.entry(index).or_default().push(finding);
    }
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let mut of_rule = naming(rule, rules, index, &mut ids);
        of_rule.extend(matching.remove(&index).unwrap_or_default());
        of_rule.extend(handlers::check(config, rule, &shared));
        of_rule.extend(conditions::check(config, rule, &shared));
        findings.extend(
            of_rule
                .into_iter()
                .map(|finding| in_rule(finding, rule, index)),
        );
    }
    findings.extend(session_checks::check(config, rules, &shared));
    findings.extend(headers::check(config, rules));
    Findings(findings)
}

/// Places a finding in its rule.
#[must_use]
pub fn in_rule(mut finding: Finding, rule: &RuleDefinition, index: usize) -> Finding {
    finding.file = rule.source.file().to_owned();
    finding.line = rule.source.line(&finding.key);
    finding.rule = Some(name_of(rule, index));
    finding
}

/// What a rule is called in messages.
#[must_use]
pub fn name_of(rule: &RuleDefinition, index: usize) -> String {
    if rule.id.is_empty() {
        format!("#{}", index + 1)
    } else {
        rule.id.clone()
    }
}

/// How many rules a finding names.
const NAMED: usize = 3;

/// Rules by their indices, the first few by name; `None` where there are none.
fn list_rules(rules: &[RuleDefinition], indices: &[usize]) -> Option<String> {
    let mut named = indices
        .iter()
        .take(NAMED)
        .filter_map(|index| Some(format!("`{}`", name_of(rules.get(*index)?, *index))))
        .collect::<Vec<_>>()
        .join(", ");
    match indices.len() {
        0 => return None,
        count if count > NAMED => named.push_str(&format!(" and {} more", count - NAMED)),
        _ => {}
    }
    Some(named)
}

fn naming<'r>(
    rule: &'r RuleDefinition,
    rules: &[RuleDefinition],
    index: usize,
    ids: &mut HashMap<&'r str, usize>,
) -> Vec<Finding> {
    if rule.id.is_empty() {
        return vec![
            Finding::warning("the rule has no name, so logs cannot name it")
                .at("id")
                .suggest("give it an `id`"),
        ];
    }
    let Some(first) = ids.get(rule.id.as_str()) else {
        ids.insert(&rule.id, index);
        return Vec::new();
    };
    let other = rules.get(*first).map_or("", |other| other.source.file());
    let place = if other.is_empty() || other == rule.source.file() {
        String::new()
    } else {
        format!(" in `{other}`")
    };
    vec![
        Finding::warning(format!("another rule{place} has the same `id`"))
            .at("id")
            .suggest("give each rule a name of its own"),
    ]
}

/// What is wrong in the configuration beyond its form.
fn of_config(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.access_rules.repositories.is_empty() && !config.origins.is_empty() {
        findings.push(
            Finding::warning("no rules are named, so every request is refused")
                .at("access_rules.repositories"),
        );
    }
    let fallback = config.errors.fallback.iter().flatten();
    for (place, name) in fallback.enumerate() {
        let key = format!("errors.fallback[{place}]");
        if HandlerKind::ErrorHandler.handler(name).is_none() {
            let names: Vec<&str> = HandlerKind::ErrorHandler
                .handlers()
                .iter()
                .map(|handler| handler.name)
                .collect();
            let mut finding = Finding::error(format!("no error handler is named `{name}`")).at(key);
            finding.suggestion = did_you_mean(name, &names);
            findings.push(finding);
        } else if !config
            .errors
            .handlers
            .get(name)
            .is_some_and(|handler| handler.enabled)
        {
            findings.push(
                Finding::error(format!("the error handler `{name}` is not enabled"))
                    .at(key)
                    .suggest(format!("set `errors.handlers.{name}.enabled: true`")),
            );
        } else {
            findings.extend(handlers::of_fallback(config, name));
        }
    }
    for kind in HandlerKind::ALL {
        findings.extend(templates::of_config(config, kind));
    }
    for finding in &mut findings {
        config.origins.locate(finding);
    }
    findings
}
