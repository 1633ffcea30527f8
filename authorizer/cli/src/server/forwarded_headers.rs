//! The `X-Forwarded-*` headers in which a gateway describes the request that is to be decided.

use http::{HeaderValue, request::Parts};

/// The headers that a decision depends on, besides those of the request itself.
const HEADERS: [&str; 4] = [
    "X-Forwarded-Method",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Uri",
];

/// Why the headers do not describe one request. Rules are matched with `scheme://host/path`: a `/` in the host, for
/// example, would become part of the path, and a gateway that adds its own header beside the client's would let the
/// client choose what is decided.
pub(super) fn defect(parts: &Parts) -> Option<String> {
    invalid(parts).map(str::to_owned).or_else(|| {
        conflicting(parts).map(|name| format!("there are {name} headers with different values"))
    })
}

/// Which header does not hold a scheme or a host.
fn invalid(parts: &Parts) -> Option<&'static str> {
    let all = |name: &str, is_valid: fn(&[u8]) -> bool| {
        let mut values = parts
            .headers
            .get_all(name)
            .iter()
            .map(HeaderValue::as_bytes);
        // An empty header counts as missing.
        values.all(|value| value.is_empty() || is_valid(value))
    };
    if !all("X-Forwarded-Proto", is_scheme) {
        return Some("X-Forwarded-Proto is not a valid scheme");
    }
    if !all("X-Forwarded-Host", is_host) {
        return Some("X-Forwarded-Host is not a valid host");
    }
    None
}

/// [RFC 3986, section 3.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.1).
fn is_scheme(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

/// A name or an address, with or without a port: the part of
/// [RFC 3986, section 3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2) that host names use.
fn is_host(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (text, ""),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_literal = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    let fits = match name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
    {
        Some(literal) => !literal.is_empty() && literal.bytes().all(is_literal),
        // A trailing dot is allowed; a label between dots is never empty.
        None => {
            let labels = name.strip_suffix('.').unwrap_or(name);
            name.bytes().all(is_name) && labels.split('.').all(|label| !label.is_empty())
        }
    };
    fits && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first of the headers that occurs with two different values.
fn conflicting(parts: &Parts) -> Option<&'static str> {
    HEADERS.into_iter().find(|name| {
        let mut values = parts.headers.get_all(*name).iter();
        let first = values.next();
        values.any(|value| Some(value) != first)
    })
}

#[cfg(test)]
mod tests;
