//! What kind of value something is.

use super::arguments::{any, bytes, string};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("typeOf", &[Param::Any], |context, args| {
        string(context, any(args, 0).type_name().as_bytes())
    }),
    Function::new("typeIs", &[Param::Text, Param::Any], |_, args| {
        Ok(Value::Bool(
            bytes(args, 0) == any(args, 1).type_name().as_bytes(),
        ))
    }),
    Function::new("typeIsLike", &[Param::Text, Param::Any], |_, args| {
        let name = any(args, 1).type_name();
        let base = name.strip_prefix('*').unwrap_or(&name);
        Ok(Value::Bool(
            [name.as_bytes(), base.as_bytes()].contains(&bytes(args, 0)),
        ))
    }),
    Function::new("kindOf", &[Param::Any], |_, args| {
        Ok(any(args, 0).kind_name().into())
    }),
    Function::new("kindIs", &[Param::Text, Param::Any], |_, args| {
        Ok(Value::Bool(
            bytes(args, 0) == any(args, 1).kind_name().as_bytes(),
        ))
    }),
    Function::new("deepEqual", &[Param::Any, Param::Any], deep_equal),
];

fn deep_equal(context: &mut Context<'_>, args: &[Value]) -> Answer {
    Ok(Value::Bool(context.equal(any(args, 0), any(args, 1))?))
}
