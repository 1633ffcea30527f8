//! `noop`: lets everybody in without learning who it is.

use super::Authentication;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Lets everybody in.
#[derive(Debug)]
pub struct Noop {}

impl Noop {
    /// The handler has no options, and what a rule writes as its `config` is not looked at.
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled()?;
        Ok(Self {})
    }

    pub(crate) async fn authenticate(
        &self,
        _request: &Request,
        _session: &mut Session,
        _ports: &Ports,
    ) -> Result<Authentication, Failure> {
        Ok(Authentication::Authenticated)
    }
}
