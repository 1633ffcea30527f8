//! What is known of the tokens that rules sign before any is signed.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use oathgate_gostd::parse_duration;
use oathgate_router::{Found, RouteEntry, Router};
use serde::Serialize;

use crate::{
    check::host_of,
    config::Config,
    handlers::{HandlerKind, Settings, Shared},
    rules::RuleDefinition,
    safety::normalize_host,
};

/// A host as API Gateway gives them, for rules that match any.
const ANY_HOST: &str = "abcdefghij.execute-api.us-east-1.amazonaws.com";

/// The tokens that a set of rules signs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SignedTokens {
    /// What they name as their issuer (`iss`), each once.
    pub issuers: BTreeSet<String>,
    /// The longest time that one is valid for, in seconds.
    pub longest_ttl_seconds: u64,
}

/// A path of the API's own, and the rules that match a GET for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchedPath {
    /// The path.
    pub path: String,
    /// The rules' ids.
    pub rules: BTreeSet<String>,
}

impl SignedTokens {
    /// What the mutators of these rules sign; nothing where none does.
    #[must_use]
    pub fn of(config: &Config, rules: &[RuleDefinition]) -> Option<Self> {
        let shared = Arc::<Shared>::default();
        let mut found: Option<Self> = None;
        for mutator in rules.iter().flat_map(|rule| &rule.mutators) {
            let settings = Settings::of(HandlerKind::Mutator, mutator, config, &shared);
            let known = HandlerKind::Mutator.handler(&mutator.handler);
            let Some(known) = known.filter(|known| known.signs() && settings.is_enabled()) else {
                continue;
            };
            let merged = settings.merged().unwrap_or_default();
            let text = |name: &str| merged.get(name).and_then(|value| value.as_str());
            let ttl = text("ttl").filter(|ttl| !ttl.is_empty());
            let ttl = ttl.unwrap_or(known.default_text("ttl"));
            let ttl = parse_duration(ttl).unwrap_or(Duration::MAX);
            let found = found.get_or_insert_default();
            found
                .issuers
                .extend(text("issuer_url").map(ToOwned::to_owned));
            found.longest_ttl_seconds = found.longest_ttl_seconds.max(whole_seconds(ttl));
        }
        found
    }
}

/// Which rules match a GET or HEAD for these paths: under `public_host`, or else under any host that a
/// rule names and one of API Gateway's.
#[must_use]
pub fn rules_of_paths(
    config: &Config,
    rules: &[RuleDefinition],
    paths: &[String],
    public_host: Option<&str>,
) -> Vec<MatchedPath> {
    let router = Router::build(
        config.access_rules.matching_strategy,
        rules.iter().map(RouteEntry::from),
    );
    let hosts: BTreeSet<String> = match public_host {
        Some(host) => BTreeSet::from([normalize_host("https", host).into_owned()]),
        None => rules
            .iter()
            .filter_map(host_of)
            .chain([ANY_HOST.to_owned()])
            .collect(),
    };
    let name = |index: usize| rules.get(index).map(|rule| rule.id.clone());
    paths
        .iter()
        .map(|path| {
            let asked = hosts.iter().flat_map(|host| {
                let url = format!("https://{host}{path}");
                ["GET", "HEAD"].map(|method| router.find(method, &url))
            });
            let found = asked.flat_map(|found| match found {
                Found::One(index) => vec![index],
                Found::Many(indices) => indices,
                // What cannot be read is refused by `rules check`.
                Found::None | Found::Broken { .. } | Found::Unreadable(_) => Vec::new(),
            });
            MatchedPath {
                path: path.clone(),
                rules: found.filter_map(name).collect(),
            }
        })
        .collect()
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs()
        .saturating_add(u64::from(time.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Format;

    fn config() -> Config {
        let text = "
mutators:
  id_token: {enabled: true, config: {issuer_url: 'https://gate/', jwks_url: 'file:///keys.json', ttl: 90s}}
";
        Config::parse(text, Format::Yaml, [("", ""); 0]).unwrap()
    }

    fn rules(rules: &[(&str, Value)]) -> Vec<RuleDefinition> {
        let rules: Vec<Value> = rules
            .iter()
            .map(|(url, mutators)| {
                json!({"id": url, "match": {"url": url, "methods": ["GET"]}, "mutators": mutators})
            })
            .collect();
        serde_json::from_value(json!(rules)).unwrap()
    }

    fn id_token(config: Value) -> Value {
        json!([{"handler": "id_token", "config": config}])
    }

    #[test]
    fn it_knows_every_issuer_and_the_longest_life() {
        let signed = |mutators: &[Value]| {
            let rules: Vec<_> = mutators
                .iter()
                .map(|of| ("https://a/", of.clone()))
                .collect();
            SignedTokens::of(&config(), &self::rules(&rules))
        };
        assert_eq!(signed(&[json!([{"handler": "noop"}]), json!([])]), None);
        let tokens = signed(&[
            id_token(json!({})),
            id_token(json!({"ttl": "1h0.5s", "issuer_url": "https://other/"})),
            id_token(json!({"ttl": ""})),
        ])
        .unwrap();
        assert_eq!(
            tokens.issuers,
            BTreeSet::from(["https://gate/".to_owned(), "https://other/".to_owned()])
        );
        assert_eq!(tokens.longest_ttl_seconds, 3601);
        assert_eq!(
            signed(&[id_token(json!({}))]).unwrap().longest_ttl_seconds,
            90
        );
        assert_eq!(
            signed(&[id_token(json!({"ttl": ""}))])
                .unwrap()
                .longest_ttl_seconds,
            900
        );
    }

    #[test]
    fn it_finds_the_rules_that_match_a_path() {
        let rules = rules(&[
            ("https://api.test/<.*>", json!([])),
            ("https://<.*>/.well-known/<.*>", json!([])),
            ("https://api.test/health", json!([])),
        ]);
        let path = "/.well-known/jwks.json".to_owned();
        let found = |host| {
            let found = rules_of_paths(&config(), &rules, std::slice::from_ref(&path), host);
            found[0].rules.iter().cloned().collect::<Vec<_>>()
        };
        let any = "https://<.*>/.well-known/<.*>";
        assert_eq!(found(None), [any, "https://api.test/<.*>"]);
        assert_eq!(found(Some("api.test")), [any, "https://api.test/<.*>"]);
        assert_eq!(found(Some("other.test")), [any]);
        let elsewhere = rules_of_paths(
            &config(),
            &rules,
            &["/health".to_owned()],
            Some("other.test"),
        );
        assert!(elsewhere[0].rules.is_empty());
    }
}
