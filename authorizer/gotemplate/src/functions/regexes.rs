//! Regular expressions.

mod syntax;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex::bytes::{Captures, Match, Regex, RegexBuilder};

use super::arguments::{any, bytes, int, string, strings, text};
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Elem, Slice, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "regexMatch",
        &[Param::Text, Param::Text],
        |context, args| {
            let found = compile(context, args).is_ok_and(|regex| regex.is_match(bytes(args, 1)));
            Ok(Value::Bool(found))
        },
    ),
    Function::new(
        "mustRegexMatch",
        &[Param::Text, Param::Text],
        |context, args| {
            Ok(Value::Bool(
                compile(context, args)?.is_match(bytes(args, 1)),
            ))
        },
    ),
    Function::new("regexFind", &[Param::Text, Param::Text], find),
    Function::new("mustRegexFind", &[Param::Text, Param::Text], find),
    Function::new(
        "regexFindAll",
        &[Param::Text, Param::Text, Param::Int],
        find_all,
    ),
    Function::new(
        "mustRegexFindAll",
        &[Param::Text, Param::Text, Param::Int],
        find_all,
    ),
    Function::new(
        "regexReplaceAll",
        &[Param::Text, Param::Text, Param::Text],
        replace,
    ),
    Function::new(
        "mustRegexReplaceAll",
        &[Param::Text, Param::Text, Param::Text],
        replace,
    ),
    Function::new(
        "regexReplaceAllLiteral",
        &[Param::Text, Param::Text, Param::Text],
        replace_literally,
    ),
    Function::new(
        "mustRegexReplaceAllLiteral",
        &[Param::Text, Param::Text, Param::Text],
        replace_literally,
    ),
    Function::new("regexSplit", &[Param::Text, Param::Text, Param::Int], split),
    Function::new(
        "mustRegexSplit",
        &[Param::Text, Param::Text, Param::Int],
        split,
    ),
    Function::new("regexQuoteMeta", &[Param::Text], |context, args| {
        let mut quoted = String::new();
        for character in text(args, 0).chars() {
            if r"\.+*?()|[]{}^$".contains(character) {
                quoted.push('\\');
            }
            quoted.push(character);
        }
        string(context, quoted)
    }),
];

/// How large a compiled expression may be, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// How many compiled expressions a template keeps. Data can make new ones without end.
const MAX_KEPT: usize = 32;

/// The expressions of a template, compiled when they are first used.
#[derive(Default)]
pub(crate) struct RegexCache(Mutex<HashMap<Box<[u8]>, Arc<Regex>>>);

impl std::fmt::Debug for RegexCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegexCache")
    }
}

impl RegexCache {
    fn get(&self, pattern: &[u8]) -> Result<Arc<Regex>, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = kept.get(pattern) {
            return Ok(regex.clone());
        }
        let text = std::str::from_utf8(pattern).map_err(|_| "the expression is not valid UTF-8")?;
        let translated = syntax::translate(text)?;
        let regex = RegexBuilder::new(&translated)
            .size_limit(MAX_SIZE)
            .dfa_size_limit(MAX_SIZE)
            .nest_limit(100)
            .build()
            .map_err(|_| "the regular expression is invalid or too large")?;
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let regex = Arc::new(regex);
        kept.insert(pattern.into(), regex.clone());
        Ok(regex)
    }
}

/// The expression that is the first argument.
fn compile(context: &mut Context<'_>, args: &[Value]) -> Result<Arc<Regex>, String> {
    let regex = context.regexes.get(bytes(args, 0))?;
    // Searching takes time in proportion to the text.
    context.charge(bytes(args, 1).len())?;
    Ok(regex)
}

fn find(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let regex = compile(context, args)?;
    let found = regex.find(bytes(args, 1)).map(|found| found.as_bytes());
    string(context, found.unwrap_or_default())
}

/// Whether a match is one for Go, which finds no empty ones inside a character.
fn is_whole(source: &[u8], found: &Match<'_>) -> bool {
    // The bytes of a character but the first are 0b10......
    !found.is_empty()
        || source
            .get(found.start())
            .is_none_or(|byte| byte >> 6 != 0b10)
}

