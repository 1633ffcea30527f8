//! The handlers that rules name.

use std::sync::Arc;

use oathgate_url_pattern::Strategy;
use serde_json::Value;

use super::templates;
use crate::{
    config::{Config, nearest},
    finding::{Finding, Severity},
    handlers::{
        Defect, HandlerKind, Misconfigured, Settings, Shared, authenticators::Authenticator,
        authorizers::Authorizer, errors::ErrorHandler, mutators::Mutator,
    },
    rules::{HandlerReference, RuleDefinition},
};

/// A part of the pipeline with what a rule names of it.
type Named<'r> = (HandlerKind, String, &'r HandlerReference);

/// What is wrong with the handlers of a rule.
pub(super) fn check(config: &Config, rule: &RuleDefinition, shared: &Arc<Shared>) -> Vec<Finding> {
    let mut findings = missing(rule);
    for (kind, key, reference) in named(rule) {
        findings.extend(of_handler(kind, &key, reference, config, shared));
    }
    findings.extend(unreachable(rule));
    findings
}

/// Whether every handler a rule names can be run.
pub(crate) fn can_run(config: &Config, rule: &RuleDefinition, shared: &Arc<Shared>) -> bool {
    named(rule)
        .into_iter()
        .all(|(kind, _, reference)| misconfigured(kind, reference, config, shared).is_none())
}

/// Every handler a rule names, with its key.
pub(super) fn named(rule: &RuleDefinition) -> Vec<Named<'_>> {
    let mut all: Vec<Named<'_>> = Vec::new();
    for (kind, key, references) in [
        (
            HandlerKind::Authenticator,
            "authenticators",
            &rule.authenticators,
        ),
        (HandlerKind::Mutator, "mutators", &rule.mutators),
        (HandlerKind::ErrorHandler, "errors", &rule.errors),
    ] {
        for (place, reference) in references.iter().enumerate() {
            all.push((kind, format!("{key}[{place}]"), reference));
        }
        if kind == HandlerKind::Authenticator && !rule.authorizer.handler.is_empty() {
            all.push((
                HandlerKind::Authorizer,
                "authorizer".to_owned(),
                &rule.authorizer,
            ));
        }
    }
    all
}

fn missing(rule: &RuleDefinition) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut none = |key: &str, what: &str| {
        findings.push(
            Finding::error(format!(
                "no {what} is named, so every request is refused with 500"
            ))
            .at(key)
            .suggest(format!("name one in `{key}`")),
        );
    };
    if rule.authenticators.is_empty() {
        none("authenticators", "authenticator");
    }
    if rule.authorizer.handler.is_empty() {
        none("authorizer", "authorizer");
    }
    if rule.mutators.is_empty() {
        none("mutators", "mutator");
    }
    findings
}

fn of_handler(
    kind: HandlerKind,
    key: &str,
    reference: &HandlerReference,
    config: &Config,
    shared: &Arc<Shared>,
) -> Vec<Finding> {
    let Some(wrong) = misconfigured(kind, reference, config, shared) else {
        let mut findings = templates::of_rule(kind, key, reference);
        findings.extend(without_effect(kind, key, reference));
        findings.extend(against_globs(kind, key, reference, config));
        return findings;
    };
    match wrong.defect {
        Defect::Unknown => vec![unknown(kind, key, &wrong.handler)],
        Defect::Disabled => vec![
            Finding::error(format!(
                "the {} `{}` is not enabled, so every request that reaches it is refused with 500",
                kind.as_str(),
                wrong.handler
            ))
            .at(format!("{key}.handler"))
            .suggest(format!(
                "set `{}.{}.enabled: true` in the configuration",
                kind.path(),
                wrong.handler
            )),
        ],
        Defect::Invalid => invalid(kind, key, reference, config, shared, &wrong),
    }
}

/// What only building a fallback handler finds: the rest is found in the configuration's form.
pub(super) fn of_fallback(config: &Config, name: &str) -> Option<Finding> {
    let reference = HandlerReference {
        handler: name.to_owned(),
        config: None,
    };
    let shared = Arc::new(Shared::default());
    let wrong = misconfigured(HandlerKind::ErrorHandler, &reference, config, &shared)?;
    let settings = Settings::of(HandlerKind::ErrorHandler, &reference, config, &shared);
    settings
        .validate_global()
        .is_empty()
        .then(|| Finding::error(wrong.reason).at(format!("errors.handlers.{name}.config")))
}

