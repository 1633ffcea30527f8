//! Calls of functions, with Go's rules for arguments.

use super::machine::{Fault, Machine, Slot, ideal};
use crate::Value;
use crate::functions::{Action, Function, Param};
use crate::syntax::Operand;

impl<'t> Machine<'t> {
    /// Calls a function; `last` is the pipeline's value, its last argument.
    pub(super) fn call(
        &mut self,
        dot: &Slot,
        function: &'static Function,
        args: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Fault> {
        let count = args.len() + usize::from(last.is_some());
        let name = function.name;
        let fixed = function.params.len();
        if count < fixed || count > fixed && function.rest.is_none() {
            let few = if function.rest.is_some() {
                "at least "
            } else {
                ""
            };
            return Err(format!(
                "`{name}` takes {few}{fixed} arguments, not {count}"
            ));
        }
        let run = match function.action {
            Action::Run(run) => run,
            Action::And => return self.first(dot, args, last, false),
            Action::Or => return self.first(dot, args, last, true),
        };
        let mut values = Vec::with_capacity(count);
        for (position, arg) in args.iter().enumerate() {
            let param = function.param(position);
            values.push(
                self.typed(dot, arg, param)
                    .map_err(|reason| in_call(name, &reason))?,
            );
        }
        if let Some(last) = last {
            let param = function.param(args.len());
            values.push(admit(last, param).map_err(|reason| in_call(name, &reason))?);
        }
        let value = run(&mut self.context, &values).map_err(|reason| in_call(name, &reason))?;
        Ok(Some(value))
    }

    /// `and` and `or`: the first argument that settles it, or the last; later ones aren't looked at.
    fn first(
        &mut self,
        dot: &Slot,
        args: &'t [Operand],
        last: Option<Slot>,
        settles: bool,
    ) -> Result<Slot, Fault> {
        let mut value = None;
        for arg in args {
            value = self.argument(dot, arg)?;
            if value.as_ref().is_some_and(Value::truthy) == settles {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// An argument where any type will do.
    pub(super) fn argument(&mut self, dot: &Slot, operand: &'t Operand) -> Result<Slot, Fault> {
        match operand {
            Operand::Dot => self.current(dot.clone()),
            Operand::Field(names) => self.fields(dot, dot.clone(), names, &[], None),
            Operand::Variable(variable, names) => {
                let receiver = self.variable(variable)?;
                self.fields(dot, receiver, names, &[], None)
            }
            Operand::Chain(inner, names) => {
                let receiver = self.receiver(dot, inner)?;
                self.fields(dot, receiver, names, &[], None)
            }
            Operand::Pipe(pipe) => self.pipeline(dot, pipe),
            Operand::Function(function) => self.call(dot, function, &[], None),
            Operand::Nil => Ok(None),
            Operand::Bool(value) => Ok(Some(Value::Bool(*value))),
            Operand::Number(number) => Ok(Some(ideal(number))),
            Operand::Text(text) => Ok(Some(text.clone())),
        }
    }

    /// An argument for a parameter: constants take on its type, other values must have it.
    fn typed(&mut self, dot: &Slot, operand: &'t Operand, param: Param) -> Result<Value, Fault> {
        match (operand, param) {
            (Operand::Number(number), Param::Int) => number
                .int
                .map(Value::Int)
                .ok_or_else(|| "a whole number is expected".to_owned()),
            (Operand::Number(number), Param::Float) => Ok(Value::Float(number.float)),
            (Operand::Nil, Param::Any) => Ok(Value::Nil),
            _ => {
                let value = self.argument(dot, operand)?;
                admit(value, param)
            }
        }
    }
}

/// Checks a value against a parameter's type.
fn admit(value: Slot, param: Param) -> Result<Value, Fault> {
    let value = match (value, param) {
        (None, Param::Any) => return Ok(Value::Nil),
        (None, Param::Map) => return Ok(Value::NilMap),
        (None, _) => return Err(format!("a value is missing; expected {}", param.name())),
        (Some(value), _) => value,
    };
    let fits = match param {
        Param::Any => true,
        Param::Text => matches!(value, Value::Str(_) | Value::Bytes(_)),
        Param::Int => matches!(value, Value::Int(_)),
        Param::Float => matches!(value, Value::Float(_)),
        Param::Bool => matches!(value, Value::Bool(_)),
        Param::Map => matches!(value, Value::Map(_) | Value::Dict(_) | Value::NilMap),
        Param::Time => crate::functions::as_time(&value).is_some(),
    };
    if fits {
        return Ok(value);
    }
    Err(format!(
        "expected {}, got {}",
        param.name(),
        value.type_name()
    ))
}

fn in_call(function: &str, reason: &str) -> String {
    format!("`{function}`: {reason}")
}
