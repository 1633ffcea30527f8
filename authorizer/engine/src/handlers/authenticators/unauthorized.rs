//! `unauthorized`: refuses every request.

use super::{Authenticate, Authentication};
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    handlers::{Description, Misconfigured, Settings},
};

/// Refuses every request.
#[derive(Debug)]
pub(super) struct Unauthorized {}

impl Authenticate for Unauthorized {
    const DESCRIPTION: Description =
        Description::new("unauthorized", "Refuses every request with 401.").always_decides();

    /// What a rule writes as its `config` is ignored.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled()?;
        Ok(Self {})
    }

    async fn authenticate(
        &self,
        _request: &Request,
        _session: &mut Session,
        _ports: &Ports,
    ) -> Result<Authentication, Failure> {
        Err(Failure::unauthorized()
            .because(ReasonCode::Forbidden)
            .with_cause("the rule refuses every request"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Authentication, probe};
    use crate::testing::{ScriptedHttp, ports};

    #[tokio::test]
    async fn it_refuses_what_noop_accepts() {
        let ports = ports(&ScriptedHttp::new([]));
        // Neither has options, and what a rule writes as its config is ignored.
        let config = json!({"unknown": 1});
        let request = probe::request(&[]);
        let unauthorized = probe::build("unauthorized", "", config.clone());
        let (outcome, _) = probe::run(&unauthorized, &request, &ports).await;
        assert_eq!(outcome.unwrap_err().status(), 401);
        let noop = probe::build("noop", "", config);
        let (outcome, session) = probe::run(&noop, &request, &ports).await;
        assert_eq!(outcome, Ok(Authentication::Authenticated));
        assert!(session.subject.is_empty());
    }
}
