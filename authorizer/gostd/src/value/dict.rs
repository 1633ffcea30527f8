//! The one kind of value that templates change in place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Budget;
use crate::Value;

/// How deep values may nest that templates make. What prints, compares or drops a value recurses
/// as deep as it nests.
const MAX_DEPTH: usize = 100;

/// What looking at one value costs.
const NODE: usize = 8;

/// A `map[string]interface{}` made while rendering (`dict`, `merge`, …), which `set` and `unset`
/// change for everyone who holds it, as Go's maps.
#[derive(Clone)]
pub struct Dict(Arc<Inner>);

struct Inner {
    entries: Mutex<BTreeMap<String, Value>>,
    /// How many containers this dict is known to be in.
    level: AtomicUsize,
}

impl Dict {
    /// An empty dict.
    #[must_use]
    pub fn new() -> Self {
        Self::from(BTreeMap::new())
    }

    /// The entries as they are now.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<String, Value> {
        self.entries().clone()
    }

    /// The entries, locked: hold this for no longer than one look.
    pub fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.0
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a value in.
    ///
    /// # Errors
    ///
    /// When the dict would then hold itself, when values nest too deeply, or when the budget
    /// doesn't suffice.
    pub fn insert(&self, key: String, value: Value, budget: &mut Budget) -> Result<(), String> {
        budget.charge(key.len())?;
        self.admit(&value, self.0.level.load(Ordering::Relaxed) + 1, budget)?;
        self.entries().insert(key, value);
        Ok(())
    }

    /// Checks what comes into the dict, and tells the dicts in it how deep they are now.
    fn admit(&self, value: &Value, level: usize, budget: &mut Budget) -> Result<(), String> {
        if let Value::Dict(dict) = value {
            if self.is(dict) {
                return Err("a dict can't hold itself".to_owned());
            }
            dict.0.level.fetch_max(level, Ordering::Relaxed);
        }
        inside(value, level, budget, &mut |item, budget| {
            self.admit(item, level + 1, budget)
        })
    }

    /// Whether both are one and the same map.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Checks that values put together in a list don't nest too deeply.
///
/// # Errors
///
/// When they do, or when the budget doesn't suffice.
pub fn check_depth(items: &[Value], budget: &mut Budget) -> Result<(), String> {
    fn check(value: &Value, level: usize, budget: &mut Budget) -> Result<(), String> {
        inside(value, level, budget, &mut |item, budget| {
            check(item, level + 1, budget)
        })
    }
    items.iter().try_for_each(|item| check(item, 1, budget))
}

/// Calls `visit` with everything a container holds, unless that is at too deep a level.
fn inside(
    value: &Value,
    level: usize,
    budget: &mut Budget,
    visit: &mut dyn FnMut(&Value, &mut Budget) -> Result<(), String>,
) -> Result<(), String> {
    budget.charge(NODE)?;
    match value {
        Value::List(_) | Value::Slice(_) | Value::Map(_) | Value::Dict(_) if level > MAX_DEPTH => {
            Err(format!("values nest deeper than {MAX_DEPTH} levels"))
        }
        Value::List(items) => items.iter().try_for_each(|item| visit(item, budget)),
        Value::Slice(slice) => slice
            .items()
            .iter()
            .try_for_each(|item| visit(item, budget)),
        Value::Map(entries) => entries.values().try_for_each(|item| visit(item, budget)),
        // Dicts hold no cycles, so none is locked twice.
        Value::Dict(dict) => dict
            .entries()
            .values()
            .try_for_each(|item| visit(item, budget)),
        _ => Ok(()),
    }
}

impl Default for Dict {
    fn default() -> Self {
        Self::new()
    }
}

impl From<BTreeMap<String, Value>> for Dict {
    fn from(entries: BTreeMap<String, Value>) -> Self {
        Self(Arc::new(Inner {
            entries: Mutex::new(entries),
            level: AtomicUsize::new(0),
        }))
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.snapshot()).finish()
    }
}
