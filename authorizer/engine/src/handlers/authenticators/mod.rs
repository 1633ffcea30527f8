//! Authenticators: they establish a request's subject.

mod introspection;
mod pre_authorization;
mod scope_strategy;
mod session_check;
mod token_from;

pub(crate) use introspection::KeptIntrospections;
pub(crate) use pre_authorization::PreAuthorizations;
pub(crate) use session_check::ReadAnswers;

use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        registry::{handler_of_rule, handlers},
    },
};

/// The result of an authenticator that did not refuse a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The session has the subject.
    Authenticated,
    /// The request has no credentials for this authenticator: the next one is called.
    NotResponsible,
}

/// An authenticator.
pub(crate) trait Authenticate: Sized {
    /// What is known of it before any is built.
    const DESCRIPTION: Description;

    /// Builds it from its configuration.
    ///
    /// # Errors
    /// A configuration that it cannot be run with.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured>;

    /// Runs it.
    ///
    /// # Errors
    /// The failure the client is refused with.
    async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure>;
}

handlers! {
    Authenticate {
        noop::Noop,
        unauthorized::Unauthorized,
        anonymous::Anonymous,
        cookie_session::CookieSession,
        bearer_token::BearerToken,
        jwt::Jwt,
        oauth2_client_credentials::OAuth2ClientCredentials,
        oauth2_introspection::OAuth2Introspection,
    }
    async fn authenticate(request: &Request, session: &mut Session, ports: &Ports) -> Result<Authentication, Failure>;
}

handler_of_rule! {
    /// An authenticator of a rule.
    Authenticator
}

impl Authenticator {
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
        self.handler()?.authenticate(request, session, ports).await
    }

    /// Whether the handler establishes a subject, so that a request accepted with none is remarkable.
    pub(crate) fn names_subject(&self) -> bool {
        let handler = self.0.as_ref();
        handler.is_ok_and(|handler| handler.description().names_subject)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
use tests::probe;
