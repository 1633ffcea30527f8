//! What a configuration and its rules need of their surroundings, read from the rules as they are
//! written: no handler is built for it.

use serde::{Deserialize, Serialize};

use crate::{
    config::{Config, Handlers},
    handlers::{Description, HandlerKind, Vouches},
    rules::RuleDefinition,
};

/// The headers to map, the ways to refuse, and whether keys are needed, over all rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The canonical name of every header that some rule's handlers set themselves, in the order of their names. Those that a
    /// service names when it responds are not among them, and are not mapped.
    pub vouched: Vec<String>,
    /// The names of all cookies that some rule's handlers set, in their order.
    pub cookies: Vec<String>,
    /// The challenge of a 401, where a fallback error handler has one.
    pub www_authenticate: Option<Challenge>,
    /// Whether some error handler sends browsers elsewhere.
    pub redirects: bool,
    /// Whether some rule signs tokens.
    pub signs: bool,
}

/// The parameters of a `WWW-Authenticate` header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// The realm that is named to the client.
    pub realm: String,
}

impl Manifest {
    /// Reads the rules under a configuration.
    #[must_use]
    pub fn of(config: &Config, rules: &[RuleDefinition]) -> Self {
        let mut vouches = Vouches::default();
        for rule in rules {
            vouches.extend(Vouches::of(rule, config));
        }
        let fallback = config.errors.fallback.as_deref().unwrap_or_default();
        let fallback = || fallback.iter().map(String::as_str);
        let of_rules = rules.iter().flat_map(|rule| &rule.errors);
        let mut error_handlers = of_rules
            .map(|reference| reference.handler.as_str())
            .chain(fallback())
            .filter_map(|name| HandlerKind::ErrorHandler.handler(name));
        let mut mutators = rules
            .iter()
            .flat_map(|rule| &rule.mutators)
            .filter_map(|reference| HandlerKind::Mutator.handler(&reference.handler));
        Self {
            vouched: vouches.names.into_iter().collect(),
            cookies: vouches.cookies.into_iter().collect(),
            www_authenticate: fallback()
                .filter_map(|name| HandlerKind::ErrorHandler.handler(name))
                .find_map(|handler| challenge(handler, &config.errors.handlers)),
            redirects: error_handlers.any(|handler| handler.redirects),
            signs: mutators.any(Description::signs),
        }
    }
}

/// The challenge that a handler writes, where it writes one.
fn challenge(handler: &Description, configured: &Handlers) -> Option<Challenge> {
    let option = handler.challenge_realm?;
    let default = handler.default_text(option);
    let realm = configured
        .get(handler.name)
        .and_then(|settings| settings.config.as_ref()?.get(option)?.as_str())
        .filter(|realm| !realm.is_empty())
        .unwrap_or(default);
    Some(Challenge {
        realm: realm.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::HandlerSettings;

    fn rules(rules: serde_json::Value) -> Vec<RuleDefinition> {
        serde_json::from_value(rules).unwrap()
    }

    #[test]
    fn it_names_the_headers_of_all_rules_once_and_says_what_they_need() {
        let rules = rules(json!([
            {"mutators": [{"handler": "header", "config": {"headers": {"x-user": "a"}}}, {"handler": "id_token"}]},
            {"mutators": [{"handler": "header", "config": {"headers": {"X-User": "b", "x-tenant": "c"}}}],
             "errors": [{"handler": "redirect"}]}
        ]));
        let manifest = Manifest::of(&Config::default(), &rules);
        assert_eq!(manifest.vouched, ["Authorization", "X-Tenant", "X-User"]);
        assert!(manifest.signs && manifest.redirects);
    }

    #[test]
    fn it_names_the_cookies_of_all_rules_once() {
        let cookie = |cookies: serde_json::Value| json!({"mutators": [{"handler": "cookie", "config": {"cookies": cookies}}]});
        let rules = rules(json!([
            cookie(json!({"user": "a"})),
            cookie(json!({"user": "b", "role": "c"}))
        ]));
        let manifest = Manifest::of(&Config::default(), &rules);
        assert_eq!(manifest.cookies, ["role", "user"]);
    }

    #[test]
    fn it_asks_for_nothing_where_the_rules_set_nothing() {
        let rules = rules(json!([{"mutators": [{"handler": "noop"}]}]));
        assert_eq!(
            Manifest::of(&Config::default(), &rules),
            Manifest::default()
        );
    }

    #[test]
    fn it_names_the_realm_of_a_fallback_that_asks_for_credentials() {
        let mut config = Config::default();
        config.errors.fallback = Some(vec!["www_authenticate".to_owned()]);
        let realm = |config: &Config| Manifest::of(config, &[]).www_authenticate.unwrap().realm;
        assert_eq!(realm(&config), "Please authenticate.");
        let settings = HandlerSettings {
            enabled: true,
            config: Some(json!({"realm": "the shop"})),
        };
        config
            .errors
            .handlers
            .0
            .insert("www_authenticate".to_owned(), settings);
        assert_eq!(realm(&config), "the shop");
    }
}
