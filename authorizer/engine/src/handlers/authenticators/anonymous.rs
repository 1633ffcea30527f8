//! `anonymous`: accepts requests without an `Authorization` header, as one subject for all.

use super::{Authenticate, Authentication};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
    },
};

/// Accepts requests without an `Authorization` header.
#[derive(Debug)]
pub(super) struct Anonymous {
    subject: String,
}

options! {
    struct Options {
        /// The subject of requests without credentials.
        #[default("anonymous")]
        subject: String,
    }
}

/// The subject where an empty one is configured.
const SUBJECT: &str = "anonymous";

impl Authenticate for Anonymous {
    const DESCRIPTION: Description = Description::new(
        "anonymous",
        "Accepts requests without an `Authorization` header, as one subject for all.",
    )
    .optional(&Options::SHAPE, "subject: guest");

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options { subject } = settings.parse()?;
        Ok(Self {
            subject: if subject.is_empty() {
                SUBJECT.to_owned()
            } else {
                subject
            },
        })
    }

    async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        _ports: &Ports,
    ) -> Result<Authentication, Failure> {
        if request
            .header
            .get("Authorization")
            .is_some_and(|value| !value.is_empty())
        {
            return Ok(Authentication::NotResponsible);
        }
        session.subject.clone_from(&self.subject);
        Ok(Authentication::Authenticated)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Authentication, probe};
    use crate::testing::{ScriptedHttp, ports};

    #[tokio::test]
    async fn it_accepts_requests_without_authorization() {
        let ports = ports(&ScriptedHttp::new([]));
        for (global, rule, headers, subject) in [
            ("{}", json!({}), &[][..], Some("anonymous")),
            (
                "{subject: guest}",
                json!({}),
                &[("Cookie", "a=b")],
                Some("guest"),
            ),
            (
                "{subject: guest}",
                json!({"subject": "visitor"}),
                &[],
                Some("visitor"),
            ),
            (
                "{subject: guest}",
                json!({"subject": ""}),
                &[("Authorization", "")],
                Some("anonymous"),
            ),
            (
                "{}",
                json!({}),
                &[("Authorization", ""), ("Authorization", "Bearer x")],
                Some("anonymous"),
            ),
            ("{}", json!({}), &[("authorization", "x")], None),
        ] {
            let handler = probe::build("anonymous", global, rule);
            let (outcome, session) = probe::run(&handler, &probe::request(headers), &ports).await;
            let want = if subject.is_some() {
                Authentication::Authenticated
            } else {
                Authentication::NotResponsible
            };
            assert_eq!(outcome, Ok(want), "{headers:?}");
            assert_eq!(session.subject, subject.unwrap_or_default());
        }
    }
}
