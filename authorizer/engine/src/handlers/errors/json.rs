//! `json`: writes Oathkeeper's JSON error.

use oathgate_gostd::Header;

use super::{Respond, when::Conditions};
use crate::{
    Failure, Refusal, Request,
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
    },
    refusal_body::{RefusalBody, status_text},
};

/// Writes the status and, where it is verbose, what exactly happened.
#[derive(Debug)]
pub(super) struct JsonError {
    verbose: bool,
    when: Conditions,
}

options! {
    struct Options {
        /// Whether the response has the reason of the refusal.
        verbose: bool,
        /// The conditions of which one must hold; the handler is always responsible without any.
        when: Conditions,
    }
}

impl Respond for JsonError {
    const DESCRIPTION: Description = Description::new("json", "Writes the refusal as JSON.")
        .options(&Options::SHAPE, "verbose: true")
        .enabled_by_default()
        .behind_api_gateway(
            "The body reaches the client through API Gateway's responses: 400, 403 and 404 with the real status \
             in the body, 401 with a fixed one, 429 and 5xx as API Gateway's 500.",
        );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options { verbose, when } = settings.parse_merged()?;
        Ok(Self { verbose, when })
    }

    fn conditions(&self) -> &Conditions {
        &self.when
    }

    fn respond(&self, request: &Request, failure: &Failure) -> Refusal {
        let mut refusal = if self.verbose {
            write(request, failure)
        } else {
            write(request, &in_general(failure))
        };
        for (name, value) in failure.header.iter() {
            refusal.header.set(name, value);
        }
        refusal
    }
}

/// What a client may know that is not to know more than the status.
///
/// A status that is not among them keeps its own sentence.
fn in_general(failure: &Failure) -> Failure {
    let message = match failure.status() {
        400 => "The request was malformed or contained invalid parameters",
        401 => "The request could not be authorized",
        403 => "The requested action was forbidden",
        404 => "The requested resource could not be found",
        409 => "The resource could not be created due to a conflict",
        415 => "The request is using an unknown content type",
        429 => "Too many requests",
        500 => "An internal server error occurred, please contact the system administrator",
        _ => return failure.clone(),
    };
    Failure::new(failure.status(), message)
}

/// A failure with everything in it that clients may read.
pub(super) fn write(request: &Request, failure: &Failure) -> Refusal {
    let status = failure.status();
    let body = RefusalBody {
        code: status,
        status: status_text(status),
        request: request
            .header
            .get("X-Request-Id")
            .filter(|id| !id.is_empty()),
        reason: failure
            .reason
            .as_deref()
            .filter(|reason| !reason.is_empty()),
        message: &failure.message,
    };
    let mut header = Header::default();
    header.set("Content-Type", "application/json");
    let mut body = escape_html(&body.to_json());
    body.push('\n');
    Refusal {
        status,
        header,
        body: body.into(),
    }
}

/// Writes JSON so that it can stand inside HTML, as
/// [Go's encoder](https://pkg.go.dev/encoding/json#HTMLEscape) does; these characters occur in JSON
/// only inside of strings.
fn escape_html(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}
