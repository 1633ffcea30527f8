//! `allow`: allows every request.

use super::Authorize;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Description, Misconfigured, Settings},
};

/// Allows every request.
#[derive(Debug)]
pub(super) struct Allow {}

impl Authorize for Allow {
    const DESCRIPTION: Description = Description::new("allow", "Allows every request.");

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
        Ok(())
    }
}
