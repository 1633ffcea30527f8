//! The gate that decides, replaced as a whole when its files change.

use std::{
    borrow::Cow,
    ops::Deref,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use oathgate_engine::rules::{RuleDefinition, is_valid};

use crate::stage::{Stage, StageGate};

/// The gate that decides now.
#[derive(Debug)]
pub(crate) struct CurrentGate {
    gate: RwLock<Arc<ServedGate>>,
    /// The settings that change decisions, read once at the start.
    pub(crate) stage: Stage,
}

impl CurrentGate {
    /// The first gate, and the settings by which it and its successors decide.
    pub(crate) fn new(gate: StageGate, stage: Stage) -> Self {
        let gate = RwLock::new(Arc::new(ServedGate::new(gate)));
        Self { gate, stage }
    }

    /// The current gate. A request keeps the gate that it began with.
    pub(crate) fn get(&self) -> Arc<ServedGate> {
        Arc::clone(&self.gate.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the gate for the requests to come.
    pub(crate) fn replace(&self, gate: StageGate) {
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(ServedGate::new(gate));
    }
}

/// A gate, and which of its rules the API lists. Finding that out builds every rule, so it is done once, at the first
/// request for it: repeated requests do not slow decisions down.
#[derive(Debug)]
pub(crate) struct ServedGate {
    gate: StageGate,
    is_ready: OnceLock<bool>,
    /// For each definition, in order.
    is_listed: OnceLock<Vec<bool>>,
}

impl ServedGate {
    fn new(gate: StageGate) -> Self {
        Self {
            gate,
            is_ready: OnceLock::new(),
            is_listed: OnceLock::new(),
        }
    }

    /// Whether a rule is valid.
    pub(crate) fn is_ready(&self) -> bool {
        *self.is_ready.get_or_init(|| {
            let mut rules = self.gate.definitions();
            rules.any(|rule| is_valid(self.gate.config(), &rule))
        })
    }

    /// The valid rules. Oathkeeper lists no others.
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

impl Deref for ServedGate {
    type Target = StageGate;

    fn deref(&self) -> &StageGate {
        &self.gate
    }
}
