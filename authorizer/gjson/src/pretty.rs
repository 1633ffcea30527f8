//! JSON with blanks taken out, or laid out for people as `github.com/tidwall/pretty` does it.

use std::cmp::Ordering;

use super::{
    Found, Kind,
    modifiers::{DEEPEST, option},
    scan::{members, string_end, value_at},
};

/// How [`pretty`] lays JSON out.
pub(super) struct Options {
    sort: bool,
    indent: Vec<u8>,
    prefix: Vec<u8>,
    /// How long an array on one line may make that line.
    width: usize,
}

impl Options {
    /// `{"sortKeys":true,"indent":"\t","prefix":"  ","width":40}`, all of it optional.
    pub(super) fn parse(argument: &[u8]) -> Self {
        let blanks = |name: &[u8]| {
            option(argument, name).map(|value| {
                let mut text = value.text().into_owned();
                text.retain(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
                text
            })
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast of a float saturates, and a negative width is none"
        )]
        let width = option(argument, b"width").map(|value| value.number() as usize);
        Self {
            sort: option(argument, b"sortKeys").is_some_and(|sort| sort.truth()),
            indent: blanks(b"indent").unwrap_or_else(|| b"  ".to_vec()),
            prefix: blanks(b"prefix").unwrap_or_default(),
            width: width.unwrap_or(80),
        }
    }
}

/// The text without blanks outside strings.
pub(super) fn ugly(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        let end = match byte {
            b'"' => string_end(json, at).unwrap_or(json.len()),
            _ => at + 1,
        };
        if *byte > b' ' {
            out.extend_from_slice(json.get(at..end).unwrap_or_default());
        }
        at = end;
    }
    out
}

/// The text with a line for each member, and short arrays of plain values on one line.
pub(super) fn pretty(json: &[u8], options: &Options) -> Vec<u8> {
    let mut out = options.prefix.clone();
    if let Some((value, _)) = value_at(json, 0) {
        write(&mut out, &value, options, 0);
    }
    if !out.is_empty() {
        out.push(b'\n');
    }
    out
}

fn write(out: &mut Vec<u8>, value: &Found<'_>, options: &Options, depth: usize) {
    if value.kind != Kind::Json || depth >= DEEPEST {
        out.extend_from_slice(&value.raw);
        return;
    }
    if value.is_array() && options.width > 0 {
        let line = out
            .iter()
            .rev()
            .position(|byte| *byte == b'\n')
            .unwrap_or(out.len());
        let room = options.width.saturating_sub(line);
        if let Some(flat) = (room > 3).then(|| on_one_line(value, room, 0)).flatten() {
            out.extend(flat);
            return;
        }
    }
    let object = value.is_object();
    let mut all = members(value);
    if object && options.sort {
        all.sort_by(compare);
    }
    out.push(if object { b'{' } else { b'[' });
    for (at, (key, item)) in all.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        new_line(out, options, depth + 1);
        if object {
            out.extend_from_slice(&key.raw);
            out.extend(b": ");
        }
        write(out, item, options, depth + 1);
    }
    if !all.is_empty() {
        new_line(out, options, depth);
    }
    out.push(if object { b'}' } else { b']' });
}

fn new_line(out: &mut Vec<u8>, options: &Options, depth: usize) {
    out.push(b'\n');
    out.extend_from_slice(&options.prefix);
    for _ in 0..depth {
        out.extend_from_slice(&options.indent);
    }
}

/// An array on one line; `None` where an object stands in it, or where it takes more room.
fn on_one_line(array: &Found<'_>, room: usize, depth: usize) -> Option<Vec<u8>> {
    let mut out = vec![b'['];
    for (_, item) in members(array) {
        if out.len() > 1 {
            out.extend(b", ");
        }
        match item.kind {
            Kind::Json if item.is_object() || depth >= DEEPEST => return None,
            Kind::Json => out.extend(on_one_line(&item, room, depth + 1)?),
            _ => out.extend_from_slice(&item.raw),
        }
        if out.len() >= room {
            return None;
        }
    }
    out.push(b']');
    Some(out)
}

/// Members by key, those of equal keys by value.
fn compare(
    (left_key, left): &(Found<'_>, Found<'_>),
    (right_key, right): &(Found<'_>, Found<'_>),
) -> Ordering {
    left_key.string().cmp(&right_key.string()).then_with(|| {
        rank(left).cmp(&rank(right)).then_with(|| match left.kind {
            Kind::String => left.string().cmp(&right.string()),
            Kind::Number => left.number().total_cmp(&right.number()),
            _ => left.raw.cmp(&right.raw),
        })
    })
}

fn rank(value: &Found<'_>) -> u8 {
    match value.kind {
        Kind::Null => 0,
        Kind::False => 1,
        Kind::Number => 2,
        Kind::String => 3,
        Kind::True => 4,
        Kind::Json => 5,
    }
}