/// Why a handler cannot be run, if it cannot.
fn misconfigured(
    kind: HandlerKind,
    reference: &HandlerReference,
    config: &Config,
    shared: &Arc<Shared>,
) -> Option<Misconfigured> {
    match kind {
        HandlerKind::Authenticator => Authenticator::build(reference, config, shared)
            .misconfigured()
            .cloned(),
        HandlerKind::Authorizer => Authorizer::build(reference, config, shared)
            .misconfigured()
            .cloned(),
        HandlerKind::Mutator => Mutator::build(reference, config, shared)
            .misconfigured()
            .cloned(),
        HandlerKind::ErrorHandler => ErrorHandler::build(reference, config, shared)
            .misconfigured()
            .cloned(),
    }
}

fn unknown(kind: HandlerKind, key: &str, name: &str) -> Finding {
    let key = format!("{key}.handler");
    if name.is_empty() {
        return Finding::error(format!("no {} is named here", kind.as_str())).at(key);
    }
    let own: Vec<&str> = kind.handlers().iter().map(|known| known.name).collect();
    let finding = Finding::error(format!("no {} is named `{name}`", kind.as_str())).at(key);
    if let Some(near) = nearest(name, own.iter().copied()) {
        return finding.suggest(format!("did you mean `{near}`?"));
    }
    let elsewhere = HandlerKind::ALL
        .into_iter()
        .find(|kind| kind.handlers().iter().any(|known| known.name == name));
    match elsewhere {
        Some(kind) => finding.suggest(format!("`{name}` is one of the `{}`", kind.path())),
        None => finding.suggest(format!("use one of `{}`", own.join("`, `"))),
    }
}

/// Everything wrong with a handler's configuration; what only building it found, where that is all.
fn invalid(
    kind: HandlerKind,
    key: &str,
    reference: &HandlerReference,
    config: &Config,
    shared: &Arc<Shared>,
    wrong: &Misconfigured,
) -> Vec<Finding> {
    let settings = Settings::of(kind, reference, config, shared);
    let found = match settings.merged() {
        Ok(merged) => settings.validate(&merged),
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        return vec![Finding::error(wrong.reason.clone()).at(format!("{key}.config"))];
    }
    // What is wrong in the configuration already is said there, once for all rules.
    let global = settings.validate_global();
    found
        .into_iter()
        .filter(|finding| !global.contains(finding))
        .map(|mut finding| {
            finding.key = match finding.key.as_str() {
                "" => format!("{key}.config"),
                below => format!("{key}.config.{below}"),
            };
            finding.severity = Severity::Error;
            finding
        })
        .collect()
}

/// A configuration of a handler that reads none.
fn without_effect(kind: HandlerKind, key: &str, reference: &HandlerReference) -> Option<Finding> {
    let known = kind.handler(&reference.handler)?;
    let reads_none = known.options.shape().is_none();
    let says_something = match &reference.config {
        None | Some(Value::Null) => false,
        Some(Value::Object(map)) => !map.is_empty(),
        Some(_) => true,
    };
    (reads_none && says_something).then(|| {
        Finding::warning(format!(
            "`{}` reads no configuration: this is ignored",
            reference.handler
        ))
        .at(format!("{key}.config"))
        .suggest("remove it")
    })
}

/// A handler that refuses every request under globs.
fn against_globs(
    kind: HandlerKind,
    key: &str,
    reference: &HandlerReference,
    config: &Config,
) -> Option<Finding> {
    let known = kind.handler(&reference.handler)?;
    let globs = config.access_rules.matching_strategy == Strategy::Glob;
    (globs && !known.works_with_globs).then(|| {
        Finding::error(format!(
            "`{}` does not work with globs: every request that reaches it is refused with 500",
            known.name
        ))
        .at(format!("{key}.handler"))
        .suggest("set `access_rules.matching_strategy: regexp`")
    })
}

/// Authenticators behind one that always decides.
fn unreachable(rule: &RuleDefinition) -> Option<Finding> {
    let last = rule.authenticators.len().checked_sub(1)?;
    let (place, decides) = rule
        .authenticators
        .iter()
        .enumerate()
        .find(|(_, reference)| {
            let known = HandlerKind::Authenticator.handler(&reference.handler);
            known.is_some_and(|known| known.always_decides)
        })?;
    (place < last).then(|| {
        Finding::warning(format!(
            "`{}` before it always decides, so this authenticator is never called",
            decides.handler
        ))
        .at(format!("authenticators[{}]", place + 1))
        .suggest("put it first or remove it")
    })
}
