//! Which headers a rule can set of its own.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;

use super::{Part, Settings, Shared};
use crate::{
    config::Config,
    go::{canonical_header_name, is_token},
    rules::{HandlerReference, RuleDefinition},
};

/// The headers that handlers can set themselves, and so vouch for: never those that `noop` copies from
/// the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouches {
    /// Their canonical names.
    pub names: BTreeSet<String>,
    /// Whether there can be any other too: the service a `hydrator` asks sets what it likes.
    pub any: bool,
}

impl Vouches {
    /// What a rule vouches for: the headers of its `header` mutators, `Cookie` of `cookie`,
    /// `Authorization` of `id_token`, anything of `hydrator`, and what its authorizer hands on from
    /// the answer of its service.
    #[must_use]
    pub fn of(rule: &RuleDefinition, config: &Config) -> Self {
        let mut vouches = Self::default();
        let shared = Arc::default();
        for mutator in &rule.mutators {
            let merged = merged(Part::Mutator, mutator, config, &shared);
            match mutator.handler.as_str() {
                "header" => vouches.add_all(keys(merged.get("headers"))),
                "cookie" => vouches.add("Cookie"),
                "id_token" => vouches.add("Authorization"),
                "hydrator" => vouches.any = true,
                _ => {}
            }
        }
        let merged = merged(Part::Authorizer, &rule.authorizer, config, &shared);
        if matches!(rule.authorizer.handler.as_str(), "remote" | "remote_json") {
            vouches.add_all(texts(merged.get("forward_response_headers_to_upstream")));
        }
        vouches
    }

    /// Adds what another rule vouches for.
    pub(crate) fn extend(&mut self, other: Self) {
        self.names.extend(other.names);
        self.any |= other.any;
    }

    fn add_all<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        names.for_each(|name| self.add(name));
    }

    /// A name that no header can have is dropped on the way, and so is the length of a body that
    /// another one takes the place of.
    fn add(&mut self, name: &str) {
        let name = canonical_header_name(name);
        if is_token(&name) && name != "Content-Length" {
            self.names.insert(name.into_owned());
        }
    }
}

/// A handler's configuration; nothing of one that is wrong, as it never sets a header.
fn merged(part: Part, handler: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Value {
    Settings::of(part, handler, config, shared)
        .merged()
        .unwrap_or_default()
}

fn keys(object: Option<&Value>) -> impl Iterator<Item = &str> {
    object
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::HandlerSettings;

    fn of(rule: Value) -> Vouches {
        let mut config = Config::default();
        let global = HandlerSettings {
            enabled: true,
            config: Some(json!({"headers": {"x-global": "1", "X User": "dropped"}})),
        };
        config.mutators.0.insert("header".to_owned(), global);
        Vouches::of(&serde_json::from_value(rule).unwrap(), &config)
    }

    #[test]
    fn a_rule_vouches_for_what_its_handlers_set() {
        let vouches = of(json!({
            "authorizer": {
                "handler": "remote",
                "config": {"forward_response_headers_to_upstream": ["x-from-remote"]}
            },
            "mutators": [
                {"handler": "noop"},
                {"handler": "header", "config": {"headers": {"x-user": "", "Content-Length": ""}}},
                {"handler": "cookie"},
                {"handler": "id_token"},
            ],
        }));
        let names: Vec<_> = vouches.names.iter().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "Authorization",
                "Cookie",
                "X-From-Remote",
                "X-Global",
                "X-User"
            ]
        );
        assert!(!vouches.any);
    }

    #[test]
    fn a_hydrator_may_set_anything_and_noop_vouches_for_nothing() {
        assert!(of(json!({"mutators": [{"handler": "hydrator"}]})).any);
        assert_eq!(
            of(json!({"mutators": [{"handler": "noop"}]})),
            Vouches::default()
        );
    }
}
