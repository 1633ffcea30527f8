//! Cross-origin requests, with the settings of `serve.api.cors`. See the Fetch standard, section "CORS protocol". The
//! responses are those of [rs/cors](https://pkg.go.dev/github.com/rs/cors), which Oathkeeper uses.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ORIGIN, VARY,
    },
    request::Parts,
};
use oathgate_engine::config::Cors;
use oathgate_gostd::canonical_header_name;

/// `Vary` of the response to a preflight.
const PREFLIGHT_VARIES: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
);

/// The most empty elements in a list of headers.
const MAX_EMPTY_NAMES: usize = 16;

/// The response to a preflight; `None` if the request is not one.
pub(crate) fn preflight(cors: &Cors, parts: &Parts) -> Option<Response<Bytes>> {
    let method = parts.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    if !cors.enabled || parts.method != Method::OPTIONS || method.is_empty() {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(VARY, PREFLIGHT_VARIES);
    let is_allowed = method_is_allowed(cors, method.as_bytes()) && may_send(cors, &parts.headers);
    if is_allowed && let Some(origin) = allowed_origin(cors, &parts.headers) {
        allow(cors, origin, headers);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        let wanted = parts.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
        if wanted.iter().next().is_some_and(|first| !first.is_empty()) {
            for names in wanted {
                headers.append(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
        }
        if cors.max_age != 0 {
            let seconds = cors.max_age.max(0).to_string();
            put(headers, ACCESS_CONTROL_MAX_AGE, &seconds);
        }
    }
    Some(response)
}

/// Adds the headers that let a page read the response to its request.
pub(crate) fn add_headers(cors: &Cors, parts: &Parts, response: &mut HeaderMap) {
    if !cors.enabled {
        return;
    }
    response.append(VARY, HeaderValue::from_static("Origin"));
    if !method_is_allowed(cors, parts.method.as_str().as_bytes()) {
        return;
    }
    if let Some(origin) = allowed_origin(cors, &parts.headers) {
        allow(cors, origin, response);
        if !cors.exposed_headers.is_empty() {
            let names: Vec<_> = cors
                .exposed_headers
                .iter()
                .map(|name| canonical_header_name(name))
                .collect();
            put(response, ACCESS_CONTROL_EXPOSE_HEADERS, &names.join(", "));
        }
    }
}

/// Allows the origin by its name, never by `*`, which browsers refuse together with credentials.
fn allow(cors: &Cors, origin: &HeaderValue, response: &mut HeaderMap) {
    response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if cors.allow_credentials {
        put(response, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
}

fn method_is_allowed(cors: &Cors, method: &[u8]) -> bool {
    method == b"OPTIONS"
        || cors
            .allowed_methods
            .iter()
            .any(|allowed| allowed.as_bytes() == method)
}

/// The origin of a request, if it is allowed. Browsers write origins in lower case.
fn allowed_origin<'h>(cors: &Cors, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
    let value = headers.get(ORIGIN)?;
    let origin = value.to_str().ok().filter(|origin| !origin.is_empty())?;
    cors.allowed_origins
        .iter()
        .any(|pattern| origin_matches(&pattern.to_ascii_lowercase(), origin))
        .then_some(value)
}

/// Whether an origin matches a pattern, in which one `*` matches any text.
fn origin_matches(pattern: &str, origin: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    match pattern.split_once('*') {
        None => pattern == origin,
        Some((before, behind)) => {
            is_bounded(behind)
                && origin.len() >= before.len() + behind.len()
                && origin.starts_with(before)
                && origin.ends_with(behind)
        }
    }
}

/// Whether the part after a `*` is a domain that has one owner. Anyone can register a host that matches
/// `https://*example.com` or `https://*.com`, so such a pattern matches no origin.
fn is_bounded(behind: &str) -> bool {
    let last = behind.rsplit('*').next().unwrap_or_default();
    let Some((_, domain)) = last.split_once('.') else {
        return false;
    };
    let domain = domain.split(':').next().unwrap_or_default();
    domain
        .split_once('.')
        .is_some_and(|(name, top)| !name.is_empty() && !top.is_empty() && !top.ends_with('.'))
}

/// Whether the requested headers are allowed. Browsers write their names in lower case, sorted and once each; a list in
/// another form is not from a browser and is refused.
fn may_send(cors: &Cors, headers: &HeaderMap) -> bool {
    if cors.allowed_headers.iter().any(|own| own == "*") {
        return true;
    }
    let allowed: BTreeSet<_> = cors
        .allowed_headers
        .iter()
        .map(|own| own.to_ascii_lowercase())
        .collect();
    let mut empty = 0;
    let mut last = "";
    for list in headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS) {
        let Ok(list) = list.to_str() else {
            return false;
        };
        for name in list.split(',') {
            let name = without_one_space(name);
            if name.is_empty() {
                empty += 1;
                if empty > MAX_EMPTY_NAMES {
                    return false;
                }
            } else if !allowed.contains(name) || name <= last {
                return false;
            } else {
                last = name;
            }
        }
    }
    true
}

/// A name in a list without one space on either side, which a list may have around commas.
fn without_one_space(name: &str) -> &str {
    let blank = [' ', '\t'];
    let name = name.strip_prefix(blank).unwrap_or(name);
    name.strip_suffix(blank).unwrap_or(name)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
