//! Which headers a rule can set of its own.

use std::{collections::BTreeSet, sync::Arc};

use oathgate_gostd::{canonical_header_name, is_token};
use serde_json::Value;

use super::{HandlerKind, SetHeaders, Settings, Shared};
use crate::{
    config::Config,
    rules::{HandlerReference, RuleDefinition},
};

/// The headers that handlers can set themselves, and so vouch for: never those that the `noop` mutator
/// copies from the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouches {
    /// Their canonical names.
    pub names: BTreeSet<String>,
    /// Whether there can be any other too: a service names them when it responds.
    pub any: bool,
    /// The names of the cookies that they set.
    pub cookies: BTreeSet<String>,
}

impl Vouches {
    /// What a rule vouches for: the headers that its authorizer and its mutators set.
    #[must_use]
    pub fn of(rule: &RuleDefinition, config: &Config) -> Self {
        let mut vouches = Self::default();
        let shared = Arc::default();
        let mutators = rule
            .mutators
            .iter()
            .map(|mutator| (HandlerKind::Mutator, mutator));
        for (kind, handler) in mutators.chain([(HandlerKind::Authorizer, &rule.authorizer)]) {
            let set = HeadersSet::by(kind, handler, config, &shared);
            set.names.iter().for_each(|name| vouches.add(name));
            vouches.any |= set.any;
            vouches.cookies.extend(set.cookies);
        }
        vouches
    }

    /// Adds what another rule vouches for.
    pub(crate) fn extend(&mut self, other: Self) {
        self.names.extend(other.names);
        self.any |= other.any;
        self.cookies.extend(other.cookies);
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

/// The headers that one handler is configured to set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeadersSet {
    /// Their names as they are written.
    pub(crate) names: Vec<String>,
    /// Whether there can be any other too.
    pub(crate) any: bool,
    /// The names of the cookies that it sets.
    pub(crate) cookies: Vec<String>,
}

impl HeadersSet {
    /// What a handler sets, as it is configured.
    pub(crate) fn by(
        kind: HandlerKind,
        handler: &HandlerReference,
        config: &Config,
        shared: &Arc<Shared>,
    ) -> Self {
        let Some(known) = kind.handler(&handler.handler) else {
            return Self::default();
        };
        let merged = || merged(kind, handler, config, shared);
        Self {
            names: match known.sets {
                SetHeaders::None | SetHeaders::Any => Vec::new(),
                SetHeaders::Named(names) => names.iter().map(ToString::to_string).collect(),
                SetHeaders::KeysOf(option) => keys(merged().get(option)),
                SetHeaders::ItemsOf(option) => texts(merged().get(option)),
            },
            any: known.sets == SetHeaders::Any,
            cookies: known
                .cookies
                .map(|option| keys(merged().get(option)))
                .unwrap_or_default(),
        }
    }
}

/// A handler's configuration; nothing of one that is wrong, as it never sets a header.
fn merged(
    kind: HandlerKind,
    handler: &HandlerReference,
    config: &Config,
    shared: &Arc<Shared>,
) -> Value {
    Settings::of(kind, handler, config, shared)
        .merged()
        .unwrap_or_default()
}

fn keys(object: Option<&Value>) -> Vec<String> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, _)| name.clone()).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
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
