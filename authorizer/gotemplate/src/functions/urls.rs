//! `urlParse` and `urlJoin`: Go's [net/url](https://pkg.go.dev/net/url) as far as they show it.

use std::collections::BTreeMap;

use oathgate_gostd::{Url, bytes_of_text, text_from_bytes};

use super::arguments::{any, bytes, string};
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Dict, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("urlParse", &[Param::Text], parse),
    Function::new("urlJoin", &[Param::Map], join),
];

fn parse(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let text = bytes(args, 0);
    context.charge(text.len().saturating_mul(4))?;
    let url = read(text)?;
    let user = url.user.as_ref().map(ToString::to_string);
    let entries = [
        ("scheme", url.scheme.as_str()),
        ("hostname", url.hostname()),
        ("host", &url.host),
        ("path", &url.path),
        ("query", &url.raw_query),
        ("opaque", &url.opaque),
        ("fragment", &url.fragment),
        ("userinfo", user.as_deref().unwrap_or_default()),
    ];
    let entries = entries.map(|(key, text)| {
        let bytes = bytes_of_text(text).into_owned();
        (key.to_owned(), Value::from_bytes(bytes))
    });
    Ok(Value::Dict(Dict::from(BTreeMap::from(entries))))
}

fn join(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let entries = any(args, 0).members().unwrap_or_default();
    let part = |key: &str| match entries.get(key) {
        None => Ok(String::new()),
        Some(value) => value
            .as_bytes()
            .map(|bytes| text_from_bytes(bytes).into_owned())
            .ok_or_else(|| format!("`{key}` must be a string, not {}", value.type_name())),
    };
    let user = match part("userinfo")?.as_str() {
        "" => None,
        user => read(format!("proto://{user}@host").as_bytes())?.user,
    };
    let url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        raw_query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user,
        ..Url::default()
    };
    string(context, bytes_of_text(&url.to_string()))
}

/// Go's `url.Parse`. The error does not quote the URL, which is data.
fn read(url: &[u8]) -> Result<Url, String> {
    Url::parse(&text_from_bytes(url))
        .map_err(|error| format!("the URL is not valid: {}", error.reason))
}
