//! Shapes that several handlers share.

use super::{Field, Form, Kind, Preset, Shape, field};

/// Any text.
pub(super) static TEXT: Shape = Shape::text(Form::Plain);
/// Any text, by value.
pub(super) const ANY_TEXT: Shape = Shape::text(Form::Plain);
/// A list of texts.
pub(super) const TEXTS: Shape = Shape::list(&TEXT);
/// Texts under names of the writer's choice.
pub(super) const TEXT_MAP: Shape = Shape::map(&TEXT);
/// A URL of what may be a file.
pub(super) static FILE_URI: Shape = Shape::text(Form::FileUri);

/// Any value, by value.
pub(super) const ANY_VALUE: Shape = Shape {
    kind: Kind::Any,
    default: None,
    about: "",
};
/// Any value.
pub(super) static ANY: Shape = ANY_VALUE;

/// A text with a default.
pub(super) const fn text_or(default: &'static str) -> Shape {
    Shape::text(Form::Plain).or(Preset::Text(default))
}

/// A duration with a default.
pub(super) const fn duration_or(default: &'static str) -> Shape {
    Shape::text(Form::Duration).or(Preset::Text(default))
}

/// A switch with a default.
pub(super) const fn switch(default: bool) -> Shape {
    Shape::bool().or(Preset::Bool(default))
}

static RETRY_FIELDS: [Field; 2] = [
    field(
        "give_up_after",
        duration_or("1s"),
        "The longest wait before the service is asked again; for hydrators the time one attempt may take.",
    ),
    field(
        "max_delay",
        duration_or("100ms"),
        "Accepted for Oathkeeper's sake: it has no effect there either.",
    ),
];

/// `retry`.
pub(super) const RETRY: Shape = Shape::object(&RETRY_FIELDS);

static TOKEN_PLACES: [Field; 3] = [
    field("header", ANY_TEXT, "The name of a header."),
    field(
        "query_parameter",
        ANY_TEXT,
        "The name of a query parameter.",
    ),
    field("cookie", ANY_TEXT, "The name of a cookie."),
];

/// `token_from`.
pub(super) const TOKEN_FROM: Shape = Shape {
    kind: Kind::OneOf(&TOKEN_PLACES),
    default: None,
    about: "",
};

/// `scope_strategy`.
pub(super) const SCOPE_STRATEGY: Shape =
    Shape::text(Form::Choice(&["hierarchic", "exact", "wildcard", "none"]))
        .or(Preset::Text("none"));

/// `forward_http_headers`: Oathkeeper's schema says nothing of the items.
pub(super) const FORWARD_HTTP_HEADERS: Shape = Shape::list(&ANY);

/// `forward_response_headers_to_upstream`.
pub(super) const FORWARD_RESPONSE_HEADERS: Shape = Shape::set(&TEXT).or(Preset::Texts(&[]));
