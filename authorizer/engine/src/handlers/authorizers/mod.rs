//! Authorizers: they decide whether a subject may send a request.

mod service;

use std::{borrow::Cow, sync::Arc};

use crate::{
    Failure, Ports, Request, Session,
    config::Config,
    handlers::{Description, HandlerKind, Misconfigured, Settings, Shared, registry::handlers},
    rules::HandlerReference,
};

/// An authorizer.
pub(crate) trait Authorize: Sized {
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
    async fn authorize(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure>;
}

handlers! {
    Authorize {
        allow::Allow,
        deny::Deny,
        remote::Remote,
        remote_json::RemoteJson,
        keto_engine_acp_ory::KetoEngineAcpOry,
    }
    async fn authorize(request: &Request, session: &mut Session, ports: &Ports) -> Result<(), Failure>;
}

/// An authorizer of a rule.
#[derive(Debug)]
pub struct Authorizer(Result<Handler, Misconfigured>);

impl Authorizer {
    /// Builds the handler that a rule names.
    #[must_use]
    pub fn build(reference: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Self {
        let settings = Settings::of(HandlerKind::Authorizer, reference, config, shared);
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
    pub async fn authorize(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let handler = self.0.as_ref().map_err(Misconfigured::failure)?;
        handler.authorize(request, session, ports).await
    }
}
