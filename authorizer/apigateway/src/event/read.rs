//! Reads an event's JSON.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Event, EventError, EventKind, Query,
    text::{Entries, Text, Values},
};

/// Every field that some kind of event has and a decision needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Raw<'e> {
    #[serde(borrow, rename = "type")]
    authorizer: Option<Text<'e>>,
    #[serde(borrow)]
    version: Option<Text<'e>>,
    #[serde(borrow)]
    method_arn: Option<Text<'e>>,
    #[serde(borrow)]
    route_arn: Option<Text<'e>>,
    #[serde(borrow)]
    http_method: Option<Text<'e>>,
    #[serde(borrow)]
    resource: Option<Text<'e>>,
    #[serde(borrow)]
    route_key: Option<Text<'e>>,
    #[serde(borrow)]
    path_parameters: Entries<'e, Option<Text<'e>>>,
    #[serde(borrow)]
    path: Option<Text<'e>>,
    #[serde(borrow)]
    raw_path: Option<Text<'e>>,
    #[serde(borrow)]
    raw_query_string: Option<Text<'e>>,
    #[serde(borrow)]
    cookies: Values<'e>,
    #[serde(borrow)]
    headers: Entries<'e, Values<'e>>,
    #[serde(borrow)]
    multi_value_headers: Entries<'e, Values<'e>>,
    #[serde(borrow)]
    query_string_parameters: Entries<'e, Values<'e>>,
    #[serde(borrow)]
    multi_value_query_string_parameters: Entries<'e, Values<'e>>,
    #[serde(borrow)]
    request_context: Option<RawContext<'e>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawContext<'e> {
    #[serde(borrow)]
    domain_name: Option<Text<'e>>,
    #[serde(borrow)]
    stage: Option<Text<'e>>,
    #[serde(borrow)]
    request_id: Option<Text<'e>>,
    #[serde(borrow)]
    event_type: Option<Text<'e>>,
    #[serde(borrow)]
    identity: Option<RawIdentity<'e>>,
    #[serde(borrow)]
    http: Option<RawHttp<'e>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawIdentity<'e> {
    #[serde(borrow)]
    source_ip: Option<Text<'e>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawHttp<'e> {
    #[serde(borrow)]
    method: Option<Text<'e>>,
    #[serde(borrow)]
    source_ip: Option<Text<'e>>,
}

impl<'e> Event<'e> {
    /// Reads an event. Nothing of it is in the error's text.
    ///
    /// # Errors
    /// A text that is no event of a REQUEST authorizer.
    pub fn read(text: &'e str) -> Result<Self, EventError> {
        let raw: Raw<'e> = serde_json::from_str(text).map_err(|error| EventError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        raw.into_event()
    }
}

impl<'e> Raw<'e> {
    fn into_event(self) -> Result<Event<'e>, EventError> {
        let kind = self.kind()?;
        let context = self.request_context.unwrap_or_default();
        let http = context.http.unwrap_or_default();
        let identity = context.identity.unwrap_or_default();
        let arn = match kind {
            EventKind::HttpV2 => self.route_arn,
            _ => self.method_arn,
        };
        let (method, path, source_ip) = match kind {
            EventKind::HttpV2 => (http.method, self.raw_path, http.source_ip),
            EventKind::Rest | EventKind::HttpV1 => {
                (self.http_method, self.path, identity.source_ip)
            }
            // A WebSocket is opened with GET (RFC 6455 section 4.1), and its URL has no path of its own.
            EventKind::WebSocket => (
                Some(Text("GET".into())),
                Some(Text("/".into())),
                identity.source_ip,
            ),
        };
        let query = match self.raw_query_string {
            Some(raw) if kind == EventKind::HttpV2 => Query::Raw(raw.0),
            _ => Query::Decoded(one_of(
                self.multi_value_query_string_parameters,
                self.query_string_parameters,
                |known, name| known == name,
            )),
        };
        let mut headers = one_of(self.multi_value_headers, self.headers, |a, b| {
            a.eq_ignore_ascii_case(b)
        });
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.into_iter().collect();
            headers.push(("Cookie".into(), cookies.join("; ").into()));
        }
        Ok(Event {
            kind,
            arn: arn
                .filter(|arn| !arn.0.is_empty())
                .ok_or(EventError::Arn)?
                .0,
            request_id: or_empty(context.request_id),
            method: or_empty(method),
            path: or_empty(path),
            resource: or_empty(match kind {
                EventKind::HttpV2 => self.route_key,
                _ => self.resource,
            }),
            path_parameters: self
                .path_parameters
                .0
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?.0)))
                .collect(),
            stage: or_empty(context.stage),
            domain: or_empty(context.domain_name),
            source_ip: or_empty(source_ip),
            headers,
            query,
        })
    }

    fn kind(&self) -> Result<EventKind, EventError> {
        match self.authorizer.as_ref().map(|text| &*text.0) {
            Some("REQUEST") => {}
            Some("TOKEN") => return Err(EventError::Token),
            _ => return Err(EventError::Kind),
        }
        let context = self.request_context.as_ref();
        let version = self.version.as_ref().map(|text| &*text.0);
        let event_type = context.and_then(|context| context.event_type.as_ref());
        Ok(match (version, event_type) {
            _ if self.route_arn.is_some() => EventKind::HttpV2,
            (_, Some(event)) if event.0 == "CONNECT" => EventKind::WebSocket,
            (_, Some(_)) => return Err(EventError::Kind),
            // A REST API's event has no version, and names its resource.
            (Some("1.0"), None) => EventKind::HttpV1,
            _ => EventKind::Rest,
        })
    }
}

fn or_empty(text: Option<Text<'_>>) -> Cow<'_, str> {
    text.unwrap_or_default().0
}

/// All values of `many`, and of `single` those whose names `many` lacks.
fn one_of<'e>(
    many: Entries<'e, Values<'e>>,
    single: Entries<'e, Values<'e>>,
    same: impl Fn(&str, &str) -> bool,
) -> Vec<(Cow<'e, str>, Cow<'e, str>)> {
    let mut all = Vec::with_capacity(many.0.len().max(single.0.len()));
    for (name, values) in many.0 {
        spread(&mut all, name, values);
    }
    let known = all.len();
    for (name, values) in single.0 {
        let listed = all
            .iter()
            .take(known)
            .any(|(listed, _)| same(listed, &name));
        if !listed {
            spread(&mut all, name, values);
        }
    }
    all
}

fn spread<'e>(all: &mut Vec<(Cow<'e, str>, Cow<'e, str>)>, name: Cow<'e, str>, values: Values<'e>) {
    let mut values = values.into_iter().peekable();
    while let Some(value) = values.next() {
        if values.peek().is_none() {
            all.push((name, value));
            return;
        }
        all.push((name.clone(), value));
    }
}
