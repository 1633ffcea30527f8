//! A request as a client sends it, and the event that API Gateway makes of it.

use std::{borrow::Cow, net::IpAddr};

use oathgate_engine::stage::ApiKind;
use percent_encoding::percent_decode_str;

use crate::{Event, EventKind, event::Query};

/// What an ARN begins with; the account, the API and the region are examples, of usual length.
const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:abcdefghij";

/// A stage whose name is in no path.
const STAGE: &str = "$default";

/// A request as a client sends it.
#[derive(Clone, Debug)]
pub struct SentRequest<'r> {
    /// The method.
    pub method: &'r str,
    /// The host that it is sent to.
    pub host: &'r str,
    /// The path, as it is written.
    pub path: &'r str,
    /// The query, as it is written, without `?`.
    pub query: &'r str,
    /// The headers in order, with their repeats, under the names that the client wrote.
    pub headers: Vec<(&'r str, &'r str)>,
    /// The client's address.
    pub remote_addr: Option<IpAddr>,
}

impl<'r> SentRequest<'r> {
    /// The event that an API of this kind sends to its authorizer. The event names no resource: which path
    /// the backend is sent is told by the host.
    #[must_use]
    pub fn event(&self, api: ApiKind) -> Event<'r> {
        let event = Event {
            request_id: Cow::Borrowed("example"),
            method: Cow::Borrowed(self.method),
            stage: Cow::Borrowed(STAGE),
            domain: Cow::Borrowed(self.host),
            source_ip: self
                .remote_addr
                .map_or_else(Cow::default, |address| Cow::Owned(address.to_string())),
            ..Event::default()
        };
        let sent = || self.headers.iter();
        match api {
            ApiKind::Rest => Event {
                kind: EventKind::Rest,
                arn: Cow::Owned(format!("{ARN}/{STAGE}/{}{}", self.method, self.path)),
                path: Cow::Borrowed(self.path),
                headers: sent()
                    .map(|&(name, value)| (name.into(), value.into()))
                    .collect(),
                query: Query::Decoded(decoded(self.query)),
                ..event
            },
            ApiKind::Http => Event {
                kind: EventKind::HttpV2,
                arn: Cow::Owned(format!("{ARN}/{STAGE}/{}{}", self.method, self.path)),
                path: Cow::Owned(
                    percent_decode_str(self.path)
                        .decode_utf8_lossy()
                        .into_owned(),
                ),
                headers: joined(&self.headers),
                query: Query::Raw(Cow::Borrowed(self.query)),
                ..event
            },
            // A WebSocket is opened with GET, and its URL has no path of its own.
            ApiKind::WebSocket => Event {
                kind: EventKind::WebSocket,
                arn: Cow::Owned(format!("{ARN}/{STAGE}/$connect")),
                method: Cow::Borrowed("GET"),
                path: Cow::Borrowed("/"),
                headers: sent()
                    .map(|&(name, value)| (name.into(), value.into()))
                    .collect(),
                query: Query::Decoded(decoded(self.query)),
                ..event
            },
        }
    }
}

/// Headers as an HTTP API's payload 2.0 has them: in lower case, repeats joined.
fn joined<'r>(headers: &[(&'r str, &'r str)]) -> Vec<(Cow<'r, str>, Cow<'r, str>)> {
    let mut all: Vec<(Cow<'r, str>, Cow<'r, str>)> = Vec::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        let separator = if name == "cookie" { "; " } else { "," };
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.to_mut().extend([separator, value]),
            None => all.push((Cow::Owned(name), Cow::Borrowed(value))),
        }
    }
    all
}

/// The names and values of a query.
fn decoded(query: &str) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
    let text = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
        Cow::Owned(decoded)
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}
