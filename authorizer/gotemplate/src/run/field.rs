//! Fields of structs, entries of maps, and methods.

use super::machine::{Fault, Machine, Slot};
use crate::Kind;
use crate::Value;
use crate::syntax::Operand;

impl<'t> Machine<'t> {
    /// Follows `names` from `receiver`; the last of them gets the arguments, if it is a method.
    pub(super) fn fields(
        &mut self,
        dot: &Slot,
        receiver: Slot,
        names: &'t [Box<str>],
        args: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Fault> {
        let Some((final_name, path)) = names.split_last() else {
            return Ok(receiver);
        };
        let mut value = receiver;
        for name in path {
            value = self.field(dot, &value, name, &[], None)?;
        }
        self.field(dot, &value, final_name, args, last)
    }

    fn field(
        &mut self,
        dot: &Slot,
        receiver: &Slot,
        name: &str,
        args: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Fault> {
        // No value at all has every field, and none of them has a value.
        let Some(receiver) = receiver else {
            return Ok(None);
        };
        let receiver = self.context.current(receiver.clone())?;
        let has_args = !args.is_empty() || last.is_some();
        let entry = match &receiver {
            Value::Nil => return Err(format!("nil has no field `{name}`")),
            Value::Map(entries) => entries.get(name).cloned().unwrap_or_default(),
            Value::Dict(dict) => dict.entries().get(name).cloned().unwrap_or_default(),
            Value::NilMap => Value::Nil,
            Value::StringMap(entries) => entries
                .get(name)
                .cloned()
                .unwrap_or_else(|| Value::from("")),
            Value::Object(object) => {
                let mut values = Vec::new();
                for arg in args {
                    values.push(self.argument(dot, arg)?.unwrap_or_default());
                }
                values.extend(last.map(Option::unwrap_or_default));
                if let Some(result) = object.call(name, &values) {
                    let value = result.map_err(|reason| format!("`{name}`: {reason}"))?;
                    return Ok(Some(value));
                }
                match object.field(name) {
                    Some(value) => value,
                    None if object.kind() == Kind::Map => object.missing(),
                    None => {
                        return Err(format!(
                            "`{}` has no field or method `{name}`",
                            object.type_name()
                        ));
                    }
                }
            }
            other => return Err(format!("`{}` has no field `{name}`", other.type_name())),
        };
        if has_args {
            return Err(format!("`{name}` is not a method but has arguments"));
        }
        self.current(Some(entry))
    }
}
