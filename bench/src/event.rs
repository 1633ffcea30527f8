//! The events a gate is measured with.

use std::{fmt, sync::Arc};

use clap::ValueEnum;
use oathgate_apigateway::testing::rest_event;
use oathgate_bench::rules::ROUTES;

/// The cookies of somebody who has a session.
pub(crate) const COOKIE: &str = "theme=dark; ory_session_slughere=MTczMjM5NjQ1MHxKdHZqS2Q";

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mix {
    /// A route for everybody, whose mutator sets nothing
    Open,
    /// No credentials on a route that signs a token for guests
    Guest,
    /// A session cookie, asked of the session service, and a signed token
    Session,
    /// The same, of which the session service was asked before
    KeptSession,
    /// A token of somebody else's, verified by a key set that was read before, and a signed token
    Jwt,
    /// A token that an introspection endpoint was asked about before, and a signed token
    Introspection,
    /// No credentials where some are needed
    NoSession,
    /// A rule that permits nobody
    Denied,
    /// No rule
    NoRule,
}

impl Mix {
    /// The event for a rule set of `count` rules; the rule asked for stands in its middle. `token` is
    /// what the issuer signed.
    pub(crate) fn event(self, count: usize, token: &str) -> Arc<[u8]> {
        let service = count / ROUTES / 2;
        let path = match self {
            Self::Open => format!("/service-{service}/health"),
            Self::Guest => format!("/service-{service}/public/articles/42"),
            Self::Session | Self::KeptSession | Self::NoSession => {
                format!("/service-{service}/accounts/4711")
            }
            Self::Jwt => format!("/service-{service}/files/inbox/letter.pdf"),
            Self::Introspection => {
                format!("/service-{service}/users/9f425a8d-7efc-4768-8f23-7647a74fdf13")
            }
            Self::Denied => format!("/service-{service}/internal"),
            Self::NoRule => format!("/service-{service}/nowhere"),
        };
        let mut headers = vec![
            ("Accept", "application/json"),
            ("Accept-Encoding", "gzip, deflate, br"),
            ("Host", "api.example.com"),
            (
                "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
            ),
            (
                "X-Amzn-Trace-Id",
                "Root=1-5759e988-bd862e3fe1be46a994272793",
            ),
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Port", "443"),
            ("X-Forwarded-Proto", "https"),
        ];
        let bearer = format!("Bearer {token}");
        match self {
            Self::Session | Self::KeptSession => headers.push(("Cookie", COOKIE)),
            Self::Jwt | Self::Introspection => headers.push(("Authorization", &bearer)),
            _ => {}
        }
        let event = rest_event("GET", &path, &headers);
        event.to_string().into_bytes().into()
    }

    /// Whether an answer is the right one: a fast wrong answer is no figure.
    pub(crate) fn is_answered_by(self, error: bool, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        match self {
            Self::Open => !error && text.contains("Allow"),
            Self::NoSession => error && text.contains("\"Unauthorized\""),
            Self::Denied | Self::NoRule => !error && text.contains("Deny"),
            _ => !error && text.contains("Allow") && text.contains("Bearer "),
        }
    }

    /// Whether answering asks a service once for every event.
    pub(crate) fn asks(self) -> bool {
        self == Self::Session
    }

    /// What the function's environment holds for this kind alone.
    pub(crate) fn environment(self) -> Option<(&'static str, &'static str)> {
        (self == Self::KeptSession).then_some(("OATHGATE_SESSION_CACHE_TTL_SECONDS", "300"))
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Open => "open route",
            Self::Guest => "guest, id_token",
            Self::Session => "session by HTTP, id_token",
            Self::KeptSession => "session kept, id_token",
            Self::Jwt => "jwt, id_token",
            Self::Introspection => "introspection kept, id_token",
            Self::NoSession => "no session: 401",
            Self::Denied => "denied: 403",
            Self::NoRule => "no rule: 404",
        })
    }
}
