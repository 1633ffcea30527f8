//! What to use where a value is empty.

use super::arguments::{any, rest};
use super::{Function, Param};
use crate::Kind;
use crate::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("default", &[Param::Any], Param::Any, |_, args| {
        let given = rest(args, 1).first().filter(|given| !empty(given));
        Ok(given.unwrap_or_else(|| any(args, 0)).clone())
    }),
    Function::new("empty", &[Param::Any], |_, args| {
        Ok(Value::Bool(empty(any(args, 0))))
    }),
    Function::variadic("coalesce", &[], Param::Any, |_, args| {
        Ok(args
            .iter()
            .find(|arg| !empty(arg))
            .cloned()
            .unwrap_or_default())
    }),
    Function::variadic("all", &[], Param::Any, |_, args| {
        Ok(Value::Bool(!args.iter().any(empty)))
    }),
    Function::variadic("any", &[], Param::Any, |_, args| {
        Ok(Value::Bool(args.iter().any(|arg| !empty(arg))))
    }),
    Function::new(
        "ternary",
        &[Param::Any, Param::Any, Param::Bool],
        |_, args| {
            let chosen = if any(args, 2).truthy() {
                any(args, 0)
            } else {
                any(args, 1)
            };
            Ok(chosen.clone())
        },
    ),
    Function::new("fail", &[Param::Text], |_, _| {
        Err("the template says so".to_owned())
    }),
    Function::new("hello", &[], |_, _| Ok(Value::from("Hello!"))),
];

/// Whether a value is the zero value of its type; a struct never is.
pub(super) fn empty(value: &Value) -> bool {
    match value {
        Value::Object(object) if matches!(object.kind(), Kind::Int | Kind::Int64) => {
            super::cast::int_of(value) == 0
        }
        other => !other.truthy(),
    }
}
