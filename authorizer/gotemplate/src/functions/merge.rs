//! `merge` and `mergeOverwrite`, as [mergo](https://pkg.go.dev/dario.cat/mergo) does it.

use crate::run::Context;
use crate::{Dict, Value};

/// Puts into `target` what it lacks of `source`; with `overwrite`, all of `source`. Objects are
/// merged, other values replaced as a whole.
///
/// # Errors
///
/// When the result would nest too deeply or be too large.
pub(super) fn merge(
    context: &mut Context<'_>,
    target: &Dict,
    source: &Value,
    overwrite: bool,
) -> Result<(), String> {
    let Some(entries) = source.members() else {
        return Ok(());
    };
    context.charge_elements(entries.len())?;
    for (key, new) in entries.iter() {
        // The value may hold the very map that has just become the target.
        let new = &context.current(new.clone())?;
        let old = target.entries().get(key).cloned();
        if new.is_nil() {
            if overwrite {
                target.insert(key.clone(), Value::Nil, &mut context.budget)?;
            }
            continue;
        }
        let both_objects = new.members().is_some() && old.as_ref().is_some_and(is_object);
        if both_objects {
            let inner = match &old {
                Some(old) => context.writable(old)?.unwrap_or_default(),
                None => Dict::new(),
            };
            merge(context, &inner, new, overwrite)?;
            target.insert(key.clone(), Value::Dict(inner), &mut context.budget)?;
            continue;
        }
        if overwrite || !old.as_ref().is_some_and(Value::truthy) {
            target.insert(key.clone(), new.clone(), &mut context.budget)?;
        }
    }
    Ok(())
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::Dict(_) | Value::NilMap)
}
