//! Headers and parameters that a backend may take for another method or path than the request's own.
//!
//! Frameworks let a form say DELETE by `X-HTTP-Method-Override` or `_method`, and some take the path from
//! `X-Original-URL` or `X-Rewrite-URL`, which IIS and its kin set in front of them. Gateways hand on what the
//! client sends, so a request with one of these is decided about only where what it could be taken for leads
//! to the same rule.

use std::borrow::Cow;

use oathgate_gostd::Query;
use oathgate_router::{Found, Router};
use thiserror::Error;

use super::{
    path::{leads_to_one_rule, requested_path},
    policy::{PathPolicy, Treatment},
};
use crate::{Failure, ReasonCode, Request};

/// Headers that name a method, as frameworks know them.
const METHOD_HEADERS: [&str; 3] = [
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
];

/// Headers that name a path or a URL.
const PATH_HEADERS: [&str; 2] = ["X-Original-URL", "X-Rewrite-URL"];

/// The parameter that names the method of a POST.
const METHOD_PARAMETER: &str = "_method";

/// What [`METHOD_PARAMETER`] can name; any other value is a parameter of the API's own.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// Why a request is refused that a backend could take for another one.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("`{0}` names a method or path that leads to another rule or to none")]
pub(crate) struct Overriding(&'static str);

impl From<Overriding> for Failure {
    fn from(why: Overriding) -> Self {
        Self::bad_request()
            .because(ReasonCode::OverridingHeader)
            .with_cause(why.to_string())
    }
}

/// Makes sure that whatever a backend could take a request for leads to the rule that the request itself
/// leads to.
///
/// # Errors
/// The first header or parameter that leads elsewhere.
pub(crate) fn overrides_lead_to_one_rule(
    request: &Request,
    rule: usize,
    router: &Router,
    policy: PathPolicy,
) -> Result<(), Overriding> {
    if policy.unsafe_paths == Treatment::Allow {
        return Ok(());
    }
    let (methods, paths) = (methods(request), paths(request));
    for (named_by, method) in &methods {
        let other = Request {
            method: method.clone(),
            url: request.url.clone(),
            ..Request::default()
        };
        leads_there(&other, rule, router, policy).map_err(|()| Overriding(named_by))?;
    }
    for (named_by, path) in &paths {
        let own_method = ("", request.method.clone());
        for (_, method) in std::iter::once(&own_method).chain(&methods) {
            let mut other = Request {
                method: method.clone(),
                url: request.url.clone(),
                ..Request::default()
            };
            other.url.path.clone_from(path);
            leads_there(&other, rule, router, policy).map_err(|()| Overriding(named_by))?;
        }
    }
    Ok(())
}

fn leads_there(
    other: &Request,
    rule: usize,
    router: &Router,
    policy: PathPolicy,
) -> Result<(), ()> {
    let asked = requested_path(other, policy).map_err(drop)?;
    match router.find(&other.method, &other.match_url()) {
        Found::One(found) if found == rule => {
            leads_to_one_rule(&asked, other, rule, router).map_err(drop)
        }
        _ => Err(()),
    }
}

/// Each method that a backend could take, with what names it.
fn methods(request: &Request) -> Vec<(&'static str, String)> {
    let mut found: Vec<_> = named_by(request, &METHOD_HEADERS)
        .flat_map(|(header, value)| value.split(',').map(move |one| (header, one)))
        .map(|(header, value)| (header, value.trim().to_ascii_uppercase()))
        .collect();
    let query = request
        .request_uri
        .split_once('?')
        .map_or("", |(_, query)| query);
    if request.method.eq_ignore_ascii_case("POST") && query.contains(['_', '%']) {
        let query = Query::parse(query);
        let values = query.iter().filter(|(name, _)| *name == METHOD_PARAMETER);
        let values = values.flat_map(|(_, values)| values);
        found.extend(
            values
                .map(|value| (METHOD_PARAMETER, value.to_ascii_uppercase()))
                .filter(|(_, value)| METHODS.contains(&value.as_str())),
        );
    }
    found.retain(|(_, method)| !method.is_empty());
    found
}

/// Each path that a backend could take, with what names it.
fn paths(request: &Request) -> Vec<(&'static str, String)> {
    named_by(request, &PATH_HEADERS)
        .flat_map(|(header, value)| each_of(value).map(move |one| (header, one)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(header, value)| (header, path_of(value).into_owned()))
        .collect()
}

/// A value, and where it may be several that were joined, each of them: a path can hold a comma.
fn each_of(value: &str) -> impl Iterator<Item = &str> {
    let parts = value.split(',').map(str::trim);
    std::iter::once(value).chain(parts.filter(|part| part.starts_with('/') || part.contains("://")))
}

/// The values of the headers of these names, with underscores for hyphens too, as servers that hand headers
/// on as variables read them.
fn named_by<'r>(
    request: &'r Request,
    headers: &'static [&'static str],
) -> impl Iterator<Item = (&'static str, &'r str)> {
    request.header.iter().filter_map(move |(name, value)| {
        let known = headers.iter().find(|known| is_spelling(name, known))?;
        Some((*known, value))
    })
}

