//! Lists.

use std::borrow::Cow;
use std::sync::Arc;

use super::arguments::{any, bytes, int, list, rest, strings};
use super::cast::int_of;
use super::defaults::empty;
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Elem, Slice, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], Param::Any, make),
    Function::variadic("tuple", &[], Param::Any, make),
    Function::new("append", &[Param::Any, Param::Any], push),
    Function::new("mustAppend", &[Param::Any, Param::Any], push),
    Function::new("push", &[Param::Any, Param::Any], push),
    Function::new("mustPush", &[Param::Any, Param::Any], push),
    Function::new("prepend", &[Param::Any, Param::Any], prepend),
    Function::new("mustPrepend", &[Param::Any, Param::Any], prepend),
    Function::new("first", &[Param::Any], first),
    Function::new("mustFirst", &[Param::Any], first),
    Function::new("last", &[Param::Any], last),
    Function::new("mustLast", &[Param::Any], last),
    Function::new("rest", &[Param::Any], behind_first),
    Function::new("mustRest", &[Param::Any], behind_first),
    Function::new("initial", &[Param::Any], before_last),
    Function::new("mustInitial", &[Param::Any], before_last),
    Function::new("reverse", &[Param::Any], reverse),
    Function::new("mustReverse", &[Param::Any], reverse),
    Function::new("uniq", &[Param::Any], uniq),
    Function::new("mustUniq", &[Param::Any], uniq),
    Function::variadic("without", &[Param::Any], Param::Any, without),
    Function::variadic("mustWithout", &[Param::Any], Param::Any, without),
    Function::new("has", &[Param::Any, Param::Any], has),
    Function::new("mustHas", &[Param::Any, Param::Any], has),
    Function::new("compact", &[Param::Any], compact),
    Function::new("mustCompact", &[Param::Any], compact),
    Function::variadic("slice", &[Param::Any], Param::Any, slice),
    Function::variadic("mustSlice", &[Param::Any], Param::Any, slice),
    Function::variadic("concat", &[], Param::Any, concat),
    Function::new("chunk", &[Param::Int, Param::Any], chunk),
    Function::new("mustChunk", &[Param::Int, Param::Any], chunk),
    Function::new("join", &[Param::Text, Param::Any], |context, args| {
        let texts = texts(context, any(args, 1))?;
        let parts: Vec<&[u8]> = texts.iter().filter_map(Value::as_bytes).collect();
        context.charge(bytes(args, 0).len().saturating_mul(parts.len()))?;
        context.charge(parts.iter().map(|part| part.len()).sum())?;
        Ok(Value::from_bytes(parts.join(bytes(args, 0))))
    }),
    Function::new("toStrings", &[Param::Any], |context, args| {
        let texts = texts(context, any(args, 0))?;
        strings(context, texts)
    }),
    Function::new("sortAlpha", &[Param::Any], |context, args| {
        if any(args, 0).is_nil() {
            return strings(context, vec!["<nil>".into()]);
        }
        let mut texts = texts(context, any(args, 0))?;
        texts.sort_by(|a, b| a.as_bytes().cmp(&b.as_bytes()));
        strings(context, texts)
    }),
    Function::new("toString", &[Param::Any], |context, args| {
        text_of(context, any(args, 0))
    }),
];

/// A value as a string.
fn text_of(context: &mut Context<'_>, value: &Value) -> Answer {
    match value {
        Value::Str(_) | Value::Bytes(_) => Ok(value.clone()),
        other => Ok(Value::from_bytes(context.print(other)?)),
    }
}

/// A value's elements as strings, without nil; what is not a list is one element.
fn texts(context: &mut Context<'_>, value: &Value) -> Result<Vec<Value>, String> {
    let elements = match value.elements() {
        Some(elements) => elements,
        None => Cow::Owned(vec![value.clone()]),
    };
    let present = elements.iter().filter(|element| !element.is_nil());
    present.map(|element| text_of(context, element)).collect()
}

