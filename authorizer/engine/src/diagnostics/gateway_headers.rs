//! Headers that rules set in vain behind API Gateway.

use std::{collections::BTreeMap, sync::Arc};

use super::{Target, handlers, in_rule, name_of};
use crate::{
    config::Config,
    finding::Finding,
    gateway_header::Unmappable,
    go::canonical_header_name,
    manifest::VouchedHeader,
    pipeline::{HeadersSet, Part, Shared},
    rules::RuleDefinition,
};

/// One finding for each header of a rule that API Gateway cannot map, or that shares its key in the
/// authorizer's context with another one.
pub(super) fn check(
    config: &Config,
    rules: &[RuleDefinition],
    shared: &Arc<Shared>,
    target: Target,
) -> Vec<Finding> {
    let Some(severity) = target.severity() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for (part, key, reference) in handlers::named(rule) {
            let key = match part {
                Part::Mutator if reference.handler == "header" => format!("{key}.config.headers"),
                Part::Authorizer => format!("{key}.config.forward_response_headers_to_upstream"),
                _ => key,
            };
            for written in HeadersSet::by(part, reference, config, shared).names {
                let header = canonical_header_name(&written).into_owned();
                let wrong = match Unmappable::of(&header) {
                    Some(why) => Some(format!("the header `{header}` {why}")),
                    None => collision(&mut known, header, || name_of(rule, index)),
                };
                findings.extend(wrong.map(|message| {
                    let finding = Finding::new(severity, message)
                        .at(key.clone())
                        .suggest("set a header of another name");
                    in_rule(finding, rule, index)
                }));
            }
        }
    }
    findings
}

/// What is wrong with a header whose key in the context is another header's, of this rule or of one
/// before it.
fn collision(
    known: &mut BTreeMap<String, (String, String)>,
    header: String,
    rule: impl FnOnce() -> String,
) -> Option<String> {
    let key = VouchedHeader::new(&header).context_key;
    match known.get(&key) {
        Some((other, _)) if *other == header => None,
        Some((other, setter)) => Some(format!(
            "the header `{header}` cannot be told from `{other}` of the rule `{setter}`: both are `{key}` in the authorizer's context, and grants that need both are refused"
        )),
        None => {
            known.insert(key, (header, rule()));
            None
        }
    }
}
