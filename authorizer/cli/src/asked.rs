//! A request that a command line or a test file describes, as a browser would send it.

use std::net::IpAddr;

use oathgate_engine::{
    Request,
    go::{Url, is_token},
};
use thiserror::Error;

/// What keeps a description from being a request.
#[derive(Debug, Error)]
pub(crate) enum AskedError {
    /// A header may hold a cookie or a token, so that it is told by its number.
    #[error("header {0} of the request is none: write `Name: value`")]
    Header(usize),
    /// Without the query, which may hold a token.
    #[error("`{0}` is no URL to ask for: write `https://host/path`")]
    Url(String),
    #[error("`{0}` is no method")]
    Method(String),
}

/// The request for a URL. Headers come in order, with repeats; `Host` among them wins over the URL's.
pub(crate) fn request<'a>(
    method: &str,
    url: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    remote_addr: Option<IpAddr>,
) -> Result<Request, AskedError> {
    let asked = url.split('#').next().unwrap_or_default();
    let shown = asked.split('?').next().unwrap_or_default();
    let wrong = || AskedError::Url(shown.to_owned());
    let (scheme, rest) = asked.split_once("://").ok_or_else(wrong)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, request_uri) = rest.split_at_checked(end).ok_or_else(wrong)?;
    // Nobody's password is part of what a gateway is asked for.
    if scheme.is_empty() || host.is_empty() || host.contains('@') {
        return Err(AskedError::Url(
            shown.rsplit('@').next().unwrap_or_default().to_owned(),
        ));
    }
    let request_uri = if request_uri.starts_with('/') {
        request_uri.to_owned()
    } else {
        format!("/{request_uri}")
    };
    let (path, query) = request_uri.split_once('?').unwrap_or((&request_uri, ""));
    if !is_token(method) {
        return Err(AskedError::Method(method.to_owned()));
    }
    let mut request = Request {
        method: method.to_owned(),
        url: Url {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            raw_query: query.to_owned(),
            ..Url::default()
        },
        host: host.to_owned(),
        remote_addr,
        ..Request::default()
    };
    request.request_uri = request_uri;
    for (index, (name, value)) in headers.into_iter().enumerate() {
        let (name, value) = (name.trim(), value.trim());
        if !is_token(name) || value.contains(['\r', '\n', '\0']) {
            return Err(AskedError::Header(index + 1));
        }
        if name.eq_ignore_ascii_case("host") {
            // What a server is told is its own name, as with `curl -H 'Host: …'`.
            value.clone_into(&mut request.host);
            value.clone_into(&mut request.url.host);
        } else {
            request.header.add(name, value);
        }
    }
    Ok(request)
}
