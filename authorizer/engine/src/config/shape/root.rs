//! The whole configuration.

use super::{
    Field, Form, Preset, Shape, field,
    handlers::{AUTHENTICATORS, AUTHORIZERS, ERROR_HANDLERS, MUTATORS},
    observability::{LOG, TRACING},
    parts::{FILE_URI, TEXT},
    serve::SERVE,
};

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
        Shape::list(&TEXT).or(Preset::Texts(&["json"])),
        "The handlers asked in order where none of the rule's own fits.",
    ),
    field(
        "handlers",
        Shape::object(&ERROR_HANDLERS),
        "How refusals are told.",
    ),
];

static ROOT: [Field; 10] = [
    field("serve", Shape::object(&SERVE), "Ports."),
    field("access_rules", Shape::object(&ACCESS_RULES), "Rules."),
    field(
        "authenticators",
        Shape::object(&AUTHENTICATORS),
        "Who is asking.",
    ),
    field("errors", Shape::object(&ERRORS), "How refusals are told."),
    field(
        "authorizers",
        Shape::object(&AUTHORIZERS),
        "Whether they may.",
    ),
    field(
        "mutators",
        Shape::object(&MUTATORS),
        "What the backend is told.",
    ),
    field("log", Shape::object(&LOG), "What the log says, and how."),
    field("tracing", Shape::object(&TRACING), "Traces.")
        .idle("it has no effect here: nothing is traced"),
    field(
        "profiling",
        Shape::text(Form::Choice(&["cpu", "mem", ""])),
        "Profiles of Oathkeeper.",
    )
    .idle("it has no effect here: there are no profiles to write"),
    field(
        "version",
        Shape::text(Form::Version),
        "The version of Oathkeeper the configuration was written for.",
    ),
];

/// The whole configuration.
pub(crate) static CONFIG: Shape = Shape::object(&ROOT);
