//! `toJson`, `fromJson` and their variants.

use std::borrow::Cow;

use oathgate_gostd::bytes_of_text;
use oathgate_gostd::json::{EncodeError, Layout, marshal, unmarshal};

use super::arguments::{any, string};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

/// Laid out over several lines.
const PRETTY: Layout = Layout {
    escape_html: true,
    pretty: true,
};

/// With `<`, `>` and `&` as they are.
const RAW: Layout = Layout {
    escape_html: false,
    pretty: false,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toJson", &[Param::Any], |context, args| {
        lenient(context, args, Layout::COMPACT)
    }),
    Function::new("mustToJson", &[Param::Any], |context, args| {
        strict(context, args, Layout::COMPACT)
    }),
    Function::new("toPrettyJson", &[Param::Any], |context, args| {
        lenient(context, args, PRETTY)
    }),
    Function::new("mustToPrettyJson", &[Param::Any], |context, args| {
        strict(context, args, PRETTY)
    }),
    Function::new("toRawJson", &[Param::Any], |context, args| {
        strict(context, args, RAW)
    }),
    Function::new("mustToRawJson", &[Param::Any], |context, args| {
        strict(context, args, RAW)
    }),
    Function::new("fromJson", &[Param::Text], |context, args| {
        let parsed = parse(context, args)?;
        Ok(parsed.unwrap_or_default())
    }),
    Function::new("mustFromJson", &[Param::Text], |context, args| {
        parse(context, args)?.ok_or_else(|| "the text is not valid JSON".to_owned())
    }),
];

/// How deep values may nest that a text brings: what prints or compares them recurses as deep.
const MAX_DEPTH: usize = 128;

/// JSON, or "" for what JSON can't hold.
fn lenient(context: &mut Context<'_>, args: &[Value], layout: Layout) -> Answer {
    match marshal(any(args, 0), layout, context.left()) {
        Ok(text) => string(context, text),
        Err(EncodeError::NotFinite) => Ok(Value::from("")),
        Err(error @ EncodeError::TooLong) => Err(error.to_string()),
    }
}

/// JSON, or an error.
fn strict(context: &mut Context<'_>, args: &[Value], layout: Layout) -> Answer {
    match marshal(any(args, 0), layout, context.left()) {
        Ok(text) => string(context, text),
        Err(error) => Err(error.to_string()),
    }
}

fn parse(context: &mut Context<'_>, args: &[Value]) -> Result<Option<Value>, String> {
    let text = match any(args, 0) {
        Value::Str(text) => bytes_of_text(text),
        other => Cow::Borrowed(other.as_bytes().unwrap_or_default()),
    };
    // A value takes about so many times the room of its shortest text.
    context.charge(text.len().saturating_mul(16))?;
    Ok(unmarshal(&text, MAX_DEPTH).ok())
}
