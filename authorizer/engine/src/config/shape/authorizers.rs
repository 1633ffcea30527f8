//! `authorizers`.

use super::{
    Field, Form, Shape, field,
    parts::{ANY_TEXT, FORWARD_RESPONSE_HEADERS, RETRY, TEXT_MAP},
};

const REMOTE_URL: Field = field(
    "remote",
    Shape::text(Form::Uri),
    "The service that is asked.",
);
const HEADERS: Field = field(
    "headers",
    TEXT_MAP,
    "Headers that are sent along, each value a template; empty ones are left out.",
);
const FORWARDED: Field = field(
    "forward_response_headers_to_upstream",
    FORWARD_RESPONSE_HEADERS,
    "Headers of the answer that the backend is given; one that is missing comes out empty.",
);
const RETRIES: Field = field("retry", RETRY, "How the service is asked again.");

static REMOTE_FIELDS: [Field; 4] = [REMOTE_URL, HEADERS, FORWARDED, RETRIES];

/// `remote`.
pub(super) static REMOTE: Shape = Shape::requiring(&REMOTE_FIELDS, &["remote"]);

static REMOTE_JSON_FIELDS: [Field; 5] = [
    REMOTE_URL,
    HEADERS,
    field(
        "payload",
        ANY_TEXT,
        "The body that is sent, a template of a JSON text.",
    ),
    FORWARDED,
    RETRIES,
];

/// `remote_json`.
pub(super) static REMOTE_JSON: Shape =
    Shape::requiring(&REMOTE_JSON_FIELDS, &["remote", "payload"]);

static KETO_FIELDS: [Field; 5] = [
    field(
        "base_url",
        Shape::text(Form::Uri),
        "The address of Ory Keto before version 0.6.",
    ),
    field(
        "required_action",
        ANY_TEXT,
        "The action that must be allowed, a template.",
    ),
    field(
        "required_resource",
        ANY_TEXT,
        "The resource it must be allowed on, a template.",
    ),
    field(
        "subject",
        ANY_TEXT,
        "Who must be allowed, a template; the session's subject where it is empty.",
    ),
    field(
        "flavor",
        ANY_TEXT,
        "How policies are matched: `regex`, `glob` or `exact`.",
    ),
];

/// `keto_engine_acp_ory`.
pub(super) static KETO: Shape = Shape::requiring(
    &KETO_FIELDS,
    &["base_url", "required_action", "required_resource"],
);
