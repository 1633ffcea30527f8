//! `anonymous`: lets in whoever brings no `Authorization` header, under one name for all.

use serde::Deserialize;

use super::Authentication;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Lets in whoever brings no `Authorization` header.
#[derive(Debug)]
pub struct Anonymous {
    subject: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    subject: String,
}

impl Anonymous {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Config { subject } = settings.parse()?;
        Ok(Self {
            subject: if subject.is_empty() {
                "anonymous".to_owned()
            } else {
                subject
            },
        })
    }

    pub(crate) async fn authenticate(
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
    async fn it_lets_in_who_brings_no_authorization() {
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
            let (outcome, session) = probe::ask(&handler, &probe::request(headers), &ports).await;
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
