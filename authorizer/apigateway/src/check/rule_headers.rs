//! Headers that rules set in vain behind API Gateway.

use std::collections::BTreeMap;

use oathgate_engine::{
    check::{Target, in_rule, name_of, rule_headers},
    config::Config,
    finding::Finding,
    gateway_header::{Unmappable, is_sent_by_clients},
    rules::RuleDefinition,
};

use crate::{EventKind, context_key::context_key};

/// One finding for each header of a rule that API Gateway cannot map, that shares its key in the
/// authorizer's context with another one, or that clients send themselves. They come on top of those of
/// [`oathgate_engine::check()`].
#[must_use]
pub fn check_rule_headers(
    config: &Config,
    rules: &[RuleDefinition],
    target: Target,
) -> Vec<Finding> {
    let Some(severity) = target.severity() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    for set in rule_headers(config, rules) {
        let header = set.name.as_str();
        let another_name =
            |message| Finding::new(severity, message).suggest("set a header of another name");
        let wrong = if let Some(why) = Unmappable::of(header) {
            Some(another_name(format!("the header `{header}` {why}")))
        } else {
            collision(&mut known, header, || name_of(set.rule, set.index))
                .map(another_name)
                .or_else(|| is_sent_by_clients(header).then(|| refused_of_clients(header)))
        };
        findings.extend(wrong.map(|finding| in_rule(finding.at(set.key()), set.rule, set.index)));
    }
    findings
}

/// A header that is refused as a forged one where a client sends it in good faith.
fn refused_of_clients(header: &str) -> Finding {
    Finding::warning(format!(
        "clients send the header `{header}` of their own accord, and a request that brings a header which the rules vouch for is refused"
    ))
    .suggest("set a header of another name, or name this one in the stage's `clientHeaders`")
}

/// What is wrong with a header whose key in the context is another header's, of this rule or of one
/// before it.
fn collision(
    known: &mut BTreeMap<String, (String, String)>,
    header: &str,
    rule: impl FnOnce() -> String,
) -> Option<String> {
    let key = context_key(header, EventKind::Rest);
    match known.get(&key) {
        Some((other, _)) if other == header => None,
        Some((other, setter)) => Some(format!(
            "the header `{header}` cannot be told from `{other}` of the rule `{setter}`: both are `{key}` in the authorizer's context, and grants that need both are refused"
        )),
        None => {
            known.insert(key, (header.to_owned(), rule()));
            None
        }
    }
}
