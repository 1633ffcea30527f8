//! Authenticators: they establish a request's subject.

mod introspection;
mod pre_authorization;
mod scope_strategy;
mod session_check;
mod token_from;

pub(crate) use introspection::KeptIntrospections;
pub(crate) use pre_authorization::PreAuthorizations;
pub(crate) use session_check::ReadAnswers;

use std::{borrow::Cow, sync::Arc};

use crate::{
    Failure, Ports, Request, Session,
    config::Config,
    handlers::{Description, HandlerKind, Misconfigured, Settings, Shared, registry::handlers},
    rules::HandlerReference,
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

/// An authenticator of a rule.
#[derive(Debug)]
pub struct Authenticator(Result<Handler, Misconfigured>);

impl Authenticator {
    /// Builds the handler that a rule names.
    #[must_use]
    pub fn build(reference: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Self {
        let settings = Settings::of(HandlerKind::Authenticator, reference, config, shared);
        Self(Handler::build(&settings))
    }

    /// The handler's name.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        match &self.0 {
            Ok(handler) => Cow::Borrowed(handler.description().name),
            Err(wrong) => Cow::Owned(wrong.handler.clone()),
        }
    }

    /// Why the handler cannot be run, if it cannot: 500 for every request that reaches it.
    #[must_use]
    pub fn misconfigured(&self) -> Option<&Misconfigured> {
        self.0.as_ref().err()
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
        let handler = self.0.as_ref().map_err(Misconfigured::failure)?;
        handler.authenticate(request, session, ports).await
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
