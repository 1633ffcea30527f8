//! The `enabled` and `config` of each handler.

use std::collections::BTreeMap;

use serde_json::Value;

/// The handlers of one part of the pipeline, by name.
#[derive(Clone, Debug, Default)]
pub struct Handlers(pub BTreeMap<String, HandlerSettings>);

/// What the configuration says of one handler.
#[derive(Clone, Debug, Default)]
pub struct HandlerSettings {
    /// A handler that is not enabled answers 500 where a rule reaches it.
    pub enabled: bool,
    /// Its global configuration, which a rule's own is merged over.
    pub config: Option<Value>,
}

impl Handlers {
    /// The settings of a handler; a handler the configuration does not name is disabled.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&HandlerSettings> {
        self.0.get(name)
    }
}
