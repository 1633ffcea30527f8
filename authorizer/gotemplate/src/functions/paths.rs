//! Paths with slashes: Go's [path](https://pkg.go.dev/path). The `os…` functions are the same, as on
//! Linux.

use oathgate_gostd::clean_path;

use super::arguments::{string, text};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base", &[Param::Text], base),
    Function::new("osBase", &[Param::Text], base),
    Function::new("dir", &[Param::Text], dir),
    Function::new("osDir", &[Param::Text], dir),
    Function::new("clean", &[Param::Text], clean),
    Function::new("osClean", &[Param::Text], clean),
    Function::new("ext", &[Param::Text], ext),
    Function::new("osExt", &[Param::Text], ext),
    Function::new("isAbs", &[Param::Text], is_abs),
    Function::new("osIsAbs", &[Param::Text], is_abs),
];

fn base(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let path = text(args, 0);
    let trimmed = path.trim_end_matches('/');
    let last = trimmed.rsplit_once('/').map_or(trimmed, |(_, last)| last);
    string(
        context,
        match (path.is_empty(), last) {
            (true, _) => ".",
            (false, "") => "/",
            (false, last) => last,
        },
    )
}

fn dir(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let path = text(args, 0);
    let parent = path
        .rfind('/')
        .and_then(|slash| path.get(..=slash))
        .unwrap_or_default();
    string(context, clean_path(parent).into_owned())
}

fn clean(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let path = clean_path(&text(args, 0)).into_owned();
    string(context, path)
}

fn ext(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let path = text(args, 0);
    let last = path.rsplit_once('/').map_or(&*path, |(_, last)| last);
    let ext = last
        .rfind('.')
        .and_then(|dot| last.get(dot..))
        .unwrap_or_default();
    string(context, ext)
}

fn is_abs(_: &mut Context<'_>, args: &[Value]) -> Answer {
    Ok(Value::Bool(text(args, 0).starts_with('/')))
}
