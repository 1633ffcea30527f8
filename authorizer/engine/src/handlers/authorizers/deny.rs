//! `deny`: refuses every request.

use super::Authorize;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Description, Misconfigured, Settings},
};

/// Refuses every request.
#[derive(Debug)]
pub(super) struct Deny {}

impl Authorize for Deny {
    const DESCRIPTION: Description = Description::new("deny", "Refuses every request with 403.");

    /// What a rule writes as its `config` is ignored.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled()?;
        Ok(Self {})
    }

    async fn authorize(
        &self,
        _request: &Request,
        _session: &mut Session,
        _ports: &Ports,
    ) -> Result<(), Failure> {
        Err(Failure::forbidden())
    }
}
