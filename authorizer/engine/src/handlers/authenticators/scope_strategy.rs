//! How granted scopes are compared with a required one: Oathkeeper's `scope_strategy`, the strategies
//! of [fosite](https://pkg.go.dev/github.com/ory/fosite#ScopeStrategy).

use serde::Deserialize;
use serde_json::Value;

use crate::{
    config::{Form, Shape},
    handlers::options::{OptionValue, UnreadOption, from_json},
};

/// A way to compare scopes. Words of a scope are parted by dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ScopeStrategy {
    /// Scopes are not compared.
    None,
    /// The same text.
    Exact,
    /// The same text, or a parent: `photos` grants `photos.read`.
    Hierarchic,
    /// A `*` stands for a word, and at the end for all that follow.
    Wildcard,
}

impl OptionValue for ScopeStrategy {
    const SHAPE: Shape = Shape::text(Form::Choice(&["hierarchic", "exact", "wildcard", "none"]));

    fn read(value: Value) -> Result<Self, UnreadOption> {
        from_json(value)
    }
}

impl ScopeStrategy {
    /// Whether one of the granted scopes grants the required one. `None` grants nothing.
    pub(super) fn grants<S: AsRef<str>>(self, granted: &[S], required: &str) -> bool {
        let grants = match self {
            Self::None => return false,
            Self::Exact => |granted: &str, required: &str| granted == required,
            Self::Hierarchic => is_same_or_parent,
            Self::Wildcard => matches_wildcard,
        };
        granted
            .iter()
            .any(|granted| grants(granted.as_ref(), required))
    }
}

fn is_same_or_parent(granted: &str, required: &str) -> bool {
    required
        .strip_prefix(granted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn matches_wildcard(granted: &str, required: &str) -> bool {
    let mut words = required.split('.');
    let mut patterns = granted.split('.').peekable();
    while let Some(pattern) = patterns.next() {
        let Some(word) = words.next() else {
            return false;
        };
        if !(pattern == word || (pattern == "*" && !word.is_empty())) {
            return false;
        }
        if patterns.peek().is_none() {
            return pattern == "*" || words.next().is_none();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ScopeStrategy::*, *};

    #[test]
    fn it_compares_as_fosite_does() {
        for (strategy, granted, required, want) in [
            (Exact, "a", "a", true),
            (Exact, "a", "a.b", false),
            (Exact, "", "", true),
            (Hierarchic, "a", "a", true),
            (Hierarchic, "a", "a.b.c", true),
            (Hierarchic, "a.b", "a", false),
            (Hierarchic, "a", "ab", false),
            (Hierarchic, "a.", "a.b", false),
            (Hierarchic, "a.", "a..b", true),
            (Hierarchic, "*", "a", false),
            (Hierarchic, "", "a", false),
            (Hierarchic, "", ".a", true),
            (Wildcard, "a", "a", true),
            (Wildcard, "a", "a.b", false),
            (Wildcard, "*", "a.b.c", true),
            (Wildcard, "a.*", "a.b.c", true),
            (Wildcard, "a.*", "a", false),
            (Wildcard, "a.*", "a.", false),
            (Wildcard, "a.*", "a..b", false),
            (Wildcard, "a.*.c", "a.b.c", true),
            (Wildcard, "a.*.c", "a.b.c.d", false),
            (Wildcard, "a.*b", "a.bb", false),
            (Wildcard, "a.*", "a.*", true),
            (Wildcard, "a.b", "a.*", false),
            (Wildcard, "", "", true),
            (None, "a", "a", false),
        ] {
            assert_eq!(
                strategy.grants(&[granted], required),
                want,
                "{strategy:?} {granted} {required}"
            );
        }
    }

    /// Word by word, as fosite spells its rules out.
    fn spelled_out(strategy: ScopeStrategy, granted: &str, required: &str) -> bool {
        let (granted_words, words): (Vec<_>, Vec<_>) =
            (granted.split('.').collect(), required.split('.').collect());
        match strategy {
            None => false,
            Exact => granted == required,
            Hierarchic => words.starts_with(&granted_words),
            Wildcard => {
                let last = granted_words.len() - 1;
                granted_words.len() <= words.len()
                    && granted_words.iter().enumerate().all(|(place, word)| {
                        let ends_early = place == last && words.len() != granted_words.len();
                        match *word {
                            "*" => !words[place].is_empty(),
                            word => !ends_early && word == words[place],
                        }
                    })
            }
        }
    }

    proptest! {
        #[test]
        fn it_compares_word_by_word(granted in "[ab*.]{0,6}", required in "[ab.]{0,6}") {
            for strategy in [None, Exact, Hierarchic, Wildcard] {
                prop_assert_eq!(
                    strategy.grants(&[&granted], &required),
                    spelled_out(strategy, &granted, &required)
                );
            }
        }
    }
}
