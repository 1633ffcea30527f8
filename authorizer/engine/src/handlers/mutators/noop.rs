//! `noop`: gives the backend the request's own headers.

use crate::{
    Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Passes the client's headers on, under those that were set before.
#[derive(Debug)]
pub struct Noop {}

impl Noop {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        // A configuration is never looked at.
        settings.require_enabled().map(|()| Self {})
    }

    pub(crate) fn mutate(&self, request: &mut Request, session: &mut Session) {
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
    }
}
