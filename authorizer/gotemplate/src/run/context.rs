//! What functions may use besides their arguments.

use oathgate_gostd::Budget;
use oathgate_gostd::fmt;

use super::shadow::Shadow;
use crate::Value;
use crate::functions::RegexCache;

/// What one rendering may use up: bytes made, and [`STEP`] for each step taken.
const BUDGET: usize = 16 * 1024 * 1024;

/// What a step costs.
const STEP: usize = 16;

/// What an element of a list costs: its size in memory.
const ELEMENT: usize = size_of::<Value>();

/// The state of a rendering that functions see.
#[derive(Debug)]
pub(crate) struct Context<'t> {
    pub(crate) regexes: &'t RegexCache,
    /// What the rendering may still use up.
    pub(crate) budget: Budget,
    /// The maps of the data that `set` and its like changed.
    pub(super) shadow: Shadow,
}

impl<'t> Context<'t> {
    pub(crate) fn new(regexes: &'t RegexCache) -> Self {
        Self {
            regexes,
            budget: Budget::new(BUDGET),
            shadow: Shadow::default(),
        }
    }

    /// Pays for `bytes` before they are made.
    ///
    /// # Errors
    ///
    /// When the rendering has used up what it may.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), String> {
        self.budget.charge(bytes)
    }

    /// Pays for a step.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn step(&mut self) -> Result<(), String> {
        self.budget.charge(STEP)
    }

    /// Pays for a list before it is made.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn charge_elements(&mut self, count: usize) -> Result<(), String> {
        self.budget.charge(count.saturating_mul(ELEMENT))
    }

    /// How many bytes may still be made.
    pub(crate) fn left(&self) -> usize {
        self.budget.left()
    }

    /// A value as `%v` prints it, paid for.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn print(&mut self, value: &Value) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        self.print_to(&mut out, value)?;
        Ok(out)
    }

    /// Writes a value as `%v` prints it, paid for.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn print_to(&mut self, out: &mut Vec<u8>, value: &Value) -> Result<(), String> {
        let before = out.len();
        fmt::write(out, value, self.left());
        self.charge(out.len() - before)
    }

    /// Whether two values are deeply equal.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn equal(&mut self, one: &Value, other: &Value) -> Result<bool, String> {
        oathgate_gostd::equal(one, other, &mut self.budget)
    }

    /// A value with what `set` changed in it.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn current(&mut self, value: Value) -> Result<Value, String> {
        self.shadow.current(value, &mut self.budget)
    }

    /// The dict that a `map[string]interface{}` is changed through; `None` for a nil one.
    ///
    /// # Errors
    ///
    /// As [`Context::charge`].
    pub(crate) fn writable(&mut self, value: &Value) -> Result<Option<crate::Dict>, String> {
        match value {
            Value::Dict(dict) => Ok(Some(dict.clone())),
            Value::Map(map) => {
                self.charge_elements(map.len())?;
                Ok(Some(self.shadow.writable(map)))
            }
            _ => Ok(None),
        }
    }
}
