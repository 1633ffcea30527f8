//! `range`.

use super::machine::{Fault, Flow, Machine, Slot};
use crate::Value;
use crate::syntax::{Body, Pipe};

impl<'t> Machine<'t> {
    pub(super) fn range(
        &mut self,
        dot: &Slot,
        pipe: &'t Pipe,
        body: &'t Body,
        otherwise: &'t Body,
    ) -> Result<Flow, Fault> {
        let scope = self.mark();
        let value = self.pipeline(dot, pipe)?;
        let pass = Pass { pipe, body };
        let ran = match &value {
            None | Some(Value::Nil) => false,
            Some(Value::Int(count)) => self.count(&pass, *count, Value::Int)?,
            Some(Value::Int64(count)) => self.count(&pass, *count, Value::Int64)?,
            Some(Value::Uint8(count)) => self.count(&pass, (*count).into(), |place| {
                Value::Uint8(u8::try_from(place).unwrap_or_default())
            })?,
            Some(Value::Uint64(count)) => {
                let count = i64::try_from(*count).unwrap_or(i64::MAX);
                self.count(&pass, count, |place| Value::Uint64(place.unsigned_abs()))?
            }
            Some(Value::List(items)) => self.list(&pass, items)?,
            Some(Value::Slice(slice)) => self.list(&pass, slice.items())?,
            Some(Value::Map(entries) | Value::StringMap(entries)) => {
                self.map(&pass, entries.iter())?
            }
            Some(Value::Dict(dict)) => self.map(&pass, dict.snapshot().iter())?,
            Some(Value::NilMap) => false,
            Some(Value::Object(object)) => {
                let entries = object
                    .entries()
                    .ok_or_else(|| format!("`range` can't walk `{}`", object.type_name()))?;
                self.context.charge_elements(entries.len())?;
                for (key, item) in &entries {
                    if !self.pass(&pass, Some(key.clone()), Some(item.clone()))? {
                        break;
                    }
                }
                !entries.is_empty()
            }
            Some(other) => return Err(format!("`range` can't walk `{}`", other.type_name())),
        };
        let flow = if ran {
            Flow::Next
        } else {
            self.walk(dot, otherwise)?
        };
        self.forget(scope);
        Ok(flow)
    }

    fn count(
        &mut self,
        pass: &Pass<'t>,
        count: i64,
        make: impl Fn(i64) -> Value,
    ) -> Result<bool, Fault> {
        if pass.pipe.variables.len() > 1 {
            return Err("`range` over a number takes one variable".to_owned());
        }
        for place in 0..count {
            if !self.pass(pass, None, Some(make(place)))? {
                break;
            }
        }
        Ok(count > 0)
    }

    fn list(&mut self, pass: &Pass<'t>, items: &[Value]) -> Result<bool, Fault> {
        for (position, item) in (0..).zip(items) {
            if !self.pass(pass, Some(Value::Int(position)), Some(item.clone()))? {
                break;
            }
        }
        Ok(!items.is_empty())
    }

    fn map<'v>(
        &mut self,
        pass: &Pass<'t>,
        entries: impl Iterator<Item = (&'v String, &'v Value)>,
    ) -> Result<bool, Fault> {
        let mut any = false;
        for (key, item) in entries {
            any = true;
            if !self.pass(pass, Some(key.as_str().into()), Some(item.clone()))? {
                break;
            }
        }
        Ok(any)
    }

    /// Walks the body once; false where it breaks out of the `range`.
    fn pass(&mut self, pass: &Pass<'t>, key: Slot, item: Slot) -> Result<bool, Fault> {
        self.context.step()?;
        let scope = self.mark();
        match (pass.pipe.variables.as_slice(), pass.pipe.assigns) {
            ([], _) => {}
            ([one], true) => self.assign(one, item.clone())?,
            ([_], false) => self.set_recent(0, item.clone()),
            ([first, second, ..], true) => {
                self.assign(first, key)?;
                self.assign(second, item.clone())?;
            }
            ([_, _, ..], false) => {
                self.set_recent(0, item.clone());
                self.set_recent(1, key);
            }
        }
        let item = self.current(item)?;
        let flow = self.walk(&item, pass.body)?;
        self.forget(scope);
        Ok(flow != Flow::Break)
    }
}

/// What each pass of a `range` needs.
struct Pass<'t> {
    pipe: &'t Pipe,
    body: &'t Body,
}
