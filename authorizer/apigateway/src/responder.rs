//! The response to a decision.

use oathgate_engine::{
    Decision, Grant, Outcome, Refusal,
    safety::{ForgedHeaders, Forgery, VouchedHeaders},
};
use thiserror::Error;

use crate::{
    AuthorizerError, AuthorizerResponse, Event, EventKind, GrantError,
    context::{self, Context},
    context_key::context_key,
    grant_error::MAX_WEB_SOCKET_RESPONSE_BYTES,
    origin,
    policy::{self, Policy},
    response::{PolicyResponse, SimpleResponse},
};

/// The principal of a request without a subject; API Gateway takes no empty name.
const NO_SUBJECT: &str = "unknown";

/// What a stage says of responses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponderOptions {
    /// The origins whose pages may read a refusal, where a stage allows several.
    pub allowed_origins: Vec<String>,
    /// Whether HTTP APIs with payload 2.0 get the simple response in place of a policy.
    pub simple: bool,
}

/// A rule sets the header that is to hold the backend's secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "the header `{secret}` is to hold the backend's secret, and a rule sets `{rule}`: name another header"
)]
pub struct SecretHeaderTaken {
    secret: String,
    rule: String,
}

/// Makes responses of decisions.
#[derive(Clone, Debug)]
pub struct Responder {
    vouched: VouchedHeaders,
    options: ResponderOptions,
}

/// The response to a decision.
#[derive(Clone, Debug)]
pub struct Responded {
    /// What API Gateway is answered.
    pub response: Result<AuthorizerResponse, AuthorizerError>,
    /// Why the gate's grant became a refusal, if it did.
    pub refused: Option<GrantError>,
}

impl Responder {
    /// Responds to the decisions of a gate with these vouched headers.
    ///
    /// # Errors
    /// A rule that sets the header which contains the backend's secret.
    pub fn new(
        vouched: VouchedHeaders,
        options: ResponderOptions,
    ) -> Result<Self, SecretHeaderTaken> {
        if let Some(secret) = &vouched.options().secret_header {
            let key = context_key(secret, EventKind::Rest);
            let is_same = |name: &&str| context_key(name, EventKind::Rest) == key;
            if let Some(rule) = vouched.names().find(is_same) {
                return Err(SecretHeaderTaken {
                    secret: secret.clone(),
                    rule: rule.to_owned(),
                });
            }
        }
        Ok(Self { vouched, options })
    }

    /// Responds to the decision about an event. `secret` is the backend's secret, where the stage has one
    /// and it could be read: without it nothing is granted.
    #[must_use]
    pub fn respond(
        &self,
        event: &Event<'_>,
        decision: &Decision,
        secret: Option<&str>,
    ) -> Responded {
        let subject = decision.trace.subject.as_str();
        match &decision.outcome {
            Outcome::Granted(grant) => match self.grant(event, grant, subject, secret) {
                Ok(response) => Responded {
                    response: Ok(response),
                    refused: None,
                },
                Err(error) => Responded {
                    response: match error.status() {
                        500.. => Err(AuthorizerError::Undecided),
                        _ => Ok(self.deny(event, subject, context::of_grant_error(&error))),
                    },
                    refused: Some(error),
                },
            },
            Outcome::Refused(refusal) => Responded {
                response: self.refusal(event, refusal, decision),
                refused: None,
            },
        }
    }

    fn grant(
        &self,
        event: &Event<'_>,
        grant: &Grant,
        subject: &str,
        secret: Option<&str>,
    ) -> Result<AuthorizerResponse, GrantError> {
        if let Some(forgery) = self.kept_beside_the_gate_s(event, grant) {
            return Err(GrantError::Forged(forgery));
        }
        let context = context::of_grant(&self.vouched, grant, event, secret)?;
        if self.is_simple(event) {
            return Ok(simple(true, context));
        }
        let document = policy::allow(&event.arn).ok_or(GrantError::PathTooLong)?;
        let response = with_policy(subject, document, context);
        let size = || serde_json::to_vec(&response).map_or(usize::MAX, |text| text.len());
        if event.kind == EventKind::WebSocket && size() > MAX_WEB_SOCKET_RESPONSE_BYTES {
            return Err(GrantError::ResponseTooLarge);
        }
        Ok(response)
    }

    /// A header that a client may send, but not where this rule sets it and API Gateway may keep both,
    /// because it is written in another case than the one that is mapped.
    fn kept_beside_the_gate_s(&self, event: &Event<'_>, grant: &Grant) -> Option<Forgery> {
        // HTTP APIs write every name in lower case, whatever the client wrote.
        let shows_case = !matches!(event.kind, EventKind::HttpV1 | EventKind::HttpV2);
        if !shows_case || self.vouched.options().forged == ForgedHeaders::Replace {
            return None;
        }
        let is_mapped = |name: &&str| self.vouched.names().any(|known| known == *name);
        let set = grant.vouched.iter();
        set.map(|name| self.vouched.received_as(name))
            .filter(is_mapped)
            .find_map(|name| {
                let client = event.headers.iter().map(|(name, _)| name.as_ref());
                Forgery::in_another_case(client, name)
            })
    }

    fn refusal(
        &self,
        event: &Event<'_>,
        refusal: &Refusal,
        decision: &Decision,
    ) -> Result<AuthorizerResponse, AuthorizerError> {
        match refusal.status {
            401 => Err(AuthorizerError::Unauthorized),
            // What may be different a second later must not be cached.
            408 | 425 | 429 => Err(AuthorizerError::Undecided),
            300..=499 => {
                let context = context::of_refusal(refusal, decision);
                Ok(self.deny(event, &decision.trace.subject, context))
            }
            _ => Err(AuthorizerError::Undecided),
        }
    }

    /// A refusal, with the origin whose pages may read it.
    fn deny(&self, event: &Event<'_>, subject: &str, mut context: Context) -> AuthorizerResponse {
        if let Some(origin) = origin::allowed(&self.options.allowed_origins, &event.headers) {
            context.insert("origin".to_owned(), origin.to_owned());
        }
        if self.is_simple(event) {
            return simple(false, context);
        }
        with_policy(subject, policy::deny(&event.arn), context)
    }

    fn is_simple(&self, event: &Event<'_>) -> bool {
        self.options.simple && event.kind == EventKind::HttpV2
    }
}

fn with_policy(subject: &str, document: Policy, context: Context) -> AuthorizerResponse {
    // Access logs show this name, and a line of theirs must not end inside of it.
    let name = subject.replace(char::is_control, " ");
    let principal = match name.trim() {
        "" => NO_SUBJECT,
        name => name,
    };
    let mut response = PolicyResponse::default();
    response.principal_id = Some(principal.to_owned());
    response.policy_document = document;
    response.context = context;
    AuthorizerResponse::Policy(response)
}

fn simple(is_authorized: bool, context: Context) -> AuthorizerResponse {
    let mut response = SimpleResponse::default();
    response.is_authorized = is_authorized;
    response.context = context;
    AuthorizerResponse::Simple(response)
}

#[cfg(test)]
mod tests;
