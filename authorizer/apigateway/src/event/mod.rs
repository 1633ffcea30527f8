//! The events of API Gateway's REQUEST authorizers, read into one shape.
//!
//! REST APIs and HTTP APIs with payload 1.0, HTTP APIs with payload 2.0, and a WebSocket API's
//! `$connect` are told apart by what they hold, not by configuration. The reader is our own: it borrows from
//! the event's text, keeps the order of the query, and takes headers that are not ASCII. Tests compare it with
//! the types of `aws_lambda_events`.

mod place;
mod read;
mod request;
mod text;

use std::borrow::Cow;

pub use request::EventError;

/// An event, as far as a decision needs it. Borrows from the event's text where it can.
#[derive(Clone, Debug, Default)]
pub struct Event<'e> {
    /// What kind of API sent it.
    pub kind: EventKind,
    /// The ARN of the method or route that was asked for.
    pub arn: Cow<'e, str>,
    /// API Gateway's id of the request.
    pub request_id: Cow<'e, str>,
    /// The method; empty where the event names none.
    pub method: Cow<'e, str>,
    /// The path: raw, and decoded already in payload 2.0.
    pub path: Cow<'e, str>,
    /// The resource of a REST API (`/{proxy+}`), or the route of an HTTP API (`GET /{proxy+}`).
    pub resource: Cow<'e, str>,
    /// The parts of the path that the resource or route leaves open, as API Gateway read them.
    pub path_parameters: Vec<(Cow<'e, str>, Cow<'e, str>)>,
    /// The stage.
    pub stage: Cow<'e, str>,
    /// The host name the client asked.
    pub domain: Cow<'e, str>,
    /// The client's address.
    pub source_ip: Cow<'e, str>,
    /// Headers with their repeats, under the names that the client wrote.
    pub headers: Vec<(Cow<'e, str>, Cow<'e, str>)>,
    /// The query.
    pub query: Query<'e>,
}

/// Headers as an event holds them.
pub(crate) type Headers<'e> = [(Cow<'e, str>, Cow<'e, str>)];

/// Which API sent an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventKind {
    /// A REST API.
    #[default]
    Rest,
    /// An HTTP API with payload format 1.0.
    HttpV1,
    /// An HTTP API with payload format 2.0.
    HttpV2,
    /// A WebSocket API's `$connect`.
    WebSocket,
}

/// A query as the event holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query<'e> {
    /// As the client wrote it.
    Raw(Cow<'e, str>),
    /// Names and values, percent-decoded.
    Decoded(Vec<(Cow<'e, str>, Cow<'e, str>)>),
}

impl Default for Query<'_> {
    fn default() -> Self {
        Self::Decoded(Vec::new())
    }
}
