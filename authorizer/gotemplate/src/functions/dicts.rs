//! Objects.

use std::collections::BTreeMap;

use super::arguments::{any, list, rest, strings, text};
use super::merge::merge;
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Dict, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[], Param::Any, dict),
    Function::new("get", &[Param::Map, Param::Text], |_, args| {
        let found = lookup(any(args, 0), &text(args, 1));
        Ok(found.unwrap_or_else(|| Value::from("")))
    }),
    Function::new(
        "set",
        &[Param::Map, Param::Text, Param::Any],
        |context, args| {
            let target = context
                .writable(any(args, 0))?
                .ok_or("a nil object can't be changed")?;
            context.charge_elements(1)?;
            // The value may hold the very map that has just become the dict.
            let value = context.current(any(args, 2).clone())?;
            target.insert(text(args, 1).into_owned(), value, &mut context.budget)?;
            Ok(Value::Dict(target))
        },
    ),
    Function::new("unset", &[Param::Map, Param::Text], |context, args| {
        let Some(target) = context.writable(any(args, 0))? else {
            return Ok(Value::NilMap);
        };
        target.entries().remove(&*text(args, 1));
        Ok(Value::Dict(target))
    }),
    Function::new("hasKey", &[Param::Map, Param::Text], |_, args| {
        Ok(Value::Bool(lookup(any(args, 0), &text(args, 1)).is_some()))
    }),
    Function::variadic("pluck", &[Param::Text], Param::Map, |context, args| {
        let key = text(args, 0);
        let found = rest(args, 1)
            .iter()
            .filter_map(|dict| lookup(dict, &key))
            .collect();
        list(context, found)
    }),
    Function::variadic("keys", &[], Param::Map, |context, args| {
        let members = args.iter().filter_map(Value::members);
        let keys = members.flat_map(|entries| {
            entries
                .keys()
                .map(|key| Value::from(key.as_str()))
                .collect::<Vec<_>>()
        });
        let keys = keys.collect();
        strings(context, keys)
    }),
    Function::new("values", &[Param::Map], |context, args| {
        let values = any(args, 0)
            .members()
            .map(|entries| entries.values().cloned().collect());
        list(context, values.unwrap_or_default())
    }),
    Function::variadic("pick", &[Param::Map], Param::Text, |context, args| {
        let keys: Vec<_> = (1..args.len())
            .map(|position| text(args, position))
            .collect();
        filtered(context, any(args, 0), |key| {
            keys.iter().any(|wanted| wanted == key)
        })
    }),
    Function::variadic("omit", &[Param::Map], Param::Text, |context, args| {
        let keys: Vec<_> = (1..args.len())
            .map(|position| text(args, position))
            .collect();
        filtered(context, any(args, 0), |key| {
            !keys.iter().any(|unwanted| unwanted == key)
        })
    }),
    Function::variadic("merge", &[Param::Map], Param::Map, |context, args| {
        merged(context, args, false)
    }),
    Function::variadic("mustMerge", &[Param::Map], Param::Map, |context, args| {
        merged(context, args, false)
    }),
    Function::variadic(
        "mergeOverwrite",
        &[Param::Map],
        Param::Map,
        |context, args| merged(context, args, true),
    ),
    Function::variadic(
        "mustMergeOverwrite",
        &[Param::Map],
        Param::Map,
        |context, args| merged(context, args, true),
    ),
    Function::variadic("dig", &[], Param::Any, dig),
    Function::new("deepCopy", &[Param::Any], deep_copy),
    Function::new("mustDeepCopy", &[Param::Any], deep_copy),
];

fn lookup(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Map(entries) => entries.get(key).cloned(),
        Value::Dict(dict) => dict.entries().get(key).cloned(),
        _ => None,
    }
}

fn dict(context: &mut Context<'_>, args: &[Value]) -> Answer {
    context.charge_elements(args.len())?;
    let dict = Dict::new();
    for pair in args.chunks(2) {
        let key = String::from_utf8_lossy(&context.print(any(pair, 0))?).into_owned();
        let value = pair.get(1).cloned().unwrap_or_else(|| Value::from(""));
        dict.insert(key, value, &mut context.budget)?;
    }
    Ok(Value::Dict(dict))
}

fn filtered(context: &mut Context<'_>, value: &Value, wanted: impl Fn(&str) -> bool) -> Answer {
    let entries = value.members().unwrap_or_default();
    context.charge_elements(entries.len())?;
    let dict = Dict::new();
    for (key, value) in entries.iter().filter(|(key, _)| wanted(key)) {
        dict.insert(key.clone(), value.clone(), &mut context.budget)?;
    }
    Ok(Value::Dict(dict))
}

fn merged(context: &mut Context<'_>, args: &[Value], overwrite: bool) -> Answer {
    let target = context.writable(any(args, 0))?.unwrap_or_default();
    for source in rest(args, 1) {
        merge(context, &target, source, overwrite)?;
    }
    Ok(Value::Dict(target))
}

/// `dig "a" "b" default object`: the value at a path, or the default where it ends early.
fn dig(_: &mut Context<'_>, args: &[Value]) -> Answer {
    let [path @ .., default, object] = args else {
        return Err("at least three arguments are needed".to_owned());
    };
    if path.is_empty() {
        return Err("at least three arguments are needed".to_owned());
    }
    let mut value = object.clone();
    for (position, key) in path.iter().enumerate() {
        let Some(entries) = value.members() else {
            return Err(match position {
                0 => format!("expected an object, got {}", value.type_name()),
                _ => format!("a step of the path is {}, no object", value.type_name()),
            });
        };
        let key = key.as_str().ok_or("the path is made of strings")?;
        match entries.get(key).cloned() {
            Some(found) => value = found,
            None => return Ok(default.clone()),
        }
    }
    Ok(value)
}

fn deep_copy(context: &mut Context<'_>, args: &[Value]) -> Answer {
    if any(args, 0).is_nil() {
        return Err("nil can't be copied".to_owned());
    }
    copy(context, any(args, 0))
}

/// A copy that shares nothing that could be changed.
fn copy(context: &mut Context<'_>, value: &Value) -> Answer {
    match value {
        Value::Map(_) | Value::Dict(_) => {
            let entries: BTreeMap<_, _> = value.members().unwrap_or_default().into_owned();
            context.charge_elements(entries.len())?;
            let dict = Dict::new();
            for (key, value) in entries {
                let value = copy(context, &value)?;
                dict.insert(key, value, &mut context.budget)?;
            }
            Ok(Value::Dict(dict))
        }
        Value::List(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| copy(context, item)).collect();
            list(context, items?)
        }
        other => Ok(other.clone()),
    }
}
