//! Rules whose host is not a deployment's.

use super::{in_rule, matching::literal_text, name_of};
use crate::{finding::Finding, rules::RuleDefinition, safety::normalize_host};

/// What stands for a part between `<` and `>` in a literal text.
const ANYTHING: char = '\u{1}';

/// Rules that match no request because a deployment always decides about one host, its stage's
/// `publicHost`: warnings, and errors where no rule is left.
///
/// Only the text of a pattern outside of `<` and `>` is compared, so a pattern that could match is
/// never named, and one that does not may be missed.
#[must_use]
pub fn check_host(rules: &[RuleDefinition], public_host: &str) -> Vec<Finding> {
    let public_host = &*normalize_host("https", public_host);
    let unasked: Vec<usize> = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| !may_match(rule, public_host))
        .map(|(index, _)| index)
        .collect();
    if unasked.len() == rules.len() && !rules.is_empty() {
        let named = rules
            .iter()
            .enumerate()
            .find_map(|(index, rule)| {
                Some((name_of(rule, index), host(rule)?.replace(ANYTHING, "<…>")))
            })
            .map_or_else(String::new, |(rule, host)| {
                format!("; the host of `{rule}` is `{host}`")
            });
        return vec![
            Finding::error(format!(
                "no rule matches the stage's `publicHost`, `{public_host}`: every request is refused{named}"
            ))
            .suggest("write the same host in the stage and in the rules"),
        ];
    }
    let finding = |index: usize| {
        let rule = rules.get(index)?;
        let finding = Finding::warning(format!(
            "its host is not the stage's `publicHost`, `{public_host}`, so the rule matches no request"
        ))
        .at("match.url")
        .suggest("remove the rule from this stage, or write the stage's host");
        Some(in_rule(finding, rule, index))
    };
    unasked.into_iter().filter_map(finding).collect()
}

fn may_match(rule: &RuleDefinition, public_host: &str) -> bool {
    let Some(host) = host(rule) else {
        return true;
    };
    // What is between `<` and `>` may match the end of the host and a path too.
    match host.split_once(ANYTHING) {
        Some((before, _)) => public_host.starts_with(before),
        None => host == public_host,
    }
}

/// A host that a rule's pattern matches, as far as that can be told from its text outside of `<` and `>`.
pub(crate) fn host_of(rule: &RuleDefinition) -> Option<String> {
    host(rule).map(|host| host.replace(ANYTHING, "a"))
}

/// A pattern's host, with a mark for each part between `<` and `>`; `None` where its place is not known.
fn host(rule: &RuleDefinition) -> Option<String> {
    let pattern = literal_text(&rule.matches.as_ref()?.url);
    let (_, rest) = pattern.split_once("://")?;
    let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
    Some(host.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(urls: &[&str]) -> Vec<String> {
        let rules: Vec<_> = urls
            .iter()
            .map(|url| json!({"id": url, "match": {"url": url, "methods": ["GET"]}}))
            .collect();
        let rules: Vec<RuleDefinition> = serde_json::from_value(json!(rules)).unwrap();
        let found = check_host(&rules, "api.example.com");
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_pattern_that_can_match_the_host_is_not_named() {
        for url in [
            "https://api.example.com/a",
            "https://api.example.com",
            "<https|http>://api.example.com/<.*>",
            "https://<[a-z]+>.example.com/a",
            "https://<.*>.example.org/a",
            "https://<api|www>.example.com/a",
            "https://api.<.*>/a",
            "https://api.<.*>.com/a",
            "https://<.*>",
            "https://api.example<.*>",
            "https://<.*>/a",
            "<.*>",
            "<https://.*>/a",
        ] {
            assert_eq!(check(&[url]), Vec::<String>::new(), "{url}");
        }
    }

    #[test]
    fn hosts_that_no_rule_matches_are_an_error() {
        for url in [
            "https://api.dev.example.com/a",
            "https://API.example.com/a",
            "https://api.example.com:8443/a",
            "https://www.<.*>.com/a",
            "https://www.<.*>",
            "<https|http>://api.example.com.<.*>/a",
        ] {
            let found = check(&[url]);
            assert_eq!(found.len(), 1, "{url}");
            assert!(
                found[0].starts_with(
                    "error: no rule matches the stage's `publicHost`, `api.example.com`: every request is refused; the host of"
                ),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_rule_of_another_host_beside_others_is_a_warning() {
        assert_eq!(
            check(&["https://api.example.com/a", "https://www.example.com/a"]),
            [
                "warning: rule `https://www.example.com/a`: match.url: its host is not the stage's `publicHost`, `api.example.com`, so the rule matches no request, remove the rule from this stage, or write the stage's host"
            ]
        );
    }
}
