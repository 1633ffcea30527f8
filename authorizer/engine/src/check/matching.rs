//! Which requests rules are for.

use oathgate_router::{RouteEntry, Router};

use super::name_of;
use crate::{
    config::{Config, nearest},
    finding::Finding,
    rules::{Match, RuleDefinition},
    safety::normalize_host,
};

/// The methods there are.
const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
];

/// What is wrong with the patterns, each finding with the place of its rule.
pub(super) fn check(config: &Config, rules: &[RuleDefinition]) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        findings.extend(of_rule(rule).into_iter().map(|finding| (index, finding)));
    }
    let router = Router::build(
        config.access_rules.matching_strategy,
        rules.iter().map(entry),
    );
    for broken in router.broken() {
        let Some(matches) = rules
            .get(broken.index)
            .and_then(|rule| rule.matches.as_ref())
        else {
            continue;
        };
        findings.push((
            broken.index,
            Finding::error(format!(
                "{}; every request of its methods is refused with 500",
                broken.reason
            ))
            .at("match.url")
            .suggest(format!("mend the pattern `{}`", matches.url)),
        ));
    }
    for index in router.risky() {
        findings.push((
            index,
            Finding::warning("the pattern can take very long on some URLs, which are then refused")
                .at("match.url")
                .suggest("leave no repetition inside another that can match the same text"),
        ));
    }
    for overlap in router.overlaps() {
        let other = rules
            .get(overlap.first)
            .map_or_else(String::new, |rule| name_of(rule, overlap.first));
        findings.push((
            overlap.second,
            Finding::error(format!(
                "`{} {}` is matched by this rule and by `{other}`: such requests are refused with 500",
                overlap.method, overlap.url
            ))
            .at("match.url")
            .suggest("narrow one of the two patterns so that they no longer overlap"),
        ));
    }
    findings
}

fn entry(rule: &RuleDefinition) -> RouteEntry {
    RouteEntry {
        methods: rule
            .matches
            .as_ref()
            .map(|matches| matches.methods.clone())
            .unwrap_or_default(),
        url: rule.matches.as_ref().map(|matches| matches.url.clone()),
    }
}

fn of_rule(rule: &RuleDefinition) -> Vec<Finding> {
    match &rule.matches {
        None => vec![
            Finding::error("the rule has no `match`: every request is refused with 500")
                .suggest("add `match` with `url` and `methods`"),
        ],
        Some(Match { rpc: Some(_), .. }) => Vec::new(),
        Some(matches) => {
            let mut findings = methods(matches);
            findings.extend(url(&matches.url));
            findings
        }
    }
}

fn methods(matches: &Match) -> Vec<Finding> {
    if matches.methods.is_empty() {
        return vec![
            Finding::error("no method is named, so the rule matches no request")
                .at("match.methods"),
        ];
    }
    let named = matches.methods.iter().enumerate();
    named
        .filter(|(_, method)| {
            !METHODS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(method))
        })
        .map(|(place, method)| {
            let finding = Finding::warning(format!("`{method}` is not a usual method"))
                .at(format!("match.methods[{place}]"));
            match nearest(method, METHODS.iter().copied()) {
                Some(near) => finding.suggest(format!("did you mean `{near}`?")),
                None => finding,
            }
        })
        .collect()
}

/// Texts outside of `<` and `>` that no cleaned URL without query holds.
fn url(pattern: &str) -> Option<Finding> {
    let finding = |message: &str, advice: &str| {
        Some(Finding::warning(message).at("match.url").suggest(advice))
    };
    if pattern.is_empty() {
        return Some(
            Finding::error("the URL is empty, so the rule matches no request").at("match.url"),
        );
    }
    let literal = literal_text(pattern);
    let (scheme, rest) = literal.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    if !is_normal(scheme, host) {
        return finding(
            "a host is matched in lower case, without a dot or the scheme's own port at its end, so the rule matches no request",
            "write the host in lower case, without them",
        );
    }
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("");
    if rest.contains(['?', '#']) {
        return finding(
            "the query is not part of what is matched, so the rule matches no request",
            "match the URL without its query",
        );
    }
    if path.len() > 1 && path.ends_with('/') {
        return finding(
            "a path that ends in `/` is cleaned before it is matched, so the rule matches no request",
            "leave the last `/` out",
        );
    }
    if path.contains("//") || path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return finding(
            "a path is cleaned before it is matched: `//`, `/./` and `/../` are never there",
            "write the path as it is when it is cleaned",
        );
    }
    None
}

/// Whether a request's host can be the literal text of a pattern's.
fn is_normal(scheme: &str, host: &str) -> bool {
    match host.split_once('\u{1}') {
        // What is between `<` and `>` may match the end of the host and a path too.
        Some((before, _)) => !before.bytes().any(|byte| byte.is_ascii_uppercase()),
        None => normalize_host(scheme, host) == host,
    }
}

/// A pattern with every part between `<` and `>` as one mark that no check looks for.
pub(super) fn literal_text(pattern: &str) -> String {
    let mut depth = 0_usize;
    let mut text = String::with_capacity(pattern.len());
    for character in pattern.chars() {
        match character {
            '<' => {
                depth += 1;
                if depth == 1 {
                    text.push('\u{1}');
                }
            }
            '>' if depth > 0 => depth -= 1,
            other if depth == 0 => text.push(other),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_warns_of_urls_that_match_nothing() {
        for pattern in [
            "https://api.example.com/users/",
            "https://api.example.com/<.*>/",
            "<https|http>://api.example.com/a/",
            "https://api.example.com/a?b=c",
            "https://api.example.com/a//b",
            "https://api.example.com/a/../b",
            "https://api.example.com:443/a",
            "http://api.example.com:80/<.*>",
            "https://API.example.com/a",
            "https://API.<.*>/a",
            "https://api.example.com./a",
            "https://api.example.com:/a",
            "",
        ] {
            assert!(url(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn it_is_silent_about_urls_that_can_match() {
        for pattern in [
            "https://api.example.com:8443/a",
            "http://api.example.com:443/a",
            "http<s?>://api.example.com:443/a",
            "https://<.*>Admin/a",
            "https://<[^/]+>:443/a",
            "https://api.example.com/",
            "https://api.example.com",
            "https://api.example.com/users",
            "https://api.example.com/<(a/|b//)>",
            "https://api.example.com/users<(/.*)?>",
            "<.*>/",
            "https://api.example.com/a.b/...",
        ] {
            assert_eq!(url(pattern), None, "{pattern}");
        }
    }
}
