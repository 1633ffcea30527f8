//! All handlers by kind and name.

use super::{Field, Kind, Shape, authenticators, authorizers, errors, field, mutators};
use crate::handlers::HandlerKind;

const fn entry(config: Option<&'static Shape>) -> Shape {
    Shape {
        kind: Kind::Handler {
            config,
            config_required: config.is_some(),
            enabled: false,
        },
        default: None,
        about: "",
    }
}

const fn handler_with(config: &'static Shape, config_required: bool, enabled: bool) -> Shape {
    Shape {
        kind: Kind::Handler {
            config: Some(config),
            config_required,
            enabled,
        },
        default: None,
        about: "",
    }
}

/// `authenticators`.
pub(super) static AUTHENTICATORS: [Field; 8] = [
    field("noop", entry(None), "Lets everybody in and asks nothing."),
    field("unauthorized", entry(None), "Lets nobody in."),
    field(
        "anonymous",
        handler_with(&authenticators::ANONYMOUS, false, false),
        "Lets in who brings no credentials.",
    ),
    field(
        "cookie_session",
        entry(Some(&authenticators::COOKIE_SESSION)),
        "Asks a session service about cookies.",
    ),
    field(
        "bearer_token",
        entry(Some(&authenticators::BEARER_TOKEN)),
        "Asks a session service about a token.",
    ),
    field(
        "jwt",
        entry(Some(&authenticators::JWT)),
        "Verifies a JSON Web Token.",
    ),
    field(
        "oauth2_client_credentials",
        entry(Some(&authenticators::CLIENT_CREDENTIALS)),
        "Tries client id and secret at a token endpoint.",
    ),
    field(
        "oauth2_introspection",
        entry(Some(&authenticators::INTROSPECTION)),
        "Asks an introspection endpoint about a token.",
    ),
];

/// `authorizers`.
pub(super) static AUTHORIZERS: [Field; 5] = [
    field("allow", entry(None), "Allows everything."),
    field("deny", entry(None), "Allows nothing."),
    field(
        "remote",
        entry(Some(&authorizers::REMOTE)),
        "Sends the request's body to a service that allows or not.",
    ),
    field(
        "remote_json",
        entry(Some(&authorizers::REMOTE_JSON)),
        "Sends JSON to a service that allows or not.",
    ),
    field(
        "keto_engine_acp_ory",
        entry(Some(&authorizers::KETO)),
        "Asks Ory Keto before version 0.6.",
    ),
];

/// `mutators`.
pub(super) static MUTATORS: [Field; 5] = [
    field("noop", entry(None), "Hands the request's headers on."),
    field("header", entry(Some(&mutators::HEADER)), "Sets headers."),
    field("cookie", entry(Some(&mutators::COOKIE)), "Sets cookies."),
    field(
        "id_token",
        entry(Some(&mutators::ID_TOKEN)),
        "Signs a JSON Web Token.",
    ),
    field(
        "hydrator",
        entry(Some(&mutators::HYDRATOR)),
        "Lets a service complete the session.",
    ),
];

/// `errors.handlers`.
pub(super) static ERROR_HANDLERS: [Field; 3] = [
    field(
        "json",
        handler_with(&errors::JSON, true, true),
        "Answers JSON.",
    ),
    field(
        "redirect",
        entry(Some(&errors::REDIRECT)),
        "Sends the browser elsewhere.",
    ),
    field(
        "www_authenticate",
        entry(Some(&errors::WWW_AUTHENTICATE)),
        "Asks the browser for name and password.",
    ),
];

/// Every handler of a kind.
pub(crate) fn handlers_of(kind: HandlerKind) -> &'static [Field] {
    match kind {
        HandlerKind::Authenticator => &AUTHENTICATORS,
        HandlerKind::Authorizer => &AUTHORIZERS,
        HandlerKind::Mutator => &MUTATORS,
        HandlerKind::ErrorHandler => &ERROR_HANDLERS,
    }
}

/// What a handler's merged configuration may hold: `None` where anything may stand there, because
/// the handler reads nothing.
#[must_use]
pub fn handler(kind: HandlerKind, name: &str) -> Option<&'static Shape> {
    let known = kind.handlers().iter().find(|known| known.name == name)?;
    match known.shape.kind {
        Kind::Handler { config, .. } => config,
        _ => None,
    }
}
