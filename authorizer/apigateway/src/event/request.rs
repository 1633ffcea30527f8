//! The request of an event.

use std::borrow::Cow;

use bytes::Bytes;
use oathgate_engine::{AddressHeaders, Request};
use oathgate_gostd::{Header, Url};
use thiserror::Error;

use super::{Event, EventKind, Query};

/// Headers that a WebSocket API sets for the backend: the connection that a request belongs to, and what
/// happened to it.
const SET_BY_WEB_SOCKET_APIS: [&str; 2] = ["Oathgate-Connection-Id", "Oathgate-Event"];

/// Why an event cannot be decided about. The texts hold nothing the client sent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EventError {
    /// It is not the JSON of an event.
    #[error("the event cannot be read (line {line}, column {column})")]
    Json {
        /// The line the reader stopped at.
        line: usize,
        /// The column in it.
        column: usize,
    },
    /// It comes from an authorizer of type `TOKEN`.
    #[error("the event is a TOKEN authorizer's: make it a REQUEST authorizer")]
    Token,
    /// It comes from something else.
    #[error("the event is not of a REQUEST authorizer")]
    Kind,
    /// It does not name the method or route to allow.
    #[error("the event has no `methodArn` or `routeArn`")]
    Arn,
    /// It does not name the request's method.
    #[error("the event has no method")]
    Method,
    /// It does not name the request's path.
    #[error("the event has no path that begins with a slash")]
    Path,
    /// It does not name the host that the client sent the request to.
    #[error("the event has no `requestContext.domainName`: set `{}`", oathgate_settings::authorizer::PUBLIC_HOST.name)]
    Host,
}

impl Event<'_> {
    /// The request that rules decide about. `public_host` wins over the event's domain.
    ///
    /// # Errors
    /// An event without method, path or host.
    pub fn request(&self, public_host: Option<&str>) -> Result<Request, EventError> {
        if self.method.is_empty() {
            return Err(EventError::Method);
        }
        let host = match public_host {
            Some(host) => host,
            None if self.domain.is_empty() => return Err(EventError::Host),
            None => &self.domain,
        };
        let path = self.raw_path();
        if !path.starts_with('/') {
            return Err(EventError::Path);
        }
        let raw_query = match &self.query {
            Query::Raw(raw) => raw.clone().into_owned(),
            Query::Decoded(pairs) => encoded(pairs),
        };
        let mut request_uri = String::with_capacity(path.len() + 1 + raw_query.len());
        request_uri.push_str(&path);
        if !raw_query.is_empty() {
            request_uri.push('?');
            request_uri.push_str(&raw_query);
        }
        Ok(Request {
            method: self.method.clone().into_owned(),
            url: Url {
                scheme: "https".to_owned(),
                host: host.to_owned(),
                path: path.into_owned(),
                raw_query,
                ..Url::default()
            },
            header: self.header(),
            host: host.to_owned(),
            request_uri,
            remote_addr: self.source_ip.parse().ok(),
            address_headers: AddressHeaders::Ignored,
            body: Bytes::new(),
            set_by_gateway: match self.kind {
                EventKind::WebSocket => &SET_BY_WEB_SOCKET_APIS,
                EventKind::Rest | EventKind::HttpV1 | EventKind::HttpV2 => &[],
            },
        })
    }

    /// Go keeps `Host` apart from the other headers.
    fn header(&self) -> Header {
        let bytes = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| name.len() + value.len();
        let mut header =
            Header::with_capacity(self.headers.len(), self.headers.iter().map(bytes).sum());
        for (name, value) in &self.headers {
            if !name.eq_ignore_ascii_case("host") {
                header.add(name, value);
            }
        }
        header
    }

    /// The path as the client wrote it, without the stage.
    fn raw_path(&self) -> Cow<'_, str> {
        let path = self.path_without_stage();
        if self.kind != EventKind::HttpV2 {
            return Cow::Borrowed(path);
        }
        // Payload 2.0 has the path decoded, rules see it as it is written in a URL.
        let decoded = Url {
            path: path.to_owned(),
            ..Url::default()
        };
        Cow::Owned(decoded.escaped_path().into_owned())
    }

    /// An HTTP API's own domain has the stage in front of the path, which neither a custom domain nor
    /// the backend sees; a REST API's event leaves it out itself.
    fn path_without_stage(&self) -> &str {
        let path = self.path.as_ref();
        let own_domain = self.domain.contains(".execute-api.");
        let http_api = matches!(self.kind, EventKind::HttpV1 | EventKind::HttpV2);
        if !http_api || !own_domain || self.stage.is_empty() || self.stage == "$default" {
            return path;
        }
        match path
            .strip_prefix('/')
            .and_then(|rest| rest.strip_prefix(self.stage.as_ref()))
        {
            Some("") => "/",
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }
}

/// Writes a query anew. Only what [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)
/// calls unreserved stays as it is, so that every reader reads the same names and values.
fn encoded(pairs: &[(Cow<'_, str>, Cow<'_, str>)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
            out.extend(['%', digit(byte >> 4), digit(byte & 0xF)]);
        }
    }
}
