//! `www_authenticate`: challenges the client to authenticate with a user name and a password.

use oathgate_gostd::Header;

use super::{Respond, when::Conditions};
use crate::{
    Failure, Refusal, Request,
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
    },
};

/// Answers 401 with a challenge, whatever the failure was.
#[derive(Debug)]
pub(super) struct WwwAuthenticate {
    challenge: String,
    when: Conditions,
}

options! {
    struct Options {
        /// The realm that the browser shows when it prompts for user name and password.
        #[default("Please authenticate.")]
        realm: String,
        /// The conditions of which one must hold; the handler is always responsible without any.
        when: Conditions,
    }
}

/// The realm where an empty one is configured.
const REALM: &str = "Please authenticate.";

impl Respond for WwwAuthenticate {
    const DESCRIPTION: Description = Description::new(
        "www_authenticate",
        "Responds with 401 and a challenge, so that a browser prompts for user name and password.",
    )
    .options(&Options::SHAPE, "realm: '\"Orders\"'")
    .challenge_realm("realm")
    .behind_api_gateway(
        "API Gateway has one challenge for every 401: that of the handler in `errors.fallback`.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options { realm, when } = settings.parse_merged()?;
        let realm = if realm.is_empty() { REALM } else { &realm };
        // Oathkeeper neither quotes nor escapes the realm, so configurations bring their own quotes.
        Ok(Self {
            challenge: format!("Basic realm={realm}"),
            when,
        })
    }

    fn conditions(&self) -> &Conditions {
        &self.when
    }

    fn respond(&self, _request: &Request, _failure: &Failure) -> Refusal {
        let mut header = Header::default();
        header.set("Www-Authenticate", self.challenge.as_str());
        header.set("Content-Type", "text/plain; charset=utf-8");
        header.set("X-Content-Type-Options", "nosniff");
        Refusal {
            status: 401,
            header,
            body: "Unauthorized\n".into(),
        }
    }
}
