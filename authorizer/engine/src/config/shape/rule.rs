//! Rules, as files hold them.

use super::{
    Field, HandlerKind, Kind, Shape, field,
    parts::{ANY_TEXT, TEXTS},
};

const fn handler(kind: HandlerKind) -> Shape {
    Shape {
        kind: Kind::Reference(kind),
        default: None,
        about: "",
    }
}
static AUTHENTICATOR: Shape = handler(HandlerKind::Authenticator);
static MUTATOR: Shape = handler(HandlerKind::Mutator);
static ERROR_HANDLER: Shape = handler(HandlerKind::ErrorHandler);

static MATCH_FIELDS: [Field; 5] = [
    field(
        "url",
        ANY_TEXT,
        "The URLs the rule is for, without the query: `https://api.example.com/<[a-z]+>`.",
    ),
    field("methods", TEXTS, "The methods the rule is for."),
    field(
        "authority",
        ANY_TEXT,
        "The host of a remote procedure call.",
    )
    .idle("rules for remote procedure calls match no request here"),
    field(
        "full_method",
        ANY_TEXT,
        "The name of a remote procedure call.",
    )
    .idle("rules for remote procedure calls match no request here"),
    field(
        "allow_http_get",
        Shape::bool(),
        "Whether a remote procedure call may be a GET.",
    )
    .idle("rules for remote procedure calls match no request here"),
];
static UPSTREAM_FIELDS: [Field; 3] = [
    field("url", ANY_TEXT, "The backend's address."),
    field("strip_path", ANY_TEXT, "What is cut off the path."),
    field("preserve_host", Shape::bool(), "Whether the Host is kept."),
];

static RULE_FIELDS: [Field; 9] = [
    field("id", ANY_TEXT, "The rule's name."),
    field(
        "version",
        ANY_TEXT,
        "The version of Oathkeeper the rule was written for.",
    ),
    field("description", ANY_TEXT, "For people."),
    field(
        "match",
        Shape::object(&MATCH_FIELDS),
        "The requests the rule is for.",
    ),
    field(
        "authenticators",
        Shape::list(&AUTHENTICATOR),
        "Asked in order until one is responsible.",
    ),
    field(
        "authorizer",
        handler(HandlerKind::Authorizer),
        "Asked once.",
    ),
    field("mutators", Shape::list(&MUTATOR), "Run in order."),
    field(
        "errors",
        Shape::list(&ERROR_HANDLER),
        "Asked before the configuration's fallback handlers.",
    ),
    field(
        "upstream",
        Shape::object(&UPSTREAM_FIELDS),
        "The backend, for Oathkeeper's proxy.",
    )
    .idle("it has no effect here: the stage names the backend"),
];

/// One rule.
pub(crate) static RULE: Shape = Shape::requiring(
    &RULE_FIELDS,
    &["id", "match", "authenticators", "authorizer", "mutators"],
);

/// A rule file: a list of rules.
pub(crate) static RULES: Shape = Shape::list(&RULE);