/// Whether a list holds a value.
fn contains(context: &mut Context<'_>, items: &[Value], wanted: &Value) -> Result<bool, String> {
    for item in items {
        if context.equal(wanted, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The elements of the list at `position`.
fn elements(args: &[Value], position: usize) -> Result<Cow<'_, [Value]>, String> {
    let value = any(args, position);
    value
        .elements()
        .ok_or_else(|| format!("expected a list, got {}", value.type_name()))
}

/// What Go gives for "no elements": a nil list.
fn nil_list() -> Value {
    Value::Slice(Arc::new(Slice::nil(Elem::Any)))
}

fn make(context: &mut Context<'_>, args: &[Value]) -> Answer {
    if args.is_empty() {
        // A call without arguments leaves Go's variadic parameter nil-like but not nil.
        return Ok(Value::List(Arc::default()));
    }
    list(context, args.to_vec())
}

fn push(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut items = elements(args, 0)?.into_owned();
    items.push(any(args, 1).clone());
    list(context, items)
}

fn prepend(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut items = vec![any(args, 1).clone()];
    items.extend_from_slice(&elements(args, 0)?);
    list(context, items)
}

fn first(_: &mut Context<'_>, args: &[Value]) -> Answer {
    Ok(elements(args, 0)?.first().cloned().unwrap_or_default())
}

fn last(_: &mut Context<'_>, args: &[Value]) -> Answer {
    Ok(elements(args, 0)?.last().cloned().unwrap_or_default())
}

fn behind_first(context: &mut Context<'_>, args: &[Value]) -> Answer {
    match elements(args, 0)?.split_first() {
        Some((_, behind)) => list(context, behind.to_vec()),
        None => Ok(nil_list()),
    }
}

fn before_last(context: &mut Context<'_>, args: &[Value]) -> Answer {
    match elements(args, 0)?.split_last() {
        Some((_, before)) => list(context, before.to_vec()),
        None => Ok(nil_list()),
    }
}

fn reverse(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let items = elements(args, 0)?.iter().rev().cloned().collect();
    list(context, items)
}

fn uniq(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut kept: Vec<Value> = Vec::new();
    for item in elements(args, 0)?.iter() {
        if !contains(context, &kept, item)? {
            kept.push(item.clone());
        }
    }
    list(context, kept)
}

fn without(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut kept = Vec::new();
    for item in elements(args, 0)?.iter() {
        if !contains(context, rest(args, 1), item)? {
            kept.push(item.clone());
        }
    }
    list(context, kept)
}

fn has(context: &mut Context<'_>, args: &[Value]) -> Answer {
    if any(args, 1).is_nil() {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(contains(
        context,
        &elements(args, 1)?,
        any(args, 0),
    )?))
}

fn compact(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let kept = elements(args, 0)?
        .iter()
        .filter(|item| !empty(item))
        .cloned()
        .collect();
    list(context, kept)
}

/// `slice list from to`: a part of a list, of the same type.
fn slice(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let items = elements(args, 0)?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let position = |value: &Value| {
        usize::try_from(int_of(value)).map_err(|_| "the position is out of range".to_owned())
    };
    let from = args.get(1).map_or(Ok(0), position)?;
    let to = args.get(2).map_or(Ok(items.len()), position)?;
    let part = items
        .get(from..to)
        .ok_or("the position is out of range")?
        .to_vec();
    context.charge_elements(part.len())?;
    Ok(match any(args, 0) {
        Value::Slice(slice) => Value::Slice(Arc::new(Slice::new(slice.elem(), part))),
        _ => Value::List(Arc::new(part)),
    })
}

fn concat(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut joined = Vec::new();
    for position in 0..args.len() {
        joined.extend_from_slice(&elements(args, position)?);
        context.charge_elements(joined.len())?;
    }
    if joined.is_empty() {
        Ok(nil_list())
    } else {
        list(context, joined)
    }
}

/// How long chunks are; none are made of 0. What sprig computes of a negative size is not an error for some
/// lists: one element is a chunk, and as many more as the size says are none.
fn chunk_size(size: i64, items: &[Value]) -> Result<usize, String> {
    let missing = || "a chunk has at least one element".to_owned();
    if let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) {
        return Ok(size);
    }
    let most = usize::try_from(size.unsigned_abs()).map_err(|_| missing())?;
    match items.len() {
        1 if most > 1 => Ok(1),
        length if length > 1 && length - 1 <= most => Ok(0),
        _ => Err(missing()),
    }
}

fn chunk(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let items = elements(args, 1)?;
    let size = chunk_size(int(args, 0), &items)?;
    context.charge_elements(items.len() * 2)?;
    let chunks = items
        .chunks(size.max(1))
        .take(if size == 0 { 0 } else { usize::MAX })
        .map(|chunk| Value::List(Arc::new(chunk.to_vec())))
        .collect();
    Ok(Value::Slice(Arc::new(Slice::new(Elem::List, chunks))))
}
