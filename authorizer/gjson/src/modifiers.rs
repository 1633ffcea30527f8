//! Modifiers, `@name:argument`, and literals, `!value`: what a path may begin with instead of a key.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    Found, get, pretty,
    scan::{bracket_end, cut, members, quote, squash_end, tail, trim},
};

/// The names of all modifiers.
const NAMES: &[&[u8]] = &[
    b"pretty", b"ugly", b"reverse", b"this", b"flatten", b"join", b"valid", b"keys", b"values",
    b"tostr", b"fromstr", b"group", b"dig",
];

/// How deep `@flatten` and `@pretty` go into values before they leave them as they are.
pub(super) const DEEPEST: usize = 100;

pub(super) fn is_known(name: &[u8]) -> bool {
    NAMES.contains(&name)
}

/// Whether a text is JSON.
pub(super) fn is_valid(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// What the modifier or literal at the beginning of a path makes of a text, and the rest of the
/// path; `None` where the path begins with neither.
pub(super) fn apply<'j, 'p>(json: &'j [u8], path: &'p [u8]) -> Option<(Cow<'j, [u8]>, &'p [u8])> {
    match path {
        [b'!', literal @ ..] => {
            let (literal, rest) = split_literal(literal)?;
            Some((Cow::Owned(literal.to_vec()), rest))
        }
        [b'@', modifier @ ..] => {
            let (name, argument, rest) = split_modifier(modifier)?;
            Some((run(name, json, argument), rest))
        }
        _ => None,
    }
}

fn split_literal(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if let [b'{' | b'[' | b'"' | b'+' | b'-' | b'0'..=b'9', ..] = text {
        return Some(text.split_at(bracket_end(text, 0)));
    }
    let end = text
        .iter()
        .position(|byte| matches!(byte, b'|' | b'.'))
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let known: [&[u8]; 5] = [b"true", b"false", b"null", b"nan", b"inf"];
    known
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
        .then_some((word, rest))
}

/// Name, argument and the rest of the path.
fn split_modifier(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let end = text
        .iter()
        .position(|byte| matches!(byte, b':' | b'|' | b'.'));
    let (name, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
    if !is_known(name) {
        return None;
    }
    let Some(rest) = rest.strip_prefix(b":") else {
        return Some((name, &[], rest));
    };
    let end = match rest {
        [b'{' | b'[' | b'"', ..] => squash_end(rest, 0),
        _ => argument_end(rest),
    };
    Some((name, cut(rest, 0, end), tail(rest, end)))
}

/// Where a plain argument ends: at the next pipe outside brackets and quotes.
fn argument_end(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match text.get(at) {
            None | Some(b'|') => return at,
            Some(b'{' | b'[' | b'"' | b'(') => at = squash_end(text, at),
            Some(_) => at += 1,
        }
    }
}

fn run<'j>(name: &[u8], json: &'j [u8], argument: &[u8]) -> Cow<'j, [u8]> {
    match name {
        b"this" => Cow::Borrowed(json),
        b"valid" if is_valid(json) => Cow::Borrowed(json),
        b"fromstr" if is_valid(json) => Cow::Owned(Found::parse(json).text().into_owned()),
        b"tostr" => Cow::Owned(quote(json)),
        b"pretty" => Cow::Owned(pretty::pretty(json, &pretty::Options::parse(argument))),
        b"ugly" => Cow::Owned(pretty::ugly(json)),
        b"reverse" => reverse(json),
        b"flatten" => {
            let deep = option(argument, b"deep").is_some_and(|deep| deep.truth());
            flatten(json, if deep { DEEPEST } else { 1 })
        }
        b"join" => {
            let preserve = option(argument, b"preserve").is_some_and(|preserve| preserve.truth());
            join(json, preserve)
        }
        b"keys" => keys(json),
        b"values" => values(json),
        b"group" => group(json),
        b"dig" => dig(json, argument),
        _ => Cow::Borrowed(b""),
    }
}

/// A member of a modifier's argument; the last of equal names counts.
pub(super) fn option(argument: &[u8], name: &[u8]) -> Option<Found<'static>> {
    let argument = Found::parse(argument);
    let found = members(&argument)
        .into_iter()
        .rfind(|(key, _)| *key.string() == *name);
    found.map(|(_, value)| value.into_owned())
}

/// Texts in brackets, with commas between them.
fn wrap(open: u8, parts: &[Cow<'_, [u8]>]) -> Vec<u8> {
    let mut out = vec![open];
    out.extend(parts.join(&b','));
    out.push(if open == b'{' { b'}' } else { b']' });
    out
}

fn pair<'a>(key: &Found<'_>, value: &Found<'_>) -> Cow<'a, [u8]> {
    Cow::Owned([&*key.raw, b":", &*value.raw].concat())
}

fn reverse(json: &[u8]) -> Cow<'_, [u8]> {
    let value = Found::parse(json);
    if value.is_array() {
        let items: Vec<_> = members(&value)
            .into_iter()
            .rev()
            .map(|(_, item)| item.raw)
            .collect();
        return Cow::Owned(wrap(b'[', &items));
    }
    if value.is_object() {
        let pairs = members(&value);
        let pairs: Vec<_> = pairs
            .iter()
            .rev()
            .map(|(key, value)| pair(key, value))
            .collect();
        return Cow::Owned(wrap(b'{', &pairs));
    }
    Cow::Borrowed(json)
}

