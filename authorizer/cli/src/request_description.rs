//! A request that a command line or a test file describes, as a browser would send it.

use std::net::IpAddr;

use oathgate_engine::Request;
use oathgate_gostd::{Url, is_token};
use thiserror::Error;

/// The description of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestDescription<'a> {
    /// The method.
    pub(crate) method: &'a str,
    /// The whole URL; its fragment is not sent.
    pub(crate) url: &'a str,
    /// Headers in their order, with repeats. `Host` among them overrides the URL's host.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The client's address.
    pub(crate) remote_addr: Option<IpAddr>,
}

/// Why a description is not one of a request.
#[derive(Debug, Error)]
pub(crate) enum RequestDescriptionError {
    /// The header is named by its position, because it may hold a cookie or a token.
    #[error("header {0} of the request is not valid: write `Name: value`")]
    Header(usize),
    /// The URL is shown without its query and user information, which may hold a token or a password.
    #[error("`{0}` is not a valid URL: write `https://host/path`")]
    Url(String),
    #[error("`{0}` is not a valid method: write one such as `GET`")]
    Method(String),
}

impl RequestDescription<'_> {
    /// The request.
    ///
    /// # Errors
    /// The URL has no scheme or host or has user information; the method or a header is not valid.
    pub(crate) fn to_request(self) -> Result<Request, RequestDescriptionError> {
        if !is_token(self.method) {
            return Err(RequestDescriptionError::Method(self.method.to_owned()));
        }
        let (scheme, host, request_uri) = split(self.url)?;
        let (path, query) = request_uri.split_once('?').unwrap_or((&request_uri, ""));
        let mut request = Request {
            method: self.method.to_owned(),
            url: Url {
                scheme: scheme.to_owned(),
                host: host.to_owned(),
                path: path.to_owned(),
                raw_query: query.to_owned(),
                ..Url::default()
            },
            host: host.to_owned(),
            remote_addr: self.remote_addr,
            ..Request::default()
        };
        request.request_uri = request_uri;
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let (name, value) = (name.trim(), value.trim());
            if !is_token(name) || value.contains(['\r', '\n', '\0']) {
                return Err(RequestDescriptionError::Header(index + 1));
            }
            if name.eq_ignore_ascii_case("host") {
                // A server takes this one for its own name, as with `curl -H 'Host: …'`.
                value.clone_into(&mut request.host);
                value.clone_into(&mut request.url.host);
            } else {
                request.header.add(name, value);
            }
        }
        Ok(request)
    }
}

/// The scheme, the host and the request URI (path and query, `/` where there is no path) of a URL.
fn split(url: &str) -> Result<(&str, &str, String), RequestDescriptionError> {
    let sent = url.split('#').next().unwrap_or_default();
    let shown = sent.split('?').next().unwrap_or_default();
    let invalid = |shown: &str| RequestDescriptionError::Url(shown.to_owned());
    let (scheme, rest) = sent.split_once("://").ok_or_else(|| invalid(shown))?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, target) = rest.split_at_checked(end).ok_or_else(|| invalid(shown))?;
    if scheme.is_empty() || host.is_empty() || host.contains('@') {
        return Err(invalid(shown.rsplit('@').next().unwrap_or_default()));
    }
    let request_uri = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    };
    Ok((scheme, host, request_uri))
}
