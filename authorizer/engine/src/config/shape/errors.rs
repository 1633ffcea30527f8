//! `errors.handlers`.

use super::{
    Field, Form, Preset, Shape, field,
    parts::{ANY, TEXTS, text_or},
};

static ERROR_NAME: Shape = Shape::text(Form::Choice(&[
    "unauthorized",
    "forbidden",
    "internal_server_error",
    "not_found",
]));

static HEADER_FIELDS: [Field; 2] = [
    field(
        "content_type",
        Shape::list(&ANY),
        "The request's Content-Type is one of these; `application/*` stands for all.",
    ),
    field(
        "accept",
        Shape::list(&ANY),
        "The request accepts one of these.",
    ),
];
static REQUEST_FIELDS: [Field; 2] = [
    field(
        "cidr",
        TEXTS,
        "The client's address, or one of X-Forwarded-For, lies in one of these networks.",
    ),
    field(
        "header",
        Shape::object(&HEADER_FIELDS),
        "Conditions on the request's headers.",
    ),
];
static CONDITION_FIELDS: [Field; 2] = [
    field(
        "error",
        Shape::list(&ERROR_NAME),
        "The error is one of these.",
    ),
    field(
        "request",
        Shape::object(&REQUEST_FIELDS),
        "Conditions on the request.",
    ),
];
static CONDITION: Shape = Shape::object(&CONDITION_FIELDS);

const WHEN: Field = field(
    "when",
    Shape::list(&CONDITION),
    "The handler answers where one of these holds; always where there is none.",
);

static JSON_FIELDS: [Field; 2] = [
    field(
        "verbose",
        Shape::bool(),
        "Whether the answer says what went wrong.",
    ),
    WHEN,
];

/// `json`.
pub(super) static JSON: Shape = Shape::object(&JSON_FIELDS);

static REDIRECT_FIELDS: [Field; 4] = [
    field(
        "to",
        Shape::text(Form::UriReference),
        "Where the browser is sent.",
    ),
    field(
        "code",
        Shape::integer_of(&[301, 302]).or(Preset::Integer(302)),
        "The status.",
    ),
    field(
        "return_to_query_param",
        Shape::text(Form::ParameterName).or(Preset::Text("")),
        "The parameter that carries the address asked for; none where it is empty.",
    ),
    WHEN,
];

/// `redirect`.
pub(super) static REDIRECT: Shape = Shape::requiring(&REDIRECT_FIELDS, &["to"]);

static WWW_AUTHENTICATE_FIELDS: [Field; 2] = [
    field(
        "realm",
        text_or("Please authenticate."),
        "What the browser shows while it asks for name and password.",
    ),
    WHEN,
];

/// `www_authenticate`.
pub(super) static WWW_AUTHENTICATE: Shape = Shape::object(&WWW_AUTHENTICATE_FIELDS);
