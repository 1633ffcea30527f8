//! Redirects from a path such as `/decisions//a` to the clean one, as Go's
//! [`ServeMux`](https://pkg.go.dev/net/http#ServeMux) gives them.

use bytes::Bytes;
use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
    request::Parts,
};
use oathgate_engine::{clean_path, handlers::errors::escape_html};
use oathgate_gostd::Url;

/// The redirect to the clean path; `None` where the request's path is clean.
pub(crate) fn redirect(parts: &Parts) -> Option<Response<Bytes>> {
    let path = parts.uri.path();
    let mut clean = clean_path(path).into_owned();
    if path.ends_with('/') && clean != "/" {
        clean.push('/');
    }
    if clean == path || !path.starts_with('/') {
        return None;
    }
    // Go takes the escaped path for a plain one and escapes it once more. That includes a backslash, which
    // browsers read as a slash: `/\evil.example` would lead to another site.
    let clean = Url {
        path: clean,
        ..Url::default()
    };
    let mut location = clean.escaped_path().into_owned();
    if let Some(query) = parts.uri.query() {
        location.push('?');
        location.push_str(query);
    }
    let page = if parts.method == Method::GET {
        let href = escape_html(&location);
        Bytes::from(format!("<a href=\"{href}\">Temporary Redirect</a>.\n\n"))
    } else {
        Bytes::new()
    };
    let mut response = Response::new(page);
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(&location).ok()?);
    if matches!(parts.method, Method::GET | Method::HEAD) {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
    }
    Some(response)
}
