//! Authorizers: they decide whether a subject may send a request.

mod service;

use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        registry::{handler_of_rule, handlers},
    },
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

handler_of_rule! {
    /// An authorizer of a rule.
    Authorizer
}

impl Authorizer {
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
        self.handler()?.authorize(request, session, ports).await
    }
}
