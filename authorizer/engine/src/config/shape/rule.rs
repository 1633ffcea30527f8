//! Rules, as files hold them.

use super::{
    Field, HandlerKind, Kind,
    Required::Always,
    Shape, field,
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
        "The URLs the rule matches, without the query: `https://api.example.com/<[a-z]+>`.",
    ),
    field("methods", TEXTS, "The methods the rule matches."),
    field("authority", ANY_TEXT, "The host of a gRPC call.")
        .idle("gRPC rules match no request here"),
    field("full_method", ANY_TEXT, "The full name of a gRPC method.")
        .idle("gRPC rules match no request here"),
    field(
        "allow_http_get",
        Shape::bool(),
        "Whether a gRPC call may be a GET.",
    )
    .idle("gRPC rules match no request here"),
];
static UPSTREAM_FIELDS: [Field; 3] = [
    field("url", ANY_TEXT, "The backend's address."),
    field(
        "strip_path",
        ANY_TEXT,
        "The prefix that is removed from the path.",
    ),
    field(
        "preserve_host",
        Shape::bool(),
        "Whether the request's Host is kept.",
    ),
];

static RULE_FIELDS: [Field; 9] = [
    field("id", ANY_TEXT, "The rule's name.").required(Always),
    field(
        "version",
        ANY_TEXT,
        "The version of Oathkeeper the rule was written for.",
    ),
    field(
        "description",
        ANY_TEXT,
        "A note for the readers of the rule.",
    ),
    field(
        "match",
        Shape::object(&MATCH_FIELDS),
        "The requests the rule matches.",
    )
    .required(Always),
    field(
        "authenticators",
        Shape::list(&AUTHENTICATOR),
        "Called in order until one is responsible.",
    )
    .required(Always),
    field(
        "authorizer",
        handler(HandlerKind::Authorizer),
        "Called once.",
    )
    .required(Always),
    field("mutators", Shape::list(&MUTATOR), "Called in order.").required(Always),
    field(
        "errors",
        Shape::list(&ERROR_HANDLER),
        "Tried before the configuration's fallback handlers.",
    ),
    field(
        "upstream",
        Shape::object(&UPSTREAM_FIELDS),
        "The backend of Oathkeeper's proxy.",
    )
    .idle("ignored: the stage names the backend"),
];

/// One rule.
pub(crate) static RULE: Shape = Shape::object(&RULE_FIELDS);

/// A rule file: a list of rules.
pub(crate) static RULES: Shape = Shape::list(&RULE);
