//! Takes arguments apart, and puts results together.

use std::borrow::Cow;
use std::sync::Arc;

use super::Answer;
use crate::run::Context;
use crate::{Elem, Slice, Value};

static NIL: Value = Value::Nil;

/// The argument at `position`; nil where there is none.
pub(super) fn any(args: &[Value], position: usize) -> &Value {
    args.get(position).unwrap_or(&NIL)
}

/// The bytes of a string argument.
pub(super) fn bytes(args: &[Value], position: usize) -> &[u8] {
    any(args, position).as_bytes().unwrap_or_default()
}

/// A string argument as text; broken UTF-8 becomes U+FFFD.
pub(super) fn text(args: &[Value], position: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes(args, position))
}

/// An integer argument.
pub(super) fn int(args: &[Value], position: usize) -> i64 {
    match any(args, position) {
        Value::Int(int) => *int,
        _ => 0,
    }
}

/// The arguments from `position` on.
pub(super) fn rest(args: &[Value], position: usize) -> &[Value] {
    args.get(position..).unwrap_or_default()
}

/// A string result, paid for.
pub(super) fn string(context: &mut Context<'_>, bytes: impl Into<Vec<u8>>) -> Answer {
    let bytes = bytes.into();
    context.charge(bytes.len())?;
    Ok(Value::from_bytes(bytes))
}

/// A `[]interface{}` result, paid for and not nested too deeply.
pub(super) fn list(context: &mut Context<'_>, items: Vec<Value>) -> Answer {
    context.charge_elements(items.len())?;
    oathgate_gostd::check_depth(&items, &mut context.budget)?;
    Ok(Value::List(Arc::new(items)))
}

/// A `[]string` result, paid for.
pub(super) fn strings(context: &mut Context<'_>, items: Vec<Value>) -> Answer {
    context.charge_elements(items.len())?;
    for item in &items {
        context.charge(item.as_bytes().unwrap_or_default().len())?;
    }
    Ok(Value::Slice(Arc::new(Slice::new(Elem::String, items))))
}

/// The characters of Go's string: each byte of broken UTF-8 is U+FFFD.
pub(super) fn runes(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.utf8_chunks().flat_map(|chunk| {
        chunk
            .valid()
            .chars()
            .chain(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER))
    })
}
