//! Error handlers of a rule that are responsible for the same failure.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    config::Config,
    finding::Finding,
    handlers::{HandlerKind, Settings, Shared},
    rules::RuleDefinition,
};

/// Pairs of a rule's error handlers whose `when` can hold at once: such failures are refused with 500.
pub(super) fn check(config: &Config, rule: &RuleDefinition, shared: &Arc<Shared>) -> Vec<Finding> {
    let conditions: Vec<Vec<Value>> = rule
        .errors
        .iter()
        .map(|reference| {
            let settings = Settings::of(HandlerKind::ErrorHandler, reference, config, shared);
            let merged = settings.merged().unwrap_or_default();
            match merged.get("when").and_then(Value::as_array) {
                Some(blocks) if !blocks.is_empty() => blocks.clone(),
                _ => vec![Value::Null],
            }
        })
        .collect();
    let mut findings = Vec::new();
    for (place, own) in conditions.iter().enumerate() {
        let earlier = conditions.iter().take(place).position(|other| {
            own.iter()
                .any(|block| other.iter().any(|other| can_hold_together(block, other)))
        });
        if let Some(earlier) = earlier {
            findings.push(
                Finding::warning(format!(
                    "its conditions can hold together with those of `errors[{earlier}]`: such failures are refused with 500"
                ))
                .at(format!("errors[{place}].config.when"))
                .suggest("give the handlers conditions that exclude each other"),
            );
        }
    }
    findings
}

/// Whether two blocks can hold for one failure. A request may accept several types, but where two
/// handlers name different ones, telling clients apart is what they are for.
fn can_hold_together(one: &Value, other: &Value) -> bool {
    [
        "/error",
        "/request/header/accept",
        "/request/header/content_type",
    ]
    .iter()
    .all(|path| {
        let (one, other) = (texts(one, path), texts(other, path));
        one.is_empty()
            || other.is_empty()
            || one
                .iter()
                .any(|one| other.iter().any(|other| can_be_the_same(one, other)))
    }) && !are_apart(&texts(one, "/request/cidr"), &texts(other, "/request/cidr"))
}

fn texts<'v>(block: &'v Value, path: &str) -> Vec<&'v str> {
    let items = block.pointer(path).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Equal texts, and media ranges such as `text/*`.
fn can_be_the_same(one: &str, other: &str) -> bool {
    let halves = |text: &str| {
        let plain = text
            .split(';')
            .next()
            .unwrap_or(text)
            .trim()
            .to_ascii_lowercase();
        plain
            .split_once('/')
            .map(|(kind, sub)| (kind.to_owned(), sub.to_owned()))
    };
    match (halves(one), halves(other)) {
        (Some((kind, sub)), Some((other_kind, other_sub))) => {
            let fit = |one: &str, other: &str| one == "*" || other == "*" || one == other;
            fit(&kind, &other_kind) && fit(&sub, &other_sub)
        }
        _ => one == other,
    }
}

/// Networks count as apart where each side names some and none is named by both.
fn are_apart(one: &[&str], other: &[&str]) -> bool {
    !one.is_empty() && !other.is_empty() && !one.iter().any(|one| other.contains(one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_tells_conditions_apart_that_exclude_each_other() {
        for (one, other) in [
            (
                json!({"error": ["unauthorized"]}),
                json!({"error": ["forbidden", "not_found"]}),
            ),
            (
                json!({"request": {"header": {"accept": ["text/html"]}}}),
                json!({"request": {"header": {"accept": ["application/json"]}}}),
            ),
            (
                json!({"request": {"cidr": ["10.0.0.0/8"]}}),
                json!({"request": {"cidr": ["192.0.2.0/24"]}}),
            ),
        ] {
            assert!(!can_hold_together(&one, &other), "{one} {other}");
        }
    }

    #[test]
    fn it_sees_conditions_that_can_hold_together() {
        for (one, other) in [
            (Value::Null, json!({"error": ["forbidden"]})),
            (
                json!({"error": ["forbidden"]}),
                json!({"error": ["forbidden", "not_found"]}),
            ),
            (
                json!({"request": {"header": {"accept": ["text/*"]}}}),
                json!({"request": {"header": {"accept": ["text/html"]}}}),
            ),
            (
                json!({"error": ["forbidden"]}),
                json!({"request": {"header": {"accept": ["text/html"]}}}),
            ),
        ] {
            assert!(can_hold_together(&one, &other), "{one} {other}");
        }
    }
}
