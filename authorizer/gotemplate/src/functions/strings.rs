//! Parts of strings.

use std::collections::BTreeMap;
use std::sync::Arc;

use oathgate_gostd::fmt;

use super::arguments::{any, bytes, int, string, strings, text};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("trim", &[Param::Text], |context, args| {
        let trimmed = text(args, 0);
        string(context, trimmed.trim())
    }),
    Function::new("trimall", &[Param::Text, Param::Text], trim_all),
    Function::new("trimAll", &[Param::Text, Param::Text], trim_all),
    Function::new("trimSuffix", &[Param::Text, Param::Text], |_, args| {
        Ok(match bytes(args, 1).strip_suffix(bytes(args, 0)) {
            Some(rest) => Value::from_bytes(rest.to_vec()),
            None => any(args, 1).clone(),
        })
    }),
    Function::new("trimPrefix", &[Param::Text, Param::Text], |_, args| {
        Ok(match bytes(args, 1).strip_prefix(bytes(args, 0)) {
            Some(rest) => Value::from_bytes(rest.to_vec()),
            None => any(args, 1).clone(),
        })
    }),
    Function::new("trunc", &[Param::Int, Param::Text], trunc),
    Function::new("substr", &[Param::Int, Param::Int, Param::Text], substr),
    Function::new("abbrev", &[Param::Int, Param::Text], |context, args| {
        let short = abbreviate(bytes(args, 1), 0, int(args, 0));
        string(context, short)
    }),
    Function::new(
        "abbrevboth",
        &[Param::Int, Param::Int, Param::Text],
        |context, args| {
            let (left, right) = (int(args, 0), int(args, 1));
            if right < 4 || left > 0 && right < 7 {
                return Ok(any(args, 2).clone());
            }
            let short = abbreviate(bytes(args, 2), left, right);
            string(context, short)
        },
    ),
    Function::new("repeat", &[Param::Int, Param::Text], |context, args| {
        let count = usize::try_from(int(args, 0)).map_err(|_| "a count can't be negative")?;
        context.charge(bytes(args, 1).len().saturating_mul(count))?;
        Ok(Value::from_bytes(bytes(args, 1).repeat(count)))
    }),
    Function::new("replace", &[Param::Text, Param::Text, Param::Text], replace),
    Function::new("contains", &[Param::Text, Param::Text], |_, args| {
        Ok(Value::Bool(text(args, 1).contains(&*text(args, 0))))
    }),
    Function::new("hasPrefix", &[Param::Text, Param::Text], |_, args| {
        Ok(Value::Bool(bytes(args, 1).starts_with(bytes(args, 0))))
    }),
    Function::new("hasSuffix", &[Param::Text, Param::Text], |_, args| {
        Ok(Value::Bool(bytes(args, 1).ends_with(bytes(args, 0))))
    }),
    Function::variadic("quote", &[], Param::Any, |context, args| {
        joined(context, args, |out, text| {
            fmt::append_quoted(out, text, '"', false)
        })
    }),
    Function::variadic("squote", &[], Param::Any, |context, args| {
        joined(context, args, |out, text| {
            out.push(b'\'');
            out.extend_from_slice(text);
            out.push(b'\'');
        })
    }),
    Function::variadic("cat", &[], Param::Any, |context, args| {
        joined(context, args, Vec::extend_from_slice)
    }),
    Function::new("indent", &[Param::Int, Param::Text], |context, args| {
        let indented = indent(context, args)?;
        Ok(indented.into())
    }),
    Function::new("nindent", &[Param::Int, Param::Text], |context, args| {
        let indented = indent(context, args)?;
        string(context, format!("\n{indented}"))
    }),
    Function::new(
        "plural",
        &[Param::Text, Param::Text, Param::Int],
        |_, args| Ok(any(args, usize::from(int(args, 2) != 1)).clone()),
    ),
    Function::new("split", &[Param::Text, Param::Text], |context, args| {
        let parts = split(&text(args, 1), &text(args, 0), None);
        numbered(context, parts)
    }),
    Function::new(
        "splitn",
        &[Param::Text, Param::Int, Param::Text],
        |context, args| {
            let limit = int(args, 1);
            if limit == 0 {
                return numbered(context, Vec::new());
            }
            let parts = split(&text(args, 2), &text(args, 0), usize::try_from(limit).ok());
            numbered(context, parts)
        },
    ),
    Function::new("splitList", &[Param::Text, Param::Text], |context, args| {
        let parts = split(&text(args, 1), &text(args, 0), None);
        strings(context, parts)
    }),
];

