//! Whether they may.

mod allow;
mod deny;
mod keto_engine_acp_ory;
mod remote;
mod remote_json;
mod service;

use std::{borrow::Cow, sync::Arc};

use crate::handlers::{HandlerKind, Misconfigured, Settings, Shared};
use crate::{Failure, Ports, Request, Session, config::Config, rules::HandlerReference};

/// Whether they may.
#[derive(Debug)]
pub enum Authorizer {
    /// `allow`.
    Allow(allow::Allow),
    /// `deny`.
    Deny(deny::Deny),
    /// `remote`.
    Remote(remote::Remote),
    /// `remote_json`.
    RemoteJson(remote_json::RemoteJson),
    /// `keto_engine_acp_ory`.
    KetoEngineAcpOry(keto_engine_acp_ory::KetoEngineAcpOry),
    /// A handler that is unknown, disabled or wrongly configured: 500 for whoever reaches it.
    Misconfigured(Misconfigured),
}

impl Authorizer {
    /// The names of all handlers of this kind.
    pub const NAMES: &[&str] = &[
        "allow",
        "deny",
        "remote",
        "remote_json",
        "keto_engine_acp_ory",
    ];

    /// Builds the handler that a rule names.
    #[must_use]
    pub fn build(reference: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Self {
        let settings = Settings::of(HandlerKind::Authorizer, reference, config, shared);
        let built = match settings.handler {
            "allow" => allow::Allow::build(&settings).map(Self::Allow),
            "deny" => deny::Deny::build(&settings).map(Self::Deny),
            "remote" => remote::Remote::build(&settings).map(Self::Remote),
            "remote_json" => remote_json::RemoteJson::build(&settings).map(Self::RemoteJson),
            "keto_engine_acp_ory" => {
                keto_engine_acp_ory::KetoEngineAcpOry::build(&settings).map(Self::KetoEngineAcpOry)
            }
            _ => Err(settings.unknown()),
        };
        built.unwrap_or_else(Self::Misconfigured)
    }

    /// The handler's name.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Allow(_) => "allow",
            Self::Deny(_) => "deny",
            Self::Remote(_) => "remote",
            Self::RemoteJson(_) => "remote_json",
            Self::KetoEngineAcpOry(_) => "keto_engine_acp_ory",
            Self::Misconfigured(wrong) => return Cow::Owned(wrong.handler.clone()),
        })
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
        match self {
            Self::Allow(handler) => handler.authorize(request, session, ports).await,
            Self::Deny(handler) => handler.authorize(request, session, ports).await,
            Self::Remote(handler) => handler.authorize(request, session, ports).await,
            Self::RemoteJson(handler) => handler.authorize(request, session, ports).await,
            Self::KetoEngineAcpOry(handler) => handler.authorize(request, session, ports).await,
            Self::Misconfigured(wrong) => Err(wrong.failure()),
        }
    }
}
