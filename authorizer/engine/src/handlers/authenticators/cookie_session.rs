//! `cookie_session`: asks a session service about the request's cookies.

use serde::Deserialize;

use super::{
    Authentication,
    session_check::{Options, SessionCheck},
};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Asks a session service about a request with cookies.
#[derive(Debug)]
pub struct CookieSession {
    /// The cookies of which one must be there; any cookie will do if there are none.
    only: Vec<String>,
    check: SessionCheck,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    only: Vec<String>,
    #[serde(flatten)]
    check: Options,
}

impl CookieSession {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Config { only, check } = settings.parse()?;
        Ok(Self {
            only,
            check: SessionCheck::new(check, "Cookie", "subject", settings.shared),
        })
    }

    pub(crate) async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure> {
        if !self.is_responsible(request) {
            return Ok(Authentication::NotResponsible);
        }
        self.check.run(request, session, ports).await?;
        Ok(Authentication::Authenticated)
    }

    fn is_responsible(&self, request: &Request) -> bool {
        if self.only.is_empty() {
            return request.header.cookies().next().is_some();
        }
        self.only
            .iter()
            .any(|name| request.header.cookie(name).is_some())
    }
}
