//! `bearer_token`: asks a session service about the request's token.

use serde::Deserialize;

use super::{
    Authentication,
    session_check::{Options, SessionCheck},
    token_from::TokenFrom,
};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Asks a session service about a request with a token.
#[derive(Debug)]
pub struct BearerToken {
    token_from: TokenFrom,
    /// What a token must begin with to be looked at.
    prefix: String,
    check: SessionCheck,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    token_from: TokenFrom,
    #[serde(default)]
    prefix: String,
    #[serde(flatten)]
    check: Options,
}

impl BearerToken {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Config {
            token_from,
            prefix,
            check,
        } = settings.parse()?;
        Ok(Self {
            token_from,
            prefix,
            check: SessionCheck::new(check, "Authorization", "sub", settings.shared),
        })
    }

    pub(crate) async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure> {
        let token = self.token_from.token(request);
        if token.is_empty() || !token.starts_with(&self.prefix) {
            return Ok(Authentication::NotResponsible);
        }
        self.check.run(request, session, ports).await?;
        Ok(Authentication::Authenticated)
    }
}
