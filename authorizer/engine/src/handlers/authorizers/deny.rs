//! `deny`: allows nothing.

use crate::{
    Failure, Ports, Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Takes no configuration: whatever a rule writes there is overlooked.
#[derive(Debug)]
pub struct Deny {}

impl Deny {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled()?;
        Ok(Self {})
    }

    pub(crate) async fn authorize(
        &self,
        _request: &Request,
        _session: &mut Session,
        _ports: &Ports,
    ) -> Result<(), Failure> {
        Err(Failure::forbidden())
    }
}
