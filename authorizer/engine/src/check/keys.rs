//! Key sets that are missing, or that have no usable key.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, SystemTime},
};

use oathgate_jose::{JwkSet, JwkSetError};
use serde_json::Value;

use super::{Target, handlers::named, in_rule};
use crate::{
    config::Config,
    finding::{Finding, Severity},
    handlers::{HandlerKind, KeyPurpose, Settings, Shared},
    ports::KeySource,
    rules::RuleDefinition,
};

/// How long a key set may take to be read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the key sets that rules need and that lie in files or in the configuration itself; those of
/// other hosts are left to the time they are needed.
///
/// A set to verify tokens with that is missing or not valid is an error. What is wrong with a set to sign with
/// is a warning: in the Lambda a secret takes the place of the configuration's own. Behind API Gateway that one is not
/// looked at, and any other file is a warning, as no package holds it.
pub async fn check_keys(
    config: &Config,
    rules: &[RuleDefinition],
    keys: &dyn KeySource,
    target: Target,
) -> Vec<Finding> {
    let secret = match target {
        Target::ApiGateway => config.signing_key_set(),
        Target::Anywhere | Target::Server => None,
    };
    let shared = Arc::new(Shared::default());
    let mut known: BTreeMap<(String, bool), Option<Finding>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for (kind, key, reference) in named(rule) {
            let settings = Settings::of(kind, reference, config, &shared);
            if !settings.is_enabled() {
                continue;
            }
            let merged = settings.merged().unwrap_or_default();
            for (at, url, signs) in key_sets(kind, &reference.handler, &merged) {
                if signs && secret == Some(url.as_str()) {
                    continue;
                }
                let wrong = match known.get(&(url.clone(), signs)) {
                    Some(wrong) => wrong.clone(),
                    None => {
                        let wrong = match wrong_with(&url, signs, keys).await {
                            None => not_packaged(&url, target),
                            wrong => wrong,
                        };
                        known.insert((url.clone(), signs), wrong.clone());
                        wrong
                    }
                };
                let Some(finding) = wrong else { continue };
                let own = reference.config.as_ref().and_then(|config| config.get(at));
                if own.is_some() {
                    let finding = finding.at(format!("{key}.config.{at}"));
                    findings.push(in_rule(finding, rule, index));
                } else if told.insert(url) {
                    let path = format!("{}.{}.config.{at}", kind.path(), reference.handler);
                    let mut finding = finding.at(path);
                    config.origins.locate(&mut finding);
                    findings.push(finding);
                }
            }
        }
    }
    findings
}

/// A file that is here and will not be where the package runs.
fn not_packaged(url: &str, target: Target) -> Option<Finding> {
    let missing = target == Target::ApiGateway && url.starts_with("file://");
    missing.then(|| {
        Finding::warning(format!(
            "the key set `{url}` is not part of the package: the function refuses what needs it"
        ))
        .suggest("write it into the configuration as `inline://` and base64, or name it by https")
    })
}

