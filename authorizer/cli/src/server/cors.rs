//! Cross-origin requests, as `serve.api.cors` says. See the Fetch standard, section "CORS protocol";
//! answers are those of [rs/cors](https://pkg.go.dev/github.com/rs/cors), which Oathkeeper uses.

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
use oathgate_engine::{config::Cors, go::canonical_header_name};

/// What the answer to a preflight depends on.
const PREFLIGHT_VARIES: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
);

/// How many empty elements a list of headers may have.
const EMPTY_NAMES: usize = 16;

/// Answers a preflight itself; `None` where the request is none.
pub(crate) fn preflight(cors: &Cors, parts: &Parts) -> Option<Response<Bytes>> {
    let method = parts.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    if !cors.enabled || parts.method != Method::OPTIONS || method.is_empty() {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(VARY, PREFLIGHT_VARIES);
    let may_ask = method_is_allowed(cors, method.as_bytes()) && may_send(cors, &parts.headers);
    if may_ask && let Some(origin) = allowed_origin(cors, &parts.headers) {
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

/// Adds what lets a page read the answer to its request.
pub(crate) fn open(cors: &Cors, parts: &Parts, answer: &mut HeaderMap) {
    if !cors.enabled {
        return;
    }
    answer.append(VARY, HeaderValue::from_static("Origin"));
    if !method_is_allowed(cors, parts.method.as_str().as_bytes()) {
        return;
    }
    if let Some(origin) = allowed_origin(cors, &parts.headers) {
        allow(cors, origin, answer);
        if !cors.exposed_headers.is_empty() {
            let names: Vec<_> = cors
                .exposed_headers
                .iter()
                .map(|name| canonical_header_name(name))
                .collect();
            put(answer, ACCESS_CONTROL_EXPOSE_HEADERS, &names.join(", "));
        }
    }
}

/// The origin is named itself, never as `*`, which browsers refuse together with credentials.
fn allow(cors: &Cors, origin: &HeaderValue, answer: &mut HeaderMap) {
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if cors.allow_credentials {
        put(answer, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
}

fn method_is_allowed(cors: &Cors, asked: &[u8]) -> bool {
    asked == b"OPTIONS"
        || cors
            .allowed_methods
            .iter()
            .any(|own| own.as_bytes() == asked)
}

/// The origin of a request, if it may ask. Browsers write origins in lower case.
fn allowed_origin<'h>(cors: &Cors, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
    let value = headers.get(ORIGIN)?;
    let origin = value.to_str().ok().filter(|origin| !origin.is_empty())?;
    cors.allowed_origins
        .iter()
        .any(|pattern| origin_matches(&pattern.to_ascii_lowercase(), origin))
        .then_some(value)
}

/// Whether an origin is the one of a pattern, with one `*` for any text.
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

/// Whether what stands behind a `*` is a domain that somebody owns. Behind `https://*example.com` and
/// `https://*.com` anybody can register a host, so that such a pattern holds for nobody.
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

/// Whether a request may have the headers it wants. Browsers write their names in lower case, sorted
/// and once each; a list that is written otherwise is none of theirs.
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
            let name = without_one_blank(name);
            if name.is_empty() {
                empty += 1;
                if empty > EMPTY_NAMES {
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

/// A list may have one blank on either side of a comma.
fn without_one_blank(name: &str) -> &str {
    let blank = [' ', '\t'];
    let name = name.strip_prefix(blank).unwrap_or(name);
    name.strip_suffix(blank).unwrap_or(name)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
