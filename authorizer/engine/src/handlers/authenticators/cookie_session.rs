//! `cookie_session`: checks the request's cookies with a session service.

use super::{
    Authenticate, Authentication,
    session_check::{self, SessionCheck},
};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
    },
};

/// Checks the cookies of a request with a session service.
#[derive(Debug)]
pub(super) struct CookieSession {
    /// The cookies of which the request must have one; empty for any cookie.
    only: Vec<String>,
    check: SessionCheck,
}

const EXAMPLE: &str = "\
check_session_url: https://kratos.example.com/sessions/whoami
only: [ory_kratos_session]
preserve_path: true
force_method: GET
subject_from: identity.id
extra_from: '@this'";

/// Where the subject is in the response, if the options do not say.
const SUBJECT_FROM: &str = "subject";

options! {
    struct Options {
        /// The cookies of which the request must have one; else the next authenticator is called.
        only: Vec<String>,
        /// The GJSON path of the subject in the response.
        #[default(SUBJECT_FROM)]
        subject_from: String,
        ..check: session_check::Options
    }
}

impl Authenticate for CookieSession {
    const DESCRIPTION: Description = Description::new(
        "cookie_session",
        "Checks the request's cookies with a session service.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .services(&["check_session_url"])
    .checks_session_with("Cookie")
    .behind_api_gateway(session_check::BEHIND_API_GATEWAY);

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options {
            only,
            subject_from,
            check,
        } = settings.parse()?;
        Ok(Self {
            only,
            check: SessionCheck::new(
                check,
                subject_from,
                SUBJECT_FROM,
                &Self::DESCRIPTION,
                settings.shared,
            ),
        })
    }

    async fn authenticate(
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
}

impl CookieSession {
    fn is_responsible(&self, request: &Request) -> bool {
        if self.only.is_empty() {
            return request.header.cookies().next().is_some();
        }
        self.only
            .iter()
            .any(|name| request.header.cookie(name).is_some())
    }
}
