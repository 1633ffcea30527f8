//! The whole configuration.

use super::{
    Field, Form, Preset, Shape, field,
    observability::{LOG, TRACING},
    parts::{FILE_URI, TEXT},
    serve::SERVE,
};
use crate::handlers::{authenticators, authorizers, errors, mutators};

static ACCESS_RULES: [Field; 2] = [
    field(
        "repositories",
        Shape::list(&FILE_URI),
        "URLs of rule files: `file://`, `inline://` and base64, `http://`, `https://` or `s3://`.",
    ),
    field(
        "matching_strategy",
        Shape::text(Form::Choice(&["glob", "regexp"])).or(Preset::Text("regexp")),
        "How the parts between `<` and `>` of a rule's URL are read.",
    ),
];

static ERRORS: [Field; 2] = [
    field(
        "fallback",
        Shape::list(&TEXT).or(Preset::Texts(errors::DEFAULT_FALLBACK)),
        "The error handlers tried in order where none of the rule's own is responsible.",
    ),
    field(
        "handlers",
        Shape::object(errors::FIELDS),
        "Handlers that write the response to a refused request.",
    ),
];

static ROOT: [Field; 10] = [
    field("serve", Shape::object(&SERVE), "The server's ports."),
    field(
        "access_rules",
        Shape::object(&ACCESS_RULES),
        "Where the rules are, and how they match.",
    ),
    field(
        "authenticators",
        Shape::object(authenticators::FIELDS),
        "Handlers that establish a request's subject.",
    ),
    field(
        "errors",
        Shape::object(&ERRORS),
        "How refusals are written.",
    ),
    field(
        "authorizers",
        Shape::object(authorizers::FIELDS),
        "Handlers that decide whether the subject may send the request.",
    ),
    field(
        "mutators",
        Shape::object(mutators::FIELDS),
        "Handlers that set what the backend receives.",
    ),
    field("log", Shape::object(&LOG), "The log's content and format."),
    field("tracing", Shape::object(&TRACING), "Traces.").idle("ignored: nothing is traced"),
    field(
        "profiling",
        Shape::text(Form::Choice(&["cpu", "mem", ""])),
        "Profiles of Oathkeeper.",
    )
    .idle("ignored: no profiles are written"),
    field(
        "version",
        Shape::text(Form::Version),
        "The version of Oathkeeper the configuration was written for.",
    ),
];

/// The whole configuration.
pub(crate) static CONFIG: Shape = Shape::object(&ROOT);
