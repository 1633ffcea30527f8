//! The keys with which backends verify the gate's tokens.

use std::sync::Arc;

use oathgate_jose::PublishedKey;
use serde_json::Value;
use thiserror::Error;

use super::Gate;
use crate::{
    handlers::{HandlerKind, mutators::keys_to_sign_with},
    rules::{HandlerReference, is_valid},
};

/// Why there are no keys to show. Names neither an address nor key material.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoPublishedKeys {
    /// Neither the configuration nor a rule names a key set to sign with.
    #[error("no mutator that signs tokens names a key set")]
    NotConfigured,
    /// None of the key sets could be read.
    #[error("none of the key sets to sign with could be read: {0}")]
    Unreadable(String),
}

impl Gate {
    /// The public halves of the keys that mutators sign with: those of the
    /// configuration's key set first, then those of the rules' own, as Oathkeeper shows them at
    /// `/.well-known/jwks.json`. A set that cannot be read is left out while another one can, and so is
    /// a key that has ended (`exp`).
    ///
    /// # Errors
    /// No key set is named, or none of those named can be read.
    pub async fn published_keys(&self) -> Result<Vec<PublishedKey>, NoPublishedKeys> {
        // All at once, so that a set that does not arrive does not delay the others.
        let reads: Vec<_> = self
            .key_set_urls()
            .into_iter()
            .map(|url| {
                let (shared, ports) = (Arc::clone(&self.shared), self.ports.clone());
                tokio::spawn(async move { keys_to_sign_with(&shared, &ports, &url).await })
            })
            .collect();
        let now = self.ports.clock.now();
        let mut keys = Vec::new();
        let mut was_read = false;
        let mut causes = Vec::new();
        for read in reads {
            match read.await {
                Ok(Ok(held)) => {
                    was_read = true;
                    keys.extend(held.set.published(now));
                }
                Ok(Err(error)) => causes.push(error.to_string()),
                Err(_) => causes.push("reading it was broken off".to_owned()),
            }
        }
        match (was_read, causes.is_empty()) {
            (true, _) => Ok(keys),
            (false, true) => Err(NoPublishedKeys::NotConfigured),
            (false, false) => Err(NoPublishedKeys::Unreadable(causes.join("; "))),
        }
    }

    /// Every key set to sign with, once.
    fn key_set_urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        for (handler, option) in signers() {
            if let Some(global) = self.config.mutators.get(handler) {
                urls.extend(url(global.config.as_ref(), option));
            }
        }
        for rule in self.definitions() {
            let own = |mutator: &HandlerReference| {
                let (_, option) = signers().find(|(handler, _)| *handler == mutator.handler)?;
                url(mutator.config.as_ref(), option)
            };
            let new: Vec<_> = rule
                .mutators
                .iter()
                .filter_map(own)
                .filter(|url| !urls.contains(url))
                .collect();
            if !new.is_empty() && is_valid(&self.config, &rule) {
                for url in new {
                    if !urls.contains(&url) {
                        urls.push(url);
                    }
                }
            }
        }
        urls
    }
}

/// The mutators that sign, each with the option that names its key set.
fn signers() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mutators = HandlerKind::Mutator.handlers().iter();
    mutators
        .filter(|handler| handler.signs())
        .filter_map(|handler| Some((handler.name, handler.key_sets?.option)))
}

/// The key set that a configuration names.
fn url(config: Option<&Value>, option: &str) -> Option<String> {
    let url = config?.get(option)?.as_str()?;
    (!url.is_empty()).then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        Ports,
        config::{Config, Format},
        rules::decode,
        testing::{FixedClock, MapKeys, ScriptedHttp},
    };
    use oathgate_jose::testing::fixture;

    /// A gate whose configuration and one rule sign with a key set each, if they are there.
    fn gate(global: Option<&str>, of_rule: Option<&str>) -> Gate {
        let config = Config::parse(
            "
authenticators: {noop: {enabled: true}}
authorizers: {allow: {enabled: true}}
mutators: {id_token: {enabled: true, config: {issuer_url: i, jwks_url: 'file:///global.json'}}}
",
            Format::Yaml,
            [("", ""); 0],
        )
        .unwrap();
        let rule = |id: &str, mutator: &str| {
            format!(
                "{{id: {id}, match: {{url: 'http://a/{id}', methods: [GET]}}, authenticators: [{{handler: noop}}], authorizer: {{handler: allow}}, mutators: [{mutator}]}}"
            )
        };
        let own = "{handler: id_token, config: {jwks_url: 'file:///own.json'}}";
        let rules = [
            rule("a", "{handler: id_token}"),
            rule("b", own),
            rule("c", own),
            rule(
                "d",
                "{handler: unknown}, {handler: id_token, config: {jwks_url: 'file:///invalid.json'}}",
            ),
        ];
        let rules = decode("rules.yaml", &format!("[{}]", rules.join(", "))).unwrap();
        let mut keys = MapKeys::default();
        let sets = [
            ("file:///global.json", global),
            ("file:///own.json", of_rule),
            ("file:///invalid.json", Some("rs.json")),
        ];
        for (url, name) in sets {
            if let Some(name) = name {
                keys.0.insert(url.to_owned(), fixture(name).into());
            }
        }
        let ports = Ports {
            http: ScriptedHttp::new([]),
            keys: Arc::new(keys),
            clock: FixedClock::at(1_750_000_000),
        };
        Gate::build(config, rules.rules, ports)
    }

    async fn ids(gate: &Gate) -> Result<Vec<String>, NoPublishedKeys> {
        let keys = gate.published_keys().await?;
        let id = |key: &PublishedKey| {
            serde_json::to_value(key).unwrap()["kid"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        Ok(keys.iter().map(id).collect())
    }

    #[tokio::test]
    async fn it_shows_the_keys_of_the_configuration_and_of_each_valid_rule_once() {
        let gate = gate(Some("es.json"), Some("ed.json"));
        assert_eq!(ids(&gate).await.unwrap(), ["es-key", "ed-key"]);
    }

    #[tokio::test]
    async fn a_set_that_is_not_there_does_not_hide_the_others() {
        assert_eq!(ids(&gate(None, Some("ed.json"))).await.unwrap(), ["ed-key"]);
    }

    #[tokio::test]
    async fn keys_that_verify_nothing_for_others_make_an_empty_list() {
        assert_eq!(ids(&gate(Some("hs.json"), None)).await.unwrap(), [""; 0]);
    }

    #[tokio::test]
    async fn it_says_so_where_no_set_can_be_read() {
        let error = ids(&gate(None, None)).await.unwrap_err();
        assert!(matches!(error, NoPublishedKeys::Unreadable(_)), "{error}");
        assert!(!error.to_string().contains("file://"), "{error}");
    }
}
