//! `www_authenticate`: asks the client for basic credentials.

use serde::Deserialize;

use super::when::Conditions;
use crate::{
    Refusal,
    go::Header,
    handlers::{Misconfigured, Settings},
};

/// Answers 401 with a challenge, whatever the failure was.
#[derive(Debug)]
pub(super) struct WwwAuthenticate {
    challenge: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    realm: String,
    #[serde(default)]
    when: Conditions,
}

impl WwwAuthenticate {
    pub(super) fn build(settings: &Settings<'_>) -> Result<(Conditions, Self), Misconfigured> {
        let config: Config = settings.parse_merged()?;
        let realm = if config.realm.is_empty() {
            "Please authenticate."
        } else {
            config.realm.as_str()
        };
        // Oathkeeper neither quotes nor escapes the realm, so configurations bring their own quotes.
        Ok((
            config.when,
            Self {
                challenge: format!("Basic realm={realm}"),
            },
        ))
    }

    pub(super) fn handle(&self) -> Refusal {
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
