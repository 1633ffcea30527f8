//! Responses in the form of Oathkeeper's.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use oathgate_engine::refusal_body;
use serde::Serialize;

/// A JSON response, with the line break at its end that Go's encoder writes. As in Oathkeeper, its type has a character
/// set unless it is an error.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response<Bytes> {
    let Ok(mut body) = serde_json::to_vec(value) else {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    body.push(b'\n');
    let kind = if status.is_success() {
        "application/json; charset=utf-8"
    } else {
        "application/json"
    };
    with_type(status, kind, body.into())
}

/// An error response in Oathkeeper's form.
pub(crate) fn error(status: StatusCode, message: &str) -> Response<Bytes> {
    let body = refusal_body::error(status.as_u16(), message) + "\n";
    with_type(status, "application/json", body.into())
}

/// A response with a body of this type.
pub(crate) fn with_type(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
