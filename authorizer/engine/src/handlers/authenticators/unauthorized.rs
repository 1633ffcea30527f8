//! `unauthorized`: lets nobody in.

use super::Authentication;
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    handlers::{Misconfigured, Settings},
};

/// Lets nobody in.
#[derive(Debug)]
pub struct Unauthorized {}

impl Unauthorized {
    /// The handler has no options, and what a rule writes as its `config` is not looked at.
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        settings.require_enabled()?;
        Ok(Self {})
    }

    pub(crate) async fn authenticate(
        &self,
        _request: &Request,
        _session: &mut Session,
        _ports: &Ports,
    ) -> Result<Authentication, Failure> {
        Err(Failure::unauthorized()
            .because(ReasonCode::Forbidden)
            .with_cause("the rule lets nobody in"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Authentication, probe};
    use crate::testing::{ScriptedHttp, ports};

    #[tokio::test]
    async fn it_refuses_what_noop_lets_in() {
        let ports = ports(&ScriptedHttp::new([]));
        // Neither has options, and what a rule writes as its config is not looked at.
        let config = json!({"unknown": 1});
        let request = probe::request(&[]);
        let unauthorized = probe::build("unauthorized", "", config.clone());
        let (outcome, _) = probe::ask(&unauthorized, &request, &ports).await;
        assert_eq!(outcome.unwrap_err().status(), 401);
        let noop = probe::build("noop", "", config);
        let (outcome, session) = probe::ask(&noop, &request, &ports).await;
        assert_eq!(outcome, Ok(Authentication::Authenticated));
        assert!(session.subject.is_empty());
    }
}
