//! The gate that answers, replaced as a whole when the files behind it change.

use std::sync::{Arc, PoisonError, RwLock};

use oathgate_engine::{Gate, StageOptions};

/// Holds the gate of the moment.
#[derive(Debug)]
pub(crate) struct Current {
    gate: RwLock<Arc<Gate>>,
    /// What of a stage changes decisions; read once, at the start.
    pub(crate) options: StageOptions,
}

impl Current {
    /// A gate, and the options that it and those after it decide with.
    pub(crate) fn new(gate: Gate, options: StageOptions) -> Self {
        let gate = gate.with_path_policy(options.paths);
        let gate = RwLock::new(Arc::new(gate));
        Self { gate, options }
    }

    /// The gate of this moment. A request keeps the one it began with.
    pub(crate) fn get(&self) -> Arc<Gate> {
        Arc::clone(&self.gate.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another gate in its place, for the requests to come.
    pub(crate) fn replace(&self, gate: Gate) {
        let gate = gate.with_path_policy(self.options.paths);
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(gate);
    }
}
