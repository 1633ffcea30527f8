//! Go's `reflect.DeepEqual`: types count as well as contents.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Budget;
use crate::Value;

/// What comparing two values costs.
const NODE: usize = 8;

impl PartialEq for Value {
    /// Go's `reflect.DeepEqual`: types count as well as contents, and NaN equals nothing.
    fn eq(&self, other: &Self) -> bool {
        equal(self, other, &mut Budget::new(usize::MAX)).unwrap_or_default()
    }
}

/// Compares two values. A template can make values that are small in memory and huge to walk.
///
/// # Errors
///
/// When the budget doesn't suffice.
pub fn equal(one: &Value, other: &Value, budget: &mut Budget) -> Result<bool, String> {
    budget.charge(NODE)?;
    Ok(match (one, other) {
        (Value::Nil, Value::Nil) | (Value::NilMap, Value::NilMap) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a == b,
        (Value::Uint8(a), Value::Uint8(b)) => a == b,
        (Value::Uint64(a), Value::Uint64(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || lists(a, b, budget)?,
        (Value::Slice(a), Value::Slice(b)) => {
            a.elem() == b.elem() && a.is_nil() == b.is_nil() && lists(a.items(), b.items(), budget)?
        }
        (Value::Map(a), Value::Map(b)) | (Value::StringMap(a), Value::StringMap(b)) => {
            Arc::ptr_eq(a, b) || maps(a, b, budget)?
        }
        // Copies, because one dict may hold the other: both can't be locked all the while.
        (Value::Dict(a), Value::Dict(b)) => a.is(b) || maps(&a.snapshot(), &b.snapshot(), budget)?,
        (Value::Dict(a), Value::Map(b)) | (Value::Map(b), Value::Dict(a)) => {
            maps(&a.snapshot(), b, budget)?
        }
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a.equals(b.as_ref()),
        _ => false,
    })
}

fn lists(one: &[Value], other: &[Value], budget: &mut Budget) -> Result<bool, String> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (a, b) in one.iter().zip(other) {
        if !equal(a, b, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps(
    one: &BTreeMap<String, Value>,
    other: &BTreeMap<String, Value>,
    budget: &mut Budget,
) -> Result<bool, String> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for ((key, a), (other_key, b)) in one.iter().zip(other) {
        if key != other_key || !equal(a, b, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}