/// The arguments that aren't nil, each written by `append`, with blanks between.
fn joined(
    context: &mut Context<'_>,
    args: &[Value],
    append: impl Fn(&mut Vec<u8>, &[u8]),
) -> Answer {
    let mut out = Vec::new();
    for (position, arg) in args.iter().filter(|arg| !arg.is_nil()).enumerate() {
        if position > 0 {
            out.push(b' ');
        }
        append(&mut out, &context.print(arg)?);
    }
    string(context, out)
}

fn trim_all(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let (unwanted, trimmed) = (text(args, 0), text(args, 1));
    string(
        context,
        trimmed.trim_matches(|character| unwanted.contains(character)),
    )
}

/// The first `count` bytes, or the last if the count is negative.
fn trunc(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let (count, all) = (int(args, 0), bytes(args, 1));
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let kept = match all.len().checked_sub(size) {
        Some(start) if count < 0 && start > 0 => all.get(start..),
        _ if count >= 0 => all.get(..size),
        _ => None,
    };
    string(context, kept.unwrap_or(all))
}

/// Bytes from `start` to `end`: a negative start counts as 0, a negative end as the length.
fn substr(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let all = bytes(args, 2);
    let start = usize::try_from(int(args, 0)).ok();
    let end = usize::try_from(int(args, 1)).ok();
    let part = match (start, end) {
        (None, Some(end)) => all.get(..end),
        (None, None) => None,
        (Some(start), Some(end)) if end <= all.len() => all.get(start..end),
        (Some(start), _) => all.get(start..),
    };
    string(context, part.ok_or("the position is out of range")?)
}

/// At most `width` bytes, with `...` for what is left out before `offset` and at the end.
fn abbreviate(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let Ok(width) = usize::try_from(width) else {
        return text.to_vec();
    };
    let length = text.len();
    if width < 4 || length <= width {
        return text.to_vec();
    }
    let room = width - 3;
    // A negative offset is before the text, so nothing is left out there.
    let offset = usize::try_from(offset)
        .unwrap_or_default()
        .min(length)
        .min(length - room);
    if offset <= 4 {
        return [text.get(..room).unwrap_or_default(), b"..."].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + room < length {
        let rest = text.get(offset..).unwrap_or_default();
        return [b"...", abbreviate_rest(rest, room).as_slice()].concat();
    }
    [b"...", text.get(length - room..).unwrap_or_default()].concat()
}

fn abbreviate_rest(text: &[u8], width: usize) -> Vec<u8> {
    match text.get(..width.saturating_sub(3)) {
        Some(kept) if text.len() > width => [kept, b"..."].concat(),
        _ => text.to_vec(),
    }
}

fn replace(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let (old, new, source) = (text(args, 0), text(args, 1), text(args, 2));
    let count = if old.is_empty() {
        source.len() + 1
    } else {
        source.matches(&*old).count()
    };
    context.charge(count.saturating_mul(new.len()))?;
    string(context, source.replace(&*old, &new))
}

fn indent(context: &mut Context<'_>, args: &[Value]) -> Result<String, String> {
    let source = text(args, 1);
    let width = usize::try_from(int(args, 0)).map_err(|_| "a count can't be negative")?;
    let lines = source.matches('\n').count() + 1;
    context.charge(width.saturating_mul(lines).saturating_add(source.len()))?;
    let pad = " ".repeat(width);
    Ok(format!(
        "{pad}{}",
        source.replace('\n', &format!("\n{pad}"))
    ))
}

/// Go's `strings.SplitN`: at every separator, or into at most `limit` parts; without a separator,
/// into characters.
fn split(source: &str, separator: &str, limit: Option<usize>) -> Vec<Value> {
    let limit = limit.unwrap_or(usize::MAX);
    if !separator.is_empty() {
        return source.splitn(limit, separator).map(Value::from).collect();
    }
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if parts.len() + 1 == limit {
            break;
        }
        let (character, behind) = rest
            .split_at_checked(first.len_utf8())
            .unwrap_or((rest, ""));
        parts.push(character.into());
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(rest.into());
    }
    parts
}

/// Parts as `{"_0": …, "_1": …}`.
fn numbered(context: &mut Context<'_>, parts: Vec<Value>) -> Answer {
    context.charge_elements(parts.len())?;
    let entries: BTreeMap<String, Value> = parts
        .into_iter()
        .enumerate()
        .map(|(position, part)| (format!("_{position}"), part))
        .collect();
    Ok(Value::StringMap(Arc::new(entries)))
}
