//! The gate that answers, replaced as a whole when the files behind it change.

use std::{
    borrow::Cow,
    ops::Deref,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use oathgate_engine::rules::{RuleDefinition, is_valid};

use crate::stage::{Stage, StageGate};

/// Holds the gate of the moment.
#[derive(Debug)]
pub(crate) struct Current {
    gate: RwLock<Arc<Served>>,
    /// The settings that change decisions; read once, at the start.
    pub(crate) stage: Stage,
}

impl Current {
    /// A gate, and the settings that it and those after it decide by.
    pub(crate) fn new(gate: StageGate, stage: Stage) -> Self {
        let gate = RwLock::new(Arc::new(Served::new(gate)));
        Self { gate, stage }
    }

    /// The gate of this moment. A request keeps the one it began with.
    pub(crate) fn get(&self) -> Arc<Served> {
        Arc::clone(&self.gate.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another gate in its place, for the requests to come.
    pub(crate) fn replace(&self, gate: StageGate) {
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Served::new(gate));
    }
}

/// A gate, and which of its rules are shown. That takes building every rule, so it is found out once,
/// when somebody first asks: whoever asks often costs nobody a decision.
#[derive(Debug)]
pub(crate) struct Served {
    gate: StageGate,
    is_ready: OnceLock<bool>,
    /// Of each definition, in order.
    is_listed: OnceLock<Vec<bool>>,
}

impl Served {
    fn new(gate: StageGate) -> Self {
        Self {
            gate,
            is_ready: OnceLock::new(),
            is_listed: OnceLock::new(),
        }
    }

    /// Whether there is a rule that can be run as it is.
    pub(crate) fn is_ready(&self) -> bool {
        *self.is_ready.get_or_init(|| {
            let mut rules = self.gate.definitions();
            rules.any(|rule| is_valid(self.gate.config(), &rule))
        })
    }

    /// The rules that can be run as they are: Oathkeeper lists no others.
    pub(crate) fn listed(&self) -> impl Iterator<Item = Cow<'_, RuleDefinition>> {
        let is_listed = self.is_listed.get_or_init(|| {
            let rules = self.gate.definitions();
            rules
                .map(|rule| is_valid(self.gate.config(), &rule))
                .collect()
        });
        self.gate
            .definitions()
            .zip(is_listed)
            .filter_map(|(rule, is_listed)| is_listed.then_some(rule))
    }
}

impl Deref for Served {
    type Target = StageGate;

    fn deref(&self) -> &StageGate {
        &self.gate
    }
}
