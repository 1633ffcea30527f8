//! Which rules can be run as they are.

use std::sync::Arc;

use oathgate_gostd::Url;

use super::RuleDefinition;
use crate::{check::handlers_can_run, config::Config, handlers::Shared};

/// Whether a rule can be run as it is. One that cannot still matches requests, and answers 500 where
/// the handler that is wrong is reached; Oathkeeper does not list it, and is not ready with no other.
#[must_use]
pub fn is_valid(config: &Config, rule: &RuleDefinition) -> bool {
    let shared = Arc::new(Shared::default());
    rule.matches
        .as_ref()
        .is_some_and(|matches| !matches.url.is_empty())
        && upstream_is_valid(rule)
        && !rule.authenticators.is_empty()
        && !rule.authorizer.handler.is_empty()
        && !rule.mutators.is_empty()
        && handlers_can_run(config, rule, &shared)
}

/// An upstream's URL, where there is one, is absolute or a path.
fn upstream_is_valid(rule: &RuleDefinition) -> bool {
    let url = rule
        .upstream
        .as_ref()
        .and_then(|upstream| upstream.get("url"));
    match url.and_then(serde_json::Value::as_str) {
        None | Some("") => true,
        Some(text) if text.starts_with('/') => Url::parse(text).is_ok(),
        Some(text) => Url::parse(text).is_ok_and(|url| url.is_absolute() && url.opaque.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Format, rules::decode};

    #[test]
    fn rules_that_cannot_run_are_told_from_those_that_can() {
        let config = "{authenticators: {noop: {enabled: true}}, authorizers: {allow: {enabled: true}}, mutators: {noop: {enabled: true}}}";
        let config = Config::parse(config, Format::Yaml, [("", ""); 0]).unwrap();
        let rule = |id: &str, authorizer: &str, more: &str| {
            format!(
                "{{id: {id}, match: {{url: 'http://a/', methods: [GET]}}, authenticators: [{{handler: noop}}], authorizer: {{handler: {authorizer}}}, mutators: [{{handler: noop}}]{more}}}"
            )
        };
        let text = [
            rule("disabled", "deny", ""),
            rule("one", "allow", ""),
            rule("unknown", "opa", ""),
            rule("unknown-error", "allow", ", errors: [{handler: html}]"),
            rule("upstream", "allow", ", upstream: {url: 'no url'}"),
            "{id: no-match}".to_owned(),
            rule("two", "allow", ", upstream: {url: 'http://backend/'}"),
        ]
        .join(", ");
        let rules = decode("rules.yaml", &format!("[{text}]")).unwrap().rules;
        let valid = rules.iter().filter(|rule| is_valid(&config, rule));
        let ids: Vec<&str> = valid.map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, ["one", "two"]);
    }
}
