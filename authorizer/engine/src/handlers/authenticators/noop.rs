//! `noop`: accepts every request without establishing a subject.

use super::{Authenticate, Authentication};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Description, Misconfigured, Settings},
};

/// Accepts every request.
#[derive(Debug)]
pub(super) struct Noop {}

impl Authenticate for Noop {
    const DESCRIPTION: Description = Description::new(
        "noop",
        "Accepts every request without establishing a subject.",
    )
    .always_decides()
    .names_no_subject();

    /// What a rule writes as its `config` is ignored.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled()?;
        Ok(Self {})
    }

    async fn authenticate(
        &self,
        _request: &Request,
        _session: &mut Session,
        _ports: &Ports,
    ) -> Result<Authentication, Failure> {
        Ok(Authentication::Authenticated)
    }
}
