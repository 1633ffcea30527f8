//! The gate that answers, replaced as a whole when the files behind it change.

use std::sync::{Arc, PoisonError, RwLock};

use oathgate_engine::Gate;

/// Holds the gate of the moment.
#[derive(Debug)]
pub(crate) struct Current(RwLock<Arc<Gate>>);

impl Current {
    pub(crate) fn new(gate: Gate) -> Self {
        Self(RwLock::new(Arc::new(gate)))
    }

    /// The gate of this moment. A request keeps the one it began with.
    pub(crate) fn get(&self) -> Arc<Gate> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another gate in its place, for the requests to come.
    pub(crate) fn replace(&self, gate: Gate) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(gate);
    }
}
