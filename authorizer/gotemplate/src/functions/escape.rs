//! `html`, `js` and `urlquery`.

use std::io::Write as _;

use oathgate_gostd::{fmt, query_escape, text_from_bytes};

use super::arguments::string;
use super::{Function, Param};
use crate::{Value, run::Context};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("html", &[], Param::Any, |context, args| {
        let text = html(&printed(context, args));
        string(context, text)
    }),
    Function::variadic(
        "js",
        &[],
        Param::Any,
        |context: &mut Context<'_>, args: &[Value]| {
            let text = js(&printed(context, args));
            string(context, text)
        },
    ),
    Function::variadic("urlquery", &[], Param::Any, |context, args| {
        let text = query_escape(&text_from_bytes(&printed(context, args)));
        string(context, text)
    }),
];

/// The arguments as `print` would write them, but for nil, which has no value here.
fn printed(context: &Context<'_>, args: &[Value]) -> Vec<u8> {
    let args: Vec<Value> = args
        .iter()
        .map(|arg| {
            if arg.is_nil() {
                Value::from("<no value>")
            } else {
                arg.clone()
            }
        })
        .collect();
    let mut out = Vec::new();
    fmt::sprint(&mut out, &args, context.left());
    out
}

fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            other => out.push(*other),
        }
    }
    out
}

fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            // A `Vec` takes every write, so the results say nothing.
            let _ = match character {
                '\\' | '\'' | '"' => write!(out, "\\{character}"),
                '<' | '>' | '&' | '=' => write!(out, "\\u{:04X}", u32::from(character)),
                _ if character < ' ' => write!(out, "\\u{:04X}", u32::from(character)),
                _ if character.is_ascii() || fmt::is_print(character) => {
                    write!(out, "{character}")
                }
                _ => write!(out, "\\u{:04X}", u32::from(character)),
            };
        }
        // Broken bytes count as U+FFFD, which is printable: Go copies them as they are.
        out.extend_from_slice(chunk.invalid());
    }
    out
}
