//! `urlParse` and `urlJoin`: Go's [net/url](https://pkg.go.dev/net/url) as far as they show it.

mod escaping;
mod parse;

use std::collections::BTreeMap;

use super::arguments::{any, string, text};
use super::{Answer, Function, Param};
use crate::run::Context;
use crate::{Dict, Value};
use escaping::{Part, escape, unescape};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("urlParse", &[Param::Text], |context, args| {
        let url = text(args, 0);
        context.charge(url.len().saturating_mul(4))?;
        let url = parse::Url::parse(&url)?;
        let hostname = Value::from_bytes(url.hostname().to_vec());
        let entries = [
            ("scheme", url.scheme.into()),
            ("hostname", hostname),
            ("host", Value::from_bytes(url.host)),
            ("path", Value::from_bytes(url.path)),
            ("query", url.query.into()),
            ("opaque", url.opaque.into()),
            ("fragment", Value::from_bytes(url.fragment)),
            ("userinfo", url.user.into()),
        ];
        let entries = entries.map(|(key, value): (&str, Value)| (key.to_owned(), value));
        Ok(Value::Dict(Dict::from(BTreeMap::from(entries))))
    }),
    Function::new("urlJoin", &[Param::Map], join),
];

fn join(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let entries = any(args, 0).members().unwrap_or_default();
    let part = |key: &str| match entries.get(key) {
        None => Ok(Vec::new()),
        Some(value) => value
            .as_bytes()
            .map(<[u8]>::to_vec)
            .ok_or_else(|| format!("`{key}` must be a string, not {}", value.type_name())),
    };
    let (scheme, host, path) = (part("scheme")?, part("host")?, part("path")?);
    let (query, opaque, fragment) = (part("query")?, part("opaque")?, part("fragment")?);
    let user = match String::from_utf8_lossy(&part("userinfo")?).as_ref() {
        "" => String::new(),
        user => parse::Url::parse(&format!("proto://{user}@host"))?.user,
    };
    let mut out = Vec::new();
    if !scheme.is_empty() {
        out.extend_from_slice(&scheme);
        out.push(b':');
    }
    if opaque.is_empty() {
        if !(host.is_empty() && user.is_empty() && (scheme.is_empty() || path.is_empty())) {
            out.extend_from_slice(b"//");
        }
        if !user.is_empty() {
            out.extend_from_slice(user.as_bytes());
            out.push(b'@');
        }
        out.extend_from_slice(&escape(&host, Part::Host));
        let path = if path == b"*" {
            path
        } else {
            escape(&path, Part::Path)
        };
        if !path.is_empty() && !path.starts_with(b"/") && !host.is_empty() {
            out.push(b'/');
        }
        let first = path.split(|byte| *byte == b'/').next().unwrap_or_default();
        if out.is_empty() && first.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend_from_slice(&path);
    } else {
        out.extend_from_slice(&opaque);
    }
    for (mark, part) in [(b'?', query), (b'#', escape(&fragment, Part::Fragment))] {
        if !part.is_empty() {
            out.push(mark);
            out.extend_from_slice(&part);
        }
    }
    string(context, out)
}