fn is_spelling(name: &str, of: &str) -> bool {
    let same =
        |(one, other): (u8, u8)| one.eq_ignore_ascii_case(&other) || (one == b'_' && other == b'-');
    name.len() == of.len() && name.bytes().zip(of.bytes()).all(same)
}

/// The path of a URL or of a part of one, from its slash to its query.
fn path_of(value: &str) -> Cow<'_, str> {
    let path = match value.split_once("://") {
        Some((_, behind)) if !value.starts_with('/') => behind
            .find('/')
            .map_or("/", |at| behind.get(at..).unwrap_or_default()),
        _ => value,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with('/') {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(format!("/{path}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oathgate_gostd::Url;

    fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request {
            method: method.to_owned(),
            url: Url {
                path: uri.split('?').next().unwrap_or_default().to_owned(),
                ..Url::default()
            },
            request_uri: uri.to_owned(),
            ..Request::default()
        };
        for (name, value) in headers {
            request.header.add(name, value);
        }
        request
    }

    #[test]
    fn every_spelling_of_a_header_names_its_methods() {
        for (headers, named) in [
            (&[("X-HTTP-Method-Override", "delete")][..], &["DELETE"][..]),
            (&[("x_http_method_override", "PUT")], &["PUT"]),
            (&[("X-Method-Override", "GET, PUT")], &["GET", "PUT"]),
            (
                &[("X-HTTP-Method", "GET"), ("x-http-method", "PUT")],
                &["GET", "PUT"],
            ),
            (&[("X-HTTP-Method", ""), ("X-HTTP-Methods", "PUT")], &[]),
        ] {
            let found: Vec<_> = methods(&request("POST", "/", headers))
                .into_iter()
                .map(|(_, method)| method)
                .collect();
            assert_eq!(found, named, "{headers:?}");
        }
    }

    #[test]
    fn a_parameter_names_the_method_of_a_post_alone() {
        for (method, uri, named) in [
            ("POST", "/a?_method=delete", &["DELETE"][..]),
            (
                "POST",
                "/a?_method=GET&b=c&%5Fmethod=%50UT",
                &["GET", "PUT"],
            ),
            ("GET", "/a?_method=DELETE", &[]),
            ("POST", "/a?_method=paypal&method=DELETE", &[]),
            ("POST", "/a", &[]),
        ] {
            let found: Vec<_> = methods(&request(method, uri, &[]))
                .into_iter()
                .map(|(_, method)| method)
                .collect();
            assert_eq!(found, named, "{uri}");
        }
    }

    #[test]
    fn a_header_names_a_path_as_backends_read_it() {
        for (value, path) in [
            ("/a/b?c=d", "/a/b"),
            ("https://api.example.com/a#b", "/a"),
            ("https://api.example.com", "/"),
            ("a/b", "/a/b"),
            ("//a/b", "//a/b"),
            ("/a?b=://c/d", "/a"),
        ] {
            assert_eq!(path_of(value), path, "{value}");
        }
    }

    #[test]
    fn a_header_may_hold_several_paths() {
        for (value, named) in [
            ("/a, /b", &["/a, /b", "/a", "/b"][..]),
            (
                "/a,https://api.example.com/b",
                &["/a,https://api.example.com/b", "/a", "/b"],
            ),
            ("/a,b", &["/a,b", "/a"]),
            ("", &[]),
        ] {
            let found: Vec<_> = paths(&request("GET", "/", &[("X-Original-URL", value)]))
                .into_iter()
                .map(|(_, path)| path)
                .collect();
            assert_eq!(found, named, "{value}");
        }
    }
}