fn flatten(json: &[u8], depth: usize) -> Cow<'_, [u8]> {
    let value = Found::parse(json);
    if !value.is_array() {
        return Cow::Borrowed(json);
    }
    let mut parts = Vec::new();
    for (_, item) in members(&value) {
        let part = if !item.is_array() {
            item.raw
        } else if depth > 1 {
            Cow::Owned(inner(&flatten(&item.raw, depth - 1)).to_vec())
        } else {
            Cow::Owned(inner(&item.raw).to_vec())
        };
        if !trim(&part).is_empty() {
            parts.push(Cow::Owned(trim(&part).to_vec()));
        }
    }
    Cow::Owned(wrap(b'[', &parts))
}

/// What stands between the brackets of an object or array.
fn inner(text: &[u8]) -> &[u8] {
    match trim(text) {
        [b'[' | b'{', inner @ .., _] => inner,
        text => text,
    }
}

fn join(json: &[u8], preserve: bool) -> Cow<'_, [u8]> {
    let value = Found::parse(json);
    if !value.is_array() {
        return Cow::Borrowed(json);
    }
    let items = members(&value);
    let objects = items
        .iter()
        .map(|(_, item)| item)
        .filter(|item| item.is_object());
    if preserve {
        let parts: Vec<_> = objects
            .map(|object| Cow::Owned(inner(&object.raw).to_vec()))
            .collect();
        return Cow::Owned(wrap(b'{', &parts));
    }
    let mut order = Vec::new();
    let mut latest = BTreeMap::new();
    for object in objects {
        for (key, value) in members(object) {
            let name = key.string().into_owned();
            if latest.insert(name.clone(), value.into_owned()).is_none() {
                order.push((name, key.into_owned()));
            }
        }
    }
    let parts: Vec<_> = order
        .iter()
        .filter_map(|(name, key)| latest.get(name).map(|value| pair(key, value)))
        .collect();
    Cow::Owned(wrap(b'{', &parts))
}

fn keys(json: &[u8]) -> Cow<'_, [u8]> {
    let value = Found::parse(json);
    let object = value.is_object();
    let parts: Vec<_> = members(&value)
        .into_iter()
        .map(|(key, _)| {
            if object {
                key.raw
            } else {
                Cow::Borrowed(&b"null"[..])
            }
        })
        .map(|key| Cow::Owned(key.into_owned()))
        .collect();
    Cow::Owned(wrap(b'[', &parts))
}

fn values(json: &[u8]) -> Cow<'_, [u8]> {
    let value = Found::parse(json);
    if value.is_array() {
        return Cow::Borrowed(json);
    }
    let parts: Vec<_> = members(&value)
        .into_iter()
        .map(|(_, item)| Cow::Owned(item.raw.into_owned()))
        .collect();
    Cow::Owned(wrap(b'[', &parts))
}

/// `{"a":[1,2],"b":[3]}` becomes `[{"a":1,"b":3},{"a":2}]`.
fn group(json: &[u8]) -> Cow<'_, [u8]> {
    let value = Found::parse(json);
    if !value.is_object() {
        return Cow::Borrowed(b"");
    }
    let mut rows: Vec<Vec<Cow<'_, [u8]>>> = Vec::new();
    for (key, column) in members(&value) {
        if !column.is_array() {
            continue;
        }
        for (at, (_, item)) in members(&column).iter().enumerate() {
            let cell = pair(&key, item);
            match rows.get_mut(at) {
                Some(row) => row.push(cell),
                None => rows.push(vec![cell]),
            }
        }
    }
    let rows: Vec<_> = rows.iter().map(|row| Cow::Owned(wrap(b'{', row))).collect();
    Cow::Owned(wrap(b'[', &rows))
}

/// Every value at a path below the text and below each of its values, outer ones first.
fn dig<'j>(json: &'j [u8], path: &[u8]) -> Cow<'j, [u8]> {
    let mut found = Vec::new();
    let mut open = vec![Found::parse(json).into_owned()];
    while let Some(value) = open.pop() {
        let hit = get(&value.raw, path);
        if hit.exists() {
            found.push(Cow::Owned(hit.raw.into_owned()));
        }
        if value.is_array() || value.is_object() {
            open.extend(
                members(&value)
                    .into_iter()
                    .rev()
                    .map(|(_, item)| item.into_owned()),
            );
        }
    }
    Cow::Owned(wrap(b'[', &found))
}
