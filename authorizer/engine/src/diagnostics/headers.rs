//! Headers that some rules set for the backend and others do not.

use std::collections::BTreeMap;

use super::name_of;
use crate::{config::Config, finding::Finding, pipeline::Vouches, rules::RuleDefinition};

/// How many rules a finding names.
const NAMED: usize = 3;

/// One note for each such header: behind the rules that do not set it, the backend gets a stand-in.
pub(super) fn check(config: &Config, rules: &[RuleDefinition]) -> Vec<Finding> {
    let of_rules: Vec<Vouches> = rules.iter().map(|rule| Vouches::of(rule, config)).collect();
    let mut setters: BTreeMap<&str, usize> = BTreeMap::new();
    for name in of_rules.iter().flat_map(|vouches| &vouches.names) {
        *setters.entry(name).or_default() += 1;
    }
    let mut findings = Vec::new();
    for (name, count) in setters {
        let lacks = |vouches: &Vouches| !vouches.any && !vouches.names.contains(name);
        let without: Vec<String> = rules
            .iter()
            .zip(&of_rules)
            .enumerate()
            .filter(|(_, (_, vouches))| lacks(vouches))
            .map(|(index, (rule, _))| format!("`{}`", name_of(rule, index)))
            .collect();
        let mut named = without
            .iter()
            .take(NAMED)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        match without.len() {
            0 => continue,
            all if all > NAMED => named.push_str(&format!(" and {} more", all - NAMED)),
            _ => {}
        }
        findings.push(
            Finding::note(format!(
                "the header `{name}` is set by {count} of {} rules, not by {named}",
                rules.len()
            ))
            .suggest("behind those the backend is given the stage's stand-in for it"),
        );
    }
    findings
}
