//! `bearer_token`: checks the request's token with a session service.

use super::{
    Authenticate, Authentication,
    session_check::{self, SessionCheck},
    token_from::TokenFrom,
};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
    },
};

/// Checks the token of a request with a session service.
#[derive(Debug)]
pub(super) struct BearerToken {
    token_from: TokenFrom,
    /// What a token must begin with to be checked.
    prefix: String,
    check: SessionCheck,
}

const EXAMPLE: &str = "\
check_session_url: https://kratos.example.com/sessions/whoami
preserve_path: true
force_method: GET
token_from: {header: X-Session-Token}
forward_http_headers: [X-Session-Token]
subject_from: identity.id";

/// Where the subject is in the response, if the options do not say.
const SUBJECT_FROM: &str = "sub";

options! {
    struct Options {
        /// Where the request has its token; without it `Authorization` behind `Bearer`.
        token_from: TokenFrom,
        /// What a token must begin with; else the next authenticator is called.
        prefix: String,
        /// The GJSON path of the subject in the response.
        #[default(SUBJECT_FROM)]
        subject_from: String,
        ..check: session_check::Options
    }
}

impl Authenticate for BearerToken {
    const DESCRIPTION: Description = Description::new(
        "bearer_token",
        "Checks the request's token with a session service.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .services(&["check_session_url"])
    .checks_session_with("Authorization")
    .behind_api_gateway(session_check::BEHIND_API_GATEWAY);

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options {
            token_from,
            prefix,
            subject_from,
            check,
        } = settings.parse()?;
        Ok(Self {
            token_from,
            prefix,
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
        let token = self.token_from.token(request);
        if token.is_empty() || !token.starts_with(&self.prefix) {
            return Ok(Authentication::NotResponsible);
        }
        self.check.run(request, session, ports).await?;
        Ok(Authentication::Authenticated)
    }
}
