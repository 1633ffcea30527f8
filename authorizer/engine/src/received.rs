//! What a backend behind API Gateway receives in each header that is mapped.

use std::collections::BTreeMap;

use oathgate_gostd::canonical_header_name;
use serde::Serialize;

use crate::{check::name_of, config::Config, handlers::Vouches, rules::RuleDefinition};

/// Whose value a mapped header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderSource {
    /// The rule's; the placeholder where that is empty.
    Rule,
    /// What the service of the rule's hydrator answers, else the placeholder.
    Hydrator,
    /// The client's own, else the placeholder.
    Client,
    /// The stage's placeholder.
    Placeholder,
}

impl HeaderSource {
    /// Whose value a mapped header has behind a rule that does not set it. The function decides by
    /// this, and the report tells it.
    ///
    /// `header` is a canonical name; `client_headers` are those that a stage leaves to clients.
    #[must_use]
    pub fn where_unset(header: &str, client_headers: &[String]) -> Self {
        let is_left_to_clients = client_headers
            .iter()
            .any(|name| canonical_header_name(name) == header);
        // Clients send cookies in good faith, and backends read cookies of their own.
        if is_left_to_clients || header == "Cookie" {
            Self::Client
        } else {
            Self::Placeholder
        }
    }

    /// One word for tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Hydrator => "hydrator",
            Self::Client => "client",
            Self::Placeholder => "placeholder",
        }
    }

    /// What that word stands for.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Rule => "set by the rule, or the placeholder where its value is empty",
            Self::Hydrator => "the hydrator's service's response, or the placeholder",
            Self::Client => {
                "the client's own (of `Cookie` without what some rule sets), or the placeholder where it sends none"
            }
            Self::Placeholder => "the stage's placeholder, whatever the client sends",
        }
    }
}

/// Rules behind which the backend receives every mapped header from the same source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The rules' names, in the order of the rules.
    pub rules: Vec<String>,
    /// Each header that is mapped for some rule, by its canonical name.
    pub headers: BTreeMap<String, HeaderSource>,
}

/// Groups the rules by what the backend receives behind them, in the order of their first rules.
///
/// `client_headers` are those that a stage leaves to clients where a rule sets none.
#[must_use]
pub fn received(
    config: &Config,
    rules: &[RuleDefinition],
    client_headers: &[String],
) -> Vec<Received> {
    let of_rules: Vec<Vouches> = rules.iter().map(|rule| Vouches::of(rule, config)).collect();
    let mapped: Vec<&String> = of_rules.iter().flat_map(|set| &set.names).collect();
    let mut groups: Vec<Received> = Vec::new();
    let mut places: BTreeMap<Vec<HeaderSource>, usize> = BTreeMap::new();
    for (index, (rule, vouches)) in rules.iter().zip(&of_rules).enumerate() {
        let source = |header: &str| source(header, vouches, client_headers);
        let headers: BTreeMap<String, HeaderSource> = mapped
            .iter()
            .map(|header| ((*header).clone(), source(header)))
            .collect();
        let row = headers.values().copied().collect();
        let place = *places.entry(row).or_insert_with(|| {
            groups.push(Received {
                rules: Vec::new(),
                headers,
            });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.rules.push(name_of(rule, index));
        }
    }
    groups
}

fn source(header: &str, vouches: &Vouches, client_headers: &[String]) -> HeaderSource {
    if vouches.names.contains(header) {
        HeaderSource::Rule
    } else if vouches.any {
        HeaderSource::Hydrator
    } else {
        HeaderSource::where_unset(header, client_headers)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_grouped_by_where_the_values_come_from() {
        let rules: Vec<RuleDefinition> = serde_json::from_value(json!([
            {"id": "open", "mutators": [{"handler": "noop"}]},
            {"id": "page", "mutators": [{"handler": "header", "config": {"headers": {"x-user": "a"}}}]},
            {"id": "signed", "mutators": [{"handler": "id_token"}]},
            {"id": "hydrated", "mutators": [{"handler": "hydrator"}, {"handler": "id_token"}]},
            {"mutators": [{"handler": "noop"}]},
        ]))
        .unwrap();
        let groups = received(&Config::default(), &rules, &["authorization".to_owned()]);
        let shown: Vec<_> = groups
            .iter()
            .map(|group| {
                let sources: Vec<_> = group.headers.values().map(|of| of.as_str()).collect();
                (group.rules.join(","), sources.join(","))
            })
            .collect();
        let expected = [
            ("open,#5", "client,placeholder"),
            ("page", "client,rule"),
            ("signed", "rule,placeholder"),
            ("hydrated", "rule,hydrator"),
        ];
        assert_eq!(
            shown,
            expected.map(|(rules, sources)| (rules.to_owned(), sources.to_owned()))
        );
        assert_eq!(
            groups[0].headers.keys().collect::<Vec<_>>(),
            ["Authorization", "X-User"]
        );
    }

    #[test]
    fn rules_that_set_nothing_are_one_group_without_headers() {
        let rules: Vec<RuleDefinition> =
            serde_json::from_value(json!([{"id": "a"}, {"id": "b"}])).unwrap();
        let groups = received(&Config::default(), &rules, &[]);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].rules, ["a", "b"]);
        assert!(groups[0].headers.is_empty());
    }
}
