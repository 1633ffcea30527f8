//! JSON.

use super::arguments::{any, string};
use super::{Answer, Function, Param};
use crate::Value;
use crate::json::{Failure, Layout, encode};
use crate::run::Context;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toJson", &[Param::Any], |context, args| {
        lenient(
            context,
            args,
            Layout {
                escape_html: true,
                pretty: false,
            },
        )
    }),
    Function::new("mustToJson", &[Param::Any], |context, args| {
        strict(
            context,
            args,
            Layout {
                escape_html: true,
                pretty: false,
            },
        )
    }),
    Function::new("toPrettyJson", &[Param::Any], |context, args| {
        lenient(
            context,
            args,
            Layout {
                escape_html: true,
                pretty: true,
            },
        )
    }),
    Function::new("mustToPrettyJson", &[Param::Any], |context, args| {
        strict(
            context,
            args,
            Layout {
                escape_html: true,
                pretty: true,
            },
        )
    }),
    Function::new("toRawJson", &[Param::Any], |context, args| {
        strict(
            context,
            args,
            Layout {
                escape_html: false,
                pretty: false,
            },
        )
    }),
    Function::new("mustToRawJson", &[Param::Any], |context, args| {
        strict(
            context,
            args,
            Layout {
                escape_html: false,
                pretty: false,
            },
        )
    }),
    Function::new("fromJson", &[Param::Text], |context, args| {
        let parsed = parse(context, args)?;
        Ok(parsed.unwrap_or_default())
    }),
    Function::new("mustFromJson", &[Param::Text], |context, args| {
        parse(context, args)?.ok_or_else(|| "the text is no JSON".to_owned())
    }),
];

/// JSON, or "" for what JSON can't hold.
fn lenient(context: &mut Context<'_>, args: &[Value], layout: Layout) -> Answer {
    match encode(any(args, 0), layout, context.left()) {
        Ok(text) => string(context, text),
        Err(Failure::NotFinite) => Ok(Value::from("")),
        Err(Failure::TooLong) => Err(TOO_LONG.to_owned()),
    }
}

/// JSON, or an error.
fn strict(context: &mut Context<'_>, args: &[Value], layout: Layout) -> Answer {
    match encode(any(args, 0), layout, context.left()) {
        Ok(text) => string(context, text),
        Err(Failure::NotFinite) => Err("JSON has no infinities and no NaN".to_owned()),
        Err(Failure::TooLong) => Err(TOO_LONG.to_owned()),
    }
}

const TOO_LONG: &str = "the JSON is too long";

fn parse(context: &mut Context<'_>, args: &[Value]) -> Result<Option<Value>, String> {
    let text = super::arguments::text(args, 0);
    // A value takes about so many times the room of its shortest text.
    context.charge(text.len().saturating_mul(16))?;
    Ok(serde_json::from_str(&text).ok())
}
