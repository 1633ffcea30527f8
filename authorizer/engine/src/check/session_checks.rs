//! Session checks that cannot establish a subject: those that send a method whose response has no body,
//! and those that do not send the token that they look for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use oathgate_gostd::canonical_header_name;
use serde_json::Value;

use super::{in_rule, list_rules};
use crate::{
    config::Config,
    finding::Finding,
    handlers::{HandlerKind, Settings, Shared},
    rules::{HandlerReference, RuleDefinition},
};

/// What is wrong with one check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Defect {
    /// A HEAD is sent, and its answer names no subject.
    NoBody,
    /// A method is sent that the service may not answer.
    OddMethods,
    /// The header with the token is not sent.
    Header(String),
    /// The query with the token is not sent.
    Query,
}

impl Defect {
    /// Whether a rule's own configuration says something of it, so that the finding belongs there.
    fn is_of_rule(&self, own: Option<&Value>) -> bool {
        let keys: &[&str] = match self {
            Self::NoBody | Self::OddMethods => &["force_method"],
            Self::Header(_) => &["token_from", "forward_http_headers"],
            Self::Query => &["token_from", "preserve_query"],
        };
        keys.iter()
            .any(|key| own.and_then(|own| own.get(key)).is_some())
    }

    /// The finding; `rules` are those that are concerned, where they are not named otherwise.
    fn finding(&self, handler: &str, methods: &BTreeSet<String>, rules: Option<&str>) -> Finding {
        let of_rules = rules
            .map(|rules| format!(" of {rules}"))
            .unwrap_or_default();
        let methods: Vec<_> = methods.iter().map(|method| format!("`{method}`")).collect();
        let methods = methods.join(", ");
        match self {
            Self::NoBody => Finding::warning(format!(
                "`{handler}` sends HEAD{of_rules} to the session service, whose response to it has no body: a request with a session is granted with an empty subject"
            ))
            .suggest("set `force_method: GET`"),
            Self::OddMethods => Finding::warning(format!(
                "`{handler}` sends {methods}{of_rules} to the session service, which may respond to GET alone"
            ))
            .suggest("set `force_method: GET`"),
            Self::Header(name) => Finding::warning(format!(
                "`{handler}` reads the token{of_rules} from the header `{name}` and does not send it to the session service, which then cannot know whose it is"
            ))
            .suggest(format!("add `{name}` to `forward_http_headers`")),
            Self::Query => Finding::warning(format!(
                "`{handler}` reads the token{of_rules} from the query and does not send that to the session service, which then cannot know whose it is"
            ))
            .suggest("set `preserve_query: false`"),
        }
    }
}

/// Checks every session check of the rules. What the configuration causes is one finding for all rules
/// concerned, what a rule's own options cause is a finding of the rule.
pub(super) fn check(
    config: &Config,
    rules: &[RuleDefinition],
    shared: &Arc<Shared>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for known in HandlerKind::Authenticator.handlers() {
        let (handler, Some(always_sent)) = (known.name, known.checks_session_with) else {
            continue;
        };
        let mut of_config: BTreeMap<Defect, (BTreeSet<String>, Vec<usize>)> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for (place, reference) in rule.authenticators.iter().enumerate() {
                if reference.handler != handler {
                    continue;
                }
                let methods = methods(rule);
                for (defect, methods) in defects(config, reference, &methods, always_sent, shared) {
                    if defect.is_of_rule(reference.config.as_ref()) {
                        let finding = defect
                            .finding(handler, &methods, None)
                            .at(format!("authenticators[{place}].config"));
                        findings.push(in_rule(finding, rule, index));
                    } else {
                        let concerned = of_config.entry(defect).or_default();
                        concerned.0.extend(methods);
                        concerned.1.push(index);
                    }
                }
            }
        }
        for (defect, (methods, mut concerned)) in of_config {
            concerned.dedup();
            let named = list_rules(rules, &concerned);
            let mut finding = defect
                .finding(handler, &methods, named.as_deref())
                .at(format!("authenticators.{handler}.config"));
            config.origins.locate(&mut finding);
            findings.push(finding);
        }
    }
    findings
}

/// The methods of a rule, in upper case.
fn methods(rule: &RuleDefinition) -> BTreeSet<String> {
    rule.matches
        .iter()
        .flat_map(|matches| &matches.methods)
        .map(|method| method.to_ascii_uppercase())
        .collect()
}

/// Everything that is wrong with one check, each with the methods concerned.
fn defects(
    config: &Config,
    reference: &HandlerReference,
    methods: &BTreeSet<String>,
    always_sent: &str,
    shared: &Arc<Shared>,
) -> Vec<(Defect, BTreeSet<String>)> {
    let settings = Settings::of(HandlerKind::Authenticator, reference, config, shared);
    let Ok(merged) = settings.merged() else {
        return Vec::new();
    };
    if !settings.is_enabled() {
        return Vec::new();
    }
    let text = |key: &str| merged.get(key).and_then(Value::as_str).unwrap_or_default();
    let sent: BTreeSet<String> = match text("force_method") {
        "" => methods.clone(),
        forced => BTreeSet::from([forced.to_ascii_uppercase()]),
    };
    let mut found = Vec::new();
    if sent.contains("HEAD") {
        found.push((Defect::NoBody, BTreeSet::new()));
    }
    if text("force_method").is_empty() {
        let odd: BTreeSet<String> = sent
            .into_iter()
            .filter(|method| !matches!(method.as_str(), "GET" | "HEAD"))
            .collect();
        if !odd.is_empty() {
            found.push((Defect::OddMethods, odd));
        }
    }
    found.extend(token(&merged, always_sent).map(|defect| (defect, BTreeSet::new())));
    found
}

/// Whether the token that a check looks for is sent at all. Only the first place counts that is named.
fn token(merged: &Value, always_sent: &str) -> Option<Defect> {
    let from = merged.get("token_from")?;
    let place = |key: &str| from.get(key).and_then(Value::as_str);
    let (header, query) = match (place("header"), place("query_parameter"), place("cookie")) {
        (Some(header), ..) => (canonical_header_name(header).into_owned(), false),
        (None, Some(_), _) => (String::new(), true),
        (None, None, Some(_)) => ("Cookie".to_owned(), false),
        (None, None, None) => return None,
    };
    if query {
        let preserved = merged.get("preserve_query").and_then(Value::as_bool);
        return preserved.unwrap_or(true).then_some(Defect::Query);
    }
    let is_sent = |name: &Value| {
        name.as_str()
            .is_some_and(|name| canonical_header_name(name) == header)
    };
    let forwarded = merged.get("forward_http_headers").and_then(Value::as_array);
    let sent = header == always_sent || forwarded.into_iter().flatten().any(is_sent);
    (!sent).then_some(Defect::Header(header))
}