/// How many matches are wanted: all where the count is negative.
fn wanted(args: &[Value]) -> usize {
    usize::try_from(int(args, 2)).unwrap_or(usize::MAX)
}

fn find_all(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let regex = compile(context, args)?;
    let source = bytes(args, 1);
    let all = regex
        .find_iter(source)
        .filter(|found| is_whole(source, found))
        .take(wanted(args));
    let found: Vec<Value> = all
        .map(|found| Value::from_bytes(found.as_bytes().to_vec()))
        .collect();
    if found.is_empty() {
        return Ok(Value::Slice(Arc::new(Slice::nil(Elem::String))));
    }
    strings(context, found)
}

fn replace(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let template = text(args, 2).into_owned();
    replace_with(context, args, |captures, out| {
        expand(&template, captures, out)
    })
}

fn replace_literally(context: &mut Context<'_>, args: &[Value]) -> Answer {
    replace_with(context, args, |_, out| {
        out.extend_from_slice(bytes(args, 2))
    })
}

fn replace_with(
    context: &mut Context<'_>,
    args: &[Value],
    append: impl Fn(&Captures<'_>, &mut Vec<u8>),
) -> Answer {
    let regex = compile(context, args)?;
    let source = bytes(args, 1);
    let mut out = Vec::with_capacity(source.len());
    let mut behind = 0;
    for captures in regex.captures_iter(source) {
        let Some(whole) = captures.get(0).filter(|whole| is_whole(source, whole)) else {
            continue;
        };
        out.extend_from_slice(source.get(behind..whole.start()).unwrap_or_default());
        append(&captures, &mut out);
        behind = whole.end();
        if out.len() > context.left() {
            break;
        }
    }
    out.extend_from_slice(source.get(behind..).unwrap_or_default());
    string(context, out)
}

/// Go's `Regexp.Expand`: `$1`, `${1}`, `$name`, `$$`; a group that isn't there is empty.
fn expand(template: &str, captures: &Captures<'_>, out: &mut Vec<u8>) {
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('$') {
        out.extend_from_slice(before.as_bytes());
        if let Some(literal) = behind.strip_prefix('$') {
            out.push(b'$');
            rest = literal;
            continue;
        }
        let braced = behind.strip_prefix('{');
        let start = braced.unwrap_or(behind);
        let length = start
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(start.len());
        let (name, after) = start.split_at_checked(length).unwrap_or((start, ""));
        let after = if braced.is_some() {
            after.strip_prefix('}')
        } else {
            Some(after)
        };
        let Some(after) = after.filter(|_| !name.is_empty()) else {
            out.push(b'$');
            rest = behind;
            continue;
        };
        let leading_zero = name.len() > 1 && name.starts_with('0');
        let group = if name.bytes().all(|byte| byte.is_ascii_digit()) && !leading_zero {
            name.parse().ok().and_then(|number| captures.get(number))
        } else {
            captures.name(name)
        };
        out.extend_from_slice(group.map(|group| group.as_bytes()).unwrap_or_default());
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Go's `Regexp.Split`: into at most so many parts, or all where the count is negative.
fn split(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let regex = compile(context, args)?;
    let source = bytes(args, 1);
    let limit = wanted(args);
    if limit == 0 {
        return Ok(Value::Slice(Arc::new(Slice::nil(Elem::String))));
    }
    if source.is_empty() && !bytes(args, 0).is_empty() {
        return strings(context, vec![any(args, 1).clone()]);
    }
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for found in regex
        .find_iter(source)
        .filter(|found| is_whole(source, found))
        .take(limit)
    {
        if parts.len() + 1 >= limit {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(source.get(start..end).unwrap_or_default().to_vec());
        }
        start = found.end();
    }
    if end != source.len() {
        parts.push(source.get(start..).unwrap_or_default().to_vec());
    }
    let parts = parts.into_iter().map(Value::from_bytes).collect();
    strings(context, parts)
}
