//! `eq` and its like, by Go's rules: an int never equals a float.

use std::cmp::Ordering;

use super::arguments::{any, rest};
use super::{Answer, Function, Param};
use crate::Kind;
use crate::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("eq", &[Param::Any], Param::Any, |_, args| {
        if args.len() < 2 {
            return Err("there is nothing to compare with".to_owned());
        }
        for other in rest(args, 1) {
            if equal(any(args, 0), other)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }),
    Function::new("ne", &[Param::Any, Param::Any], |_, args| {
        Ok(Value::Bool(!equal(any(args, 0), any(args, 1))?))
    }),
    Function::new("lt", &[Param::Any, Param::Any], |_, args| {
        order(args, |less, _| less)
    }),
    Function::new("le", &[Param::Any, Param::Any], |_, args| {
        order(args, |less, same| less || same)
    }),
    Function::new("gt", &[Param::Any, Param::Any], |_, args| {
        order(args, |less, same| !(less || same))
    }),
    Function::new("ge", &[Param::Any, Param::Any], |_, args| {
        order(args, |less, _| !less)
    }),
];

/// The kinds of value that Go compares.
#[derive(PartialEq)]
enum Basic<'v> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'v [u8]),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    Some(match value {
        Value::Bool(value) => Basic::Bool(*value),
        Value::Int(value) | Value::Int64(value) => Basic::Int(*value),
        Value::Uint8(value) => Basic::Uint((*value).into()),
        Value::Uint64(value) => Basic::Uint(*value),
        Value::Float(value) => Basic::Float(*value),
        Value::Str(text) => Basic::Text(text.as_bytes()),
        Value::Bytes(bytes) => Basic::Text(bytes),
        Value::Object(object) if matches!(object.kind(), Kind::Int | Kind::Int64) => {
            Basic::Int(super::cast::to_int(value).unwrap_or_default())
        }
        _ => return None,
    })
}

fn equal(one: &Value, other: &Value) -> Result<bool, String> {
    match (basic(one), basic(other)) {
        (Some(a), Some(b)) => match (&a, &b) {
            (Basic::Int(int), Basic::Uint(uint)) | (Basic::Uint(uint), Basic::Int(int)) => {
                Ok(u64::try_from(*int) == Ok(*uint))
            }
            _ if std::mem::discriminant(&a) == std::mem::discriminant(&b) => Ok(a == b),
            _ => Err(incompatible(one, other)),
        },
        (None, None) => {
            if is_nil(one) || is_nil(other) {
                let comparable =
                    one.is_nil() || other.is_nil() || one.kind_name() == other.kind_name();
                if !comparable {
                    return Err(incompatible(one, other));
                }
                return Ok(is_nil(one) == is_nil(other));
            }
            match (one, other) {
                (Value::Object(a), Value::Object(b))
                    if matches!(a.kind(), Kind::Struct | Kind::Pointer) && a.kind() == b.kind() =>
                {
                    Ok(one == other)
                }
                _ => Err(incompatible(one, other)),
            }
        }
        _ if one.is_nil() || other.is_nil() => Ok(false),
        _ => Err(incompatible(one, other)),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil | Value::NilMap => true,
        Value::Slice(slice) => slice.is_nil(),
        _ => false,
    }
}

fn incompatible(one: &Value, other: &Value) -> String {
    format!(
        "`{}` and `{}` can't be compared",
        one.type_name(),
        other.type_name()
    )
}

/// Whether the first argument is less than the second, and whether they are the same.
fn order(args: &[Value], wanted: impl Fn(bool, bool) -> bool) -> Answer {
    let (one, other) = (any(args, 0), any(args, 1));
    let ordering = match (basic(one), basic(other)) {
        (Some(Basic::Int(a)), Some(Basic::Int(b))) => Some(a.cmp(&b)),
        (Some(Basic::Uint(a)), Some(Basic::Uint(b))) => Some(a.cmp(&b)),
        (Some(Basic::Int(a)), Some(Basic::Uint(b))) => Some(i128::from(a).cmp(&i128::from(b))),
        (Some(Basic::Uint(a)), Some(Basic::Int(b))) => Some(i128::from(a).cmp(&i128::from(b))),
        (Some(Basic::Float(a)), Some(Basic::Float(b))) => a.partial_cmp(&b),
        (Some(Basic::Text(a)), Some(Basic::Text(b))) => Some(a.cmp(b)),
        _ => {
            return Err(format!(
                "`{}` and `{}` have no order",
                one.type_name(),
                other.type_name()
            ));
        }
    };
    Ok(Value::Bool(wanted(
        ordering == Some(Ordering::Less),
        ordering == Some(Ordering::Equal),
    )))
}
