//! The configuration as one JSON document, for the function that decides by it.

use serde_json::{Value, json};

use super::{Config, Handlers};

impl Config {
    /// What decisions depend on, as a configuration file in JSON: variables and options are laid
    /// over it already. Where rules come from and where a server listens is left out.
    #[must_use]
    pub fn effective(&self) -> Value {
        let mut errors = json!({"handlers": handlers(&self.errors.handlers)});
        if let (Some(fallback), Some(errors)) = (&self.errors.fallback, errors.as_object_mut()) {
            errors.insert("fallback".to_owned(), json!(fallback));
        }
        json!({
            "access_rules": {"matching_strategy": self.access_rules.matching_strategy.as_str()},
            "authenticators": handlers(&self.authenticators),
            "authorizers": handlers(&self.authorizers),
            "mutators": handlers(&self.mutators),
            "errors": errors,
        })
    }
}

fn handlers(handlers: &Handlers) -> Value {
    let entries = handlers.0.iter().map(|(name, settings)| {
        let mut entry = json!({"enabled": settings.enabled});
        if let (Some(config), Some(entry)) = (&settings.config, entry.as_object_mut()) {
            entry.insert("config".to_owned(), config.clone());
        }
        (name.clone(), entry)
    });
    Value::Object(entries.collect())
}
