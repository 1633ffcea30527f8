//! The body of a refusal: the one place that writes it.

use http::StatusCode;
use serde::Serialize;

/// The shape of [herodot](https://github.com/ory/herodot)'s errors, which Oathkeeper answers with.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct RefusalBody<'a> {
    /// The status.
    pub code: u16,
    /// The phrase that belongs to the status.
    pub status: &'a str,
    /// The client's `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<&'a str>,
    /// Why, in more words than the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// The sentence for clients.
    pub message: &'a str,
}

impl RefusalBody<'_> {
    /// The body as JSON on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a RefusalBody<'a>,
        }
        serde_json::to_string(&Body { error: self }).unwrap_or_default()
    }
}

/// The body of a refusal with a status and a message, as JSON on one line.
#[must_use]
pub fn error(code: u16, message: &str) -> String {
    let body = RefusalBody {
        code,
        status: status_text(code),
        message,
        ..RefusalBody::default()
    };
    body.to_json()
}

/// The phrase that belongs to a status, as Go's `http.StatusText` knows it.
#[must_use]
pub fn status_text(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_status_its_phrase_and_the_message() {
        assert_eq!(
            error(403, "The path is too long"),
            r#"{"error":{"code":403,"status":"Forbidden","message":"The path is too long"}}"#
        );
    }
}
