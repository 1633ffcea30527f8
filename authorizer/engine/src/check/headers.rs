//! Headers that some rules set for the backend and others do not.

use std::collections::BTreeMap;

use super::list_rules;
use crate::{
    config::Config, finding::Finding, gateway_header::Unmappable, handlers::Vouches,
    rules::RuleDefinition,
};

/// One note for each such header: behind the rules that do not set it, the backend receives a placeholder.
/// And one for rules whose headers are not known before a service responds.
pub(super) fn check(config: &Config, rules: &[RuleDefinition]) -> Vec<Finding> {
    let of_rules: Vec<Vouches> = rules.iter().map(|rule| Vouches::of(rule, config)).collect();
    let mut findings = unknown(rules, &of_rules);
    let mut setters: BTreeMap<&str, usize> = BTreeMap::new();
    let names = of_rules.iter().flat_map(|vouches| &vouches.names);
    for name in names.filter(|name| Unmappable::of(name).is_none()) {
        *setters.entry(name).or_default() += 1;
    }
    for (name, count) in setters {
        let lacks = |vouches: &Vouches| !vouches.any && !vouches.names.contains(name);
        let Some(named) = named(rules, &of_rules, lacks) else {
            continue;
        };
        findings.push(
            Finding::note(format!(
                "the header `{name}` is set by {count} of {} rules, not by {named}",
                rules.len()
            ))
            .suggest(if name == "Cookie" {
                "behind those the backend receives the client's own cookies, without the ones that some rule sets"
            } else {
                "behind those the backend receives the stage's placeholder for it"
            }),
        );
    }
    findings
}

/// API Gateway maps headers by their names, and the names that some services set are known only
/// when they respond: a client's own header of such a name reaches the backend.
fn unknown(rules: &[RuleDefinition], of_rules: &[Vouches]) -> Vec<Finding> {
    let named = named(rules, of_rules, |vouches| vouches.any);
    named
        .map(|named| {
            Finding::note(format!(
                "the service of a handler of {named} may set headers of any name, and API Gateway maps none of them"
            ))
            .suggest("set what the backend relies on with a `header` mutator behind that handler")
        })
        .into_iter()
        .collect()
}

/// The rules of which something holds, the first few by name; `None` where there are none.
fn named(
    rules: &[RuleDefinition],
    of_rules: &[Vouches],
    holds: impl Fn(&Vouches) -> bool,
) -> Option<String> {
    let indices: Vec<usize> = of_rules
        .iter()
        .enumerate()
        .filter(|(_, vouches)| holds(vouches))
        .map(|(index, _)| index)
        .collect();
    list_rules(rules, &indices)
}
