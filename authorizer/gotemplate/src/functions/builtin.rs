//! Go's own functions, and Oathkeeper's `print` and `printIndex`.

use oathgate_gostd::fmt;

use super::arguments::{any, bytes, int, rest, string};
use super::{Action, Answer, Function, Param};
use crate::Kind;
use crate::run::Context;
use crate::{Object, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "and",
        params: &[Param::Any],
        rest: Some(Param::Any),
        action: Action::And,
    },
    Function {
        name: "or",
        params: &[Param::Any],
        rest: Some(Param::Any),
        action: Action::Or,
    },
    Function::new("not", &[Param::Any], |_, args| {
        Ok(Value::Bool(!any(args, 0).truthy()))
    }),
    Function::variadic("call", &[Param::Any], Param::Any, |_, args| {
        Err(format!("`{}` is not a function", any(args, 0).type_name()))
    }),
    Function::new("len", &[Param::Any], len),
    Function::variadic("index", &[Param::Any], Param::Any, index),
    Function::new("print", &[Param::Any], |context, args| match any(args, 0) {
        Value::Nil => Ok(Value::from("")),
        text @ Value::Str(_) => Ok(text.clone()),
        other => Ok(Value::from_bytes(context.print(other)?)),
    }),
    Function::new("printIndex", &[Param::Any, Param::Int], print_index),
    Function::variadic("printf", &[Param::Text], Param::Any, |context, args| {
        let text = fmt::sprintf(bytes(args, 0), rest(args, 1), context.left())?;
        string(context, text)
    }),
    Function::variadic("println", &[], Param::Any, |context, args| {
        let mut out = Vec::new();
        fmt::sprintln(&mut out, args, context.left());
        string(context, out)
    }),
];

fn len(_: &mut Context<'_>, args: &[Value]) -> Answer {
    let value = any(args, 0);
    let length = match value {
        Value::Str(text) => Some(text.len()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::List(items) => Some(items.len()),
        Value::Slice(slice) => Some(slice.items().len()),
        Value::Map(entries) | Value::StringMap(entries) => Some(entries.len()),
        Value::Dict(dict) => Some(dict.entries().len()),
        Value::NilMap => Some(0),
        Value::Object(object) => Object::len(object.as_ref()),
        _ => None,
    };
    let length = length.ok_or_else(|| format!("`{}` has no length", value.type_name()))?;
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn index(_: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut value = any(args, 0).clone();
    if value.is_nil() {
        return Err("nil has no elements".to_owned());
    }
    for key in rest(args, 1) {
        value = element(&value, key)?;
    }
    Ok(value)
}

fn element(value: &Value, key: &Value) -> Answer {
    if let Some(text) = value.as_bytes() {
        let byte = text.get(position(key)?).ok_or_else(out_of_range)?;
        return Ok(Value::Uint8(*byte));
    }
    if let Some(items) = value.elements() {
        return items.get(position(key)?).cloned().ok_or_else(out_of_range);
    }
    let not_indexed = || Err(format!("`{}` has no elements", value.type_name()));
    if value.is_nil() {
        return not_indexed();
    }
    let is_map = match value {
        Value::Map(_) | Value::Dict(_) | Value::StringMap(_) | Value::NilMap => true,
        Value::Object(object) => object.kind() == Kind::Map,
        _ => false,
    };
    if !is_map {
        return not_indexed();
    }
    let name = match key {
        Value::Str(name) => name,
        Value::Bytes(_) => return Ok(Value::Nil),
        // Go takes the zero value of the key's type, a string, for nil.
        Value::Nil => return Err("nil is not a key".to_owned()),
        other => {
            return Err(format!(
                "`{}` is not a key; expected a string",
                other.type_name()
            ));
        }
    };
    Ok(match value {
        Value::Map(entries) => entries.get(&**name).cloned().unwrap_or_default(),
        Value::Dict(dict) => dict.entries().get(&**name).cloned().unwrap_or_default(),
        Value::StringMap(entries) => entries
            .get(&**name)
            .cloned()
            .unwrap_or_else(|| Value::from("")),
        Value::Object(object) => object.field(name).unwrap_or_else(|| object.missing()),
        _ => Value::Nil,
    })
}

fn position(key: &Value) -> Result<usize, String> {
    let position = match key {
        Value::Int(position) | Value::Int64(position) => usize::try_from(*position).ok(),
        Value::Uint8(position) => Some(usize::from(*position)),
        Value::Uint64(position) => usize::try_from(*position).ok(),
        other => {
            return Err(format!(
                "`{}` is not a position in a list",
                other.type_name()
            ));
        }
    };
    position.ok_or_else(out_of_range)
}

fn out_of_range() -> String {
    "the position is out of range".to_owned()
}

/// Oathkeeper's `printIndex`: an element as text, "" beyond the end and for what is not a list.
fn print_index(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let Some(items) = any(args, 0).elements() else {
        return Ok(Value::from(""));
    };
    let position = int(args, 1);
    if position >= i64::try_from(items.len()).unwrap_or(i64::MAX) {
        return Ok(Value::from(""));
    }
    let item = usize::try_from(position)
        .ok()
        .and_then(|position| items.get(position));
    Ok(Value::from_bytes(
        context.print(item.ok_or_else(out_of_range)?)?,
    ))
}
