//! `noop`: hands the request's own headers on.

use super::Mutate;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Description, Misconfigured, Settings},
};

/// Hands the client's headers on, below those that were set before.
#[derive(Debug)]
pub(super) struct Noop {}

impl Mutate for Noop {
    const DESCRIPTION: Description =
        Description::new("noop", "Hands the request's own headers on.").behind_api_gateway(
            "API Gateway hands the client's headers on by itself; none of them is vouched for.",
        );

    /// What a rule writes as its `config` is ignored.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled().map(|()| Self {})
    }

    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        _ports: &Ports,
    ) -> Result<(), Failure> {
        let set_before = std::mem::replace(&mut session.header, request.header.clone());
        // From here on, session and request have their headers together.
        session.shares_request_header = true;
        for (name, values) in set_before.by_name() {
            // Go takes either, at random, where a name is there in two spellings.
            if set_before
                .get(name)
                .is_some_and(|found| Some(&found) != values.first())
            {
                continue;
            }
            let value = values.first().copied().unwrap_or_default();
            session.header.set(name, value);
            super::share_header(request, session, name, value);
        }
        Ok(())
    }
}
