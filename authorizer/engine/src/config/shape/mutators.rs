//! `mutators`.

use super::{
    Field, Form, Shape, field,
    parts::{ANY_TEXT, RETRY, TEXT_MAP, duration_or, switch},
};

static COOKIE_FIELDS: [Field; 1] = [field(
    "cookies",
    TEXT_MAP,
    "Cookies the backend is given, each value a template.",
)];

/// `cookie`.
pub(super) static COOKIE: Shape = Shape::requiring(&COOKIE_FIELDS, &["cookies"]);

static HEADER_FIELDS: [Field; 1] = [field(
    "headers",
    TEXT_MAP,
    "Headers the backend is given, each value a template.",
)];

/// `header`.
pub(super) static HEADER: Shape = Shape::requiring(&HEADER_FIELDS, &["headers"]);

static BASIC_FIELDS: [Field; 2] = [
    field("username", ANY_TEXT, "The name."),
    field("password", ANY_TEXT, "The password."),
];
static AUTH_FIELDS: [Field; 1] = [field(
    "basic",
    Shape::requiring(&BASIC_FIELDS, &["username", "password"]),
    "Basic authentication (RFC 7617).",
)];
static API_FIELDS: [Field; 3] = [
    field("url", Shape::text(Form::Uri), "The service that is asked."),
    field(
        "auth",
        Shape::object(&AUTH_FIELDS),
        "The gate's credentials.",
    ),
    field("retry", RETRY, "How the service is asked again."),
];
static CACHE_FIELDS: [Field; 2] = [
    field("enabled", switch(false), "Whether answers are kept."),
    field("ttl", duration_or("1m"), "How long an answer is kept."),
];
static HYDRATOR_FIELDS: [Field; 2] = [
    field(
        "api",
        Shape::requiring(&API_FIELDS, &["url"]),
        "The service that completes the session.",
    ),
    field("cache", Shape::object(&CACHE_FIELDS), "Kept answers."),
];

/// `hydrator`.
pub(super) static HYDRATOR: Shape = Shape::requiring(&HYDRATOR_FIELDS, &["api"]);

static ID_TOKEN_FIELDS: [Field; 4] = [
    field(
        "claims",
        ANY_TEXT,
        "Further claims, a template of a JSON object.",
    ),
    field("issuer_url", ANY_TEXT, "The token's issuer."),
    field(
        "jwks_url",
        Shape::text(Form::FileUri),
        "The key set to sign with.",
    ),
    field("ttl", duration_or("15m"), "How long a token is valid."),
];

/// `id_token`.
pub(super) static ID_TOKEN: Shape = Shape::requiring(&ID_TOKEN_FIELDS, &["jwks_url", "issuer_url"]);
