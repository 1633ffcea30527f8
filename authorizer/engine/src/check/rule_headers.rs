//! The headers that rules set, each with its place in its rule.

use std::sync::Arc;

use oathgate_gostd::canonical_header_name;

use super::handlers;
use crate::{
    config::Config,
    handlers::{HeadersSet, Shared},
    rules::RuleDefinition,
};

/// A header that a handler of a rule sets.
#[derive(Clone, Debug)]
pub struct RuleHeader<'r> {
    /// The rule.
    pub rule: &'r RuleDefinition,
    /// The rule's index among all.
    pub index: usize,
    /// The key of the handler in its rule, such as `mutators[0]`.
    pub handler: String,
    /// The handler's option that names the header, where it has one.
    pub option: Option<&'static str>,
    /// The header's canonical name.
    pub name: String,
}

impl RuleHeader<'_> {
    /// The key of the option that names the header, or of the handler.
    #[must_use]
    pub fn key(&self) -> String {
        match self.option {
            Some(option) => format!("{}.config.{option}", self.handler),
            None => self.handler.clone(),
        }
    }
}

/// Every header that a handler of a rule sets under a configuration, in the order of the rules.
pub fn rule_headers<'r>(
    config: &Config,
    rules: &'r [RuleDefinition],
) -> impl Iterator<Item = RuleHeader<'r>> {
    let shared = Arc::new(Shared::default());
    rules.iter().enumerate().flat_map(move |(index, rule)| {
        let mut set = Vec::new();
        for (kind, key, reference) in handlers::named(rule) {
            let handler = kind.handler(&reference.handler);
            let option = handler.and_then(|handler| handler.sets.option());
            for written in HeadersSet::by(kind, reference, config, &shared).names {
                set.push(RuleHeader {
                    rule,
                    index,
                    handler: key.clone(),
                    option,
                    name: canonical_header_name(&written).into_owned(),
                });
            }
        }
        set
    })
}