/// The key sets of a handler: the option, the URL, and whether it is there to sign with.
fn key_sets(kind: HandlerKind, handler: &str, merged: &Value) -> Vec<(&'static str, String, bool)> {
    let Some(key_sets) = kind.handler(handler).and_then(|known| known.key_sets) else {
        return Vec::new();
    };
    let signs = key_sets.purpose == KeyPurpose::Sign;
    let near = |url: &&str| url.starts_with("file://") || url.starts_with("inline://");
    let named: Vec<&str> = match merged.get(key_sets.option) {
        Some(Value::String(url)) => vec![url],
        Some(Value::Array(urls)) => urls.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let named = named.into_iter().filter(near);
    named
        .map(|url| (key_sets.option, url.to_owned(), signs))
        .collect()
}

/// What is wrong with a key set, if anything is.
async fn wrong_with(url: &str, signs: bool, keys: &dyn KeySource) -> Option<Finding> {
    let text = match keys.read(url, PATIENCE).await {
        Ok(text) => text,
        Err(error) => {
            let wrong = format!("the key set `{}` cannot be read: {error}", shown(url));
            return Some(if signs {
                Finding::warning(wrong).suggest(
                    "make one with `oathgate credentials generate`; in the Lambda a secret takes its place",
                )
            } else {
                Finding::error(wrong).suggest("name a key set that is there")
            });
        }
    };
    let (severity, wrong) = match JwkSet::parse(&text) {
        // It verifies nothing, whatever else is in it.
        Err(error) if !signs => (Severity::Error, error.to_string()),
        Err(error) => (Severity::Warning, error.to_string()),
        Ok(set) if signs => (
            Severity::Warning,
            set.signing_key(SystemTime::now()).err()?.to_string(),
        ),
        Ok(set) => match set.defect()? {
            error @ JwkSetError::Empty => (Severity::Warning, error.to_string()),
            error => (Severity::Error, error.to_string()),
        },
    };
    let wrong = format!("the key set `{}` cannot be used: {wrong}", shown(url));
    let advice = "make a key set with `oathgate credentials generate`";
    Some(Finding::new(severity, wrong).suggest(advice))
}

/// A key set's place, for messages: never the keys of an inline one.
fn shown(url: &str) -> &str {
    if url.starts_with("inline://") {
        "inline://…"
    } else {
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{Config, Format},
        rules::decode,
        testing::MapKeys,
    };

    const CONFIG: &str = "
authenticators: {jwt: {enabled: true, config: {jwks_urls: [file:///verify.json, 'https://issuer.example/jwks']}}}
authorizers: {allow: {enabled: true}}
mutators: {id_token: {enabled: true, config: {issuer_url: i, jwks_url: file:///sign.json}}}
";

    async fn check(verify: Option<&str>, sign: Option<&str>) -> Vec<String> {
        check_for(Target::Anywhere, verify, sign).await
    }

    async fn check_for(target: Target, verify: Option<&str>, sign: Option<&str>) -> Vec<String> {
        let config = Config::parse(CONFIG, Format::Yaml, [("", ""); 0]).unwrap();
        let rule = "{id: a, match: {url: 'http://a/', methods: [GET]}, authenticators: [{handler: jwt}], authorizer: {handler: allow}, mutators: [{handler: id_token}]}";
        let rules = decode("rules.yaml", &format!("[{rule}, {rule}]"))
            .unwrap()
            .rules;
        let mut keys = MapKeys::default();
        for (url, text) in [("file:///verify.json", verify), ("file:///sign.json", sign)] {
            if let Some(text) = text {
                keys.0.insert(url.to_owned(), text.to_owned().into());
            }
        }
        let found = check_keys(&config, &rules, &keys, target).await;
        found.iter().map(ToString::to_string).collect()
    }

    const SYMMETRIC: &str = r#"{"keys":[{"use":"sig","kty":"oct","kid":"1","alg":"HS256","k":"c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2gtMTIzNDU2"}]}"#;

    #[tokio::test]
    async fn it_is_content_with_keys_that_are_there() {
        assert_eq!(
            check(Some(SYMMETRIC), Some(SYMMETRIC)).await,
            Vec::<String>::new()
        );
    }

    #[tokio::test]
    async fn behind_api_gateway_a_secret_signs_and_no_file_verifies() {
        let found = check_for(Target::ApiGateway, Some(SYMMETRIC), None).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("warning: authenticators.jwt.config.jwks_urls: the key set `file:///verify.json` is not part of the package"),
            "{found:?}"
        );
        let found = check_for(Target::ApiGateway, None, None).await;
        assert!(
            found[0].starts_with("error") && found.len() == 1,
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn it_names_each_set_that_is_missing_once() {
        let found = check(None, None).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with(
                "error: authenticators.jwt.config.jwks_urls: the key set `file:///verify.json` cannot be read"
            ),
            "{found:?}"
        );
        assert!(
            found[1].starts_with(
                "warning: mutators.id_token.config.jwks_url: the key set `file:///sign.json` cannot be read"
            ),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn it_names_sets_that_are_none() {
        let found = check(Some(r#"{"keys": []}"#), Some("<html>")).await;
        assert!(found[0].contains("it contains no key"), "{found:?}");
        assert!(
            found[1].contains("`file:///sign.json` cannot be used"),
            "{found:?}"
        );
        assert!(found[1].starts_with("warning"), "{found:?}");
    }

    #[tokio::test]
    async fn a_set_to_verify_with_that_is_none_is_an_error() {
        for text in [
            "<html>",
            "[]",
            r#"{"keys": [{"kty": "RSA", "kid": "a", "use": "sig"}]}"#,
        ] {
            let found = check(Some(text), Some(SYMMETRIC)).await;
            assert!(
                found[0].starts_with(
                    "error: authenticators.jwt.config.jwks_urls: the key set `file:///verify.json` cannot be used"
                ),
                "{found:?}"
            );
        }
    }
}
