//! Where a gate takes its rules from.

use std::{borrow::Cow, error::Error, fmt::Debug};

use super::RuleDefinition;

/// Rules by their index, in matching order. A store that keeps them in another form makes a definition
/// when it is needed.
pub trait RuleStore: Debug + Send + Sync {
    /// How many rules there are.
    fn len(&self) -> usize;

    /// Whether there is no rule.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One rule.
    ///
    /// # Errors
    /// An index without a rule, and a rule that cannot be read.
    fn definition(&self, index: usize) -> Result<Cow<'_, RuleDefinition>, RuleStoreError>;
}

/// Why a store does not return a rule. The request that needs it must be refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleStoreError {
    /// There is no rule with this index.
    #[error("there is no rule {0}")]
    NoRule(usize),
    /// The index of URL patterns and the store are not of the same rules.
    #[error("the index has {routes} rules and the store has {rules}: package the rules again")]
    Mismatch {
        /// How many rules the index has.
        routes: usize,
        /// How many rules the store has.
        rules: usize,
    },
    /// The store cannot give the rule.
    #[error(transparent)]
    Unusable(Box<dyn Error + Send + Sync>),
}

impl RuleStore for Vec<RuleDefinition> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn definition(&self, index: usize) -> Result<Cow<'_, RuleDefinition>, RuleStoreError> {
        self.get(index)
            .map(Cow::Borrowed)
            .ok_or(RuleStoreError::NoRule(index))
    }
}

#[cfg(test)]
mod tests {
    use oathgate_router::{CheckedRoutes, RouteEntry};

    use super::*;
    use crate::{
        Gate,
        config::Config,
        testing::{ScriptedHttp, ports},
    };

    /// So many rules, of which none may be read.
    #[derive(Debug)]
    struct Unread(usize);

    impl RuleStore for Unread {
        fn len(&self) -> usize {
            self.0
        }

        fn definition(&self, index: usize) -> Result<Cow<'_, RuleDefinition>, RuleStoreError> {
            panic!("rule {index} was read");
        }
    }

    fn open(routes: usize, rules: usize) -> Result<Gate, RuleStoreError> {
        let entries = vec![RouteEntry::default(); routes];
        let routes =
            CheckedRoutes::build(Config::default().access_rules.matching_strategy, entries);
        let ports = ports(&ScriptedHttp::new([]));
        Gate::open(Config::default(), routes, Box::new(Unread(rules)), ports)
    }

    #[test]
    fn a_gate_opens_without_reading_a_rule() {
        assert_eq!(open(3, 3).unwrap().len(), 3);
    }

    #[test]
    fn a_gate_refuses_an_index_of_other_rules() {
        for rules in [0, 2, 4] {
            let refused = open(3, rules).unwrap_err();
            assert!(
                matches!(refused, RuleStoreError::Mismatch { routes: 3, rules: own } if own == rules),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_list_has_no_rule_beyond_the_last() {
        let list = vec![RuleDefinition::default(); 2];
        assert!(list.definition(1).is_ok());
        assert!(matches!(
            RuleStore::definition(&list, 2),
            Err(RuleStoreError::NoRule(2))
        ));
    }
}
