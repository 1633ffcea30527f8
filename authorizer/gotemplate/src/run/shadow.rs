//! Lets `set` change maps that came with the data, for the rest of one rendering only.

use std::collections::BTreeMap;
use std::sync::Arc;

use oathgate_gostd::Budget;

use crate::{Dict, Value};

/// The maps that were changed, with what they became. Other renderings never see it, as they share
/// the data.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    changed: Vec<(Arc<BTreeMap<String, Value>>, Dict)>,
}

impl Shadow {
    /// The dict that replaces a map of the data from now on.
    pub(super) fn writable(&mut self, map: &Arc<BTreeMap<String, Value>>) -> Dict {
        if let Some(dict) = self.find(map) {
            return dict;
        }
        let dict = Dict::from((**map).clone());
        self.changed.push((map.clone(), dict.clone()));
        dict
    }

    /// The value as it is after the changes made so far.
    ///
    /// # Errors
    ///
    /// When the budget doesn't suffice to look for them.
    pub(super) fn current(&mut self, value: Value, budget: &mut Budget) -> Result<Value, String> {
        if self.changed.is_empty() {
            return Ok(value);
        }
        Ok(self.replaced(&value, budget)?.unwrap_or(value))
    }

    fn find(&self, map: &Arc<BTreeMap<String, Value>>) -> Option<Dict> {
        let found = self
            .changed
            .iter()
            .find(|(known, _)| Arc::ptr_eq(known, map));
        found.map(|(_, dict)| dict.clone())
    }

    /// The value to use instead, where the value or something in it was changed.
    fn replaced(&mut self, value: &Value, budget: &mut Budget) -> Result<Option<Value>, String> {
        budget.charge(1 + self.changed.len())?;
        match value {
            Value::Map(map) => {
                if let Some(dict) = self.find(map) {
                    self.refresh(&dict, budget)?;
                    return Ok(Some(Value::Dict(dict)));
                }
                let changes = self.changes(map, budget)?;
                if changes.is_empty() {
                    return Ok(None);
                }
                let mut copy = (**map).clone();
                copy.extend(changes);
                let dict = Dict::from(copy);
                self.changed.push((map.clone(), dict.clone()));
                Ok(Some(Value::Dict(dict)))
            }
            Value::Dict(dict) => {
                self.refresh(dict, budget)?;
                Ok(None)
            }
            Value::List(items) => {
                let mut copy: Option<Vec<Value>> = None;
                for (position, item) in items.iter().enumerate() {
                    if let Some(item) = self.replaced(item, budget)? {
                        let copy = copy.get_or_insert_with(|| (**items).clone());
                        if let Some(place) = copy.get_mut(position) {
                            *place = item;
                        }
                    }
                }
                Ok(copy.map(|items| Value::List(Arc::new(items))))
            }
            _ => Ok(None),
        }
    }

    /// Puts into a dict what has become of its values.
    fn refresh(&mut self, dict: &Dict, budget: &mut Budget) -> Result<(), String> {
        let changes = self.changes(&dict.snapshot(), budget)?;
        dict.entries().extend(changes);
        Ok(())
    }

    fn changes(
        &mut self,
        entries: &BTreeMap<String, Value>,
        budget: &mut Budget,
    ) -> Result<Vec<(String, Value)>, String> {
        let mut changes = Vec::new();
        for (key, item) in entries {
            if let Some(item) = self.replaced(item, budget)? {
                changes.push((key.clone(), item));
            }
        }
        Ok(changes)
    }
}
