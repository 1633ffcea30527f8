//! Who is asking.

mod anonymous;
mod bearer_token;
mod cookie_session;
mod introspection;
mod jwt;
mod noop;
mod oauth2_client_credentials;
mod oauth2_introspection;
mod pre_authorization;
#[cfg(test)]
mod probe;
mod scope_strategy;
mod session_check;
mod token_from;
mod unauthorized;

pub(crate) use introspection::KeptIntrospections;
pub(crate) use pre_authorization::PreAuthorizations;
pub(crate) use session_check::ReadAnswers;

use std::{borrow::Cow, sync::Arc};

use crate::handlers::{HandlerKind, Misconfigured, Settings, Shared};
use crate::{Failure, Ports, Request, Session, config::Config, rules::HandlerReference};

/// What an authenticator says of a request it did not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The session says who is asking.
    Authenticated,
    /// The request holds nothing for this authenticator: the next one is asked.
    NotResponsible,
}

/// Who is asking.
#[derive(Debug)]
pub enum Authenticator {
    /// `noop`.
    Noop(noop::Noop),
    /// `unauthorized`.
    Unauthorized(unauthorized::Unauthorized),
    /// `anonymous`.
    Anonymous(anonymous::Anonymous),
    /// `cookie_session`.
    CookieSession(cookie_session::CookieSession),
    /// `bearer_token`.
    BearerToken(bearer_token::BearerToken),
    /// `jwt`.
    Jwt(jwt::Jwt),
    /// `oauth2_client_credentials`.
    OAuth2ClientCredentials(oauth2_client_credentials::OAuth2ClientCredentials),
    /// `oauth2_introspection`.
    OAuth2Introspection(oauth2_introspection::OAuth2Introspection),
    /// A handler that is unknown, disabled or wrongly configured: 500 for whoever reaches it.
    Misconfigured(Misconfigured),
}

impl Authenticator {
    /// The names of all handlers of this kind.
    pub const NAMES: &[&str] = &[
        "noop",
        "unauthorized",
        "anonymous",
        "cookie_session",
        "bearer_token",
        "jwt",
        "oauth2_client_credentials",
        "oauth2_introspection",
    ];

    /// Builds the handler that a rule names.
    #[must_use]
    pub fn build(reference: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Self {
        let settings = Settings::of(HandlerKind::Authenticator, reference, config, shared);
        let built = match settings.handler {
            "noop" => noop::Noop::build(&settings).map(Self::Noop),
            "unauthorized" => unauthorized::Unauthorized::build(&settings).map(Self::Unauthorized),
            "anonymous" => anonymous::Anonymous::build(&settings).map(Self::Anonymous),
            "cookie_session" => {
                cookie_session::CookieSession::build(&settings).map(Self::CookieSession)
            }
            "bearer_token" => bearer_token::BearerToken::build(&settings).map(Self::BearerToken),
            "jwt" => jwt::Jwt::build(&settings).map(Self::Jwt),
            "oauth2_client_credentials" => {
                oauth2_client_credentials::OAuth2ClientCredentials::build(&settings)
                    .map(Self::OAuth2ClientCredentials)
            }
            "oauth2_introspection" => oauth2_introspection::OAuth2Introspection::build(&settings)
                .map(Self::OAuth2Introspection),
            _ => Err(settings.unknown()),
        };
        built.unwrap_or_else(Self::Misconfigured)
    }

    /// The handler's name.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Noop(_) => "noop",
            Self::Unauthorized(_) => "unauthorized",
            Self::Anonymous(_) => "anonymous",
            Self::CookieSession(_) => "cookie_session",
            Self::BearerToken(_) => "bearer_token",
            Self::Jwt(_) => "jwt",
            Self::OAuth2ClientCredentials(_) => "oauth2_client_credentials",
            Self::OAuth2Introspection(_) => "oauth2_introspection",
            Self::Misconfigured(wrong) => return Cow::Owned(wrong.handler.clone()),
        })
    }

    /// Runs the handler.
    ///
    /// # Errors
    /// The failure the client is refused with.
    pub async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure> {
        match self {
            Self::Noop(handler) => handler.authenticate(request, session, ports).await,
            Self::Unauthorized(handler) => handler.authenticate(request, session, ports).await,
            Self::Anonymous(handler) => handler.authenticate(request, session, ports).await,
            Self::CookieSession(handler) => handler.authenticate(request, session, ports).await,
            Self::BearerToken(handler) => handler.authenticate(request, session, ports).await,
            Self::Jwt(handler) => handler.authenticate(request, session, ports).await,
            Self::OAuth2ClientCredentials(handler) => {
                handler.authenticate(request, session, ports).await
            }
            Self::OAuth2Introspection(handler) => {
                handler.authenticate(request, session, ports).await
            }
            Self::Misconfigured(wrong) => Err(wrong.failure()),
        }
    }
}
