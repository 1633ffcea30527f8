//! What API Gateway is answered.

use lambda_runtime::Diagnostic;
use oathgate_engine::{Decision, Outcome as Decided, Refusal};
use serde::Serialize;
use thiserror::Error;

use crate::{
    backend_secret::SecretValue,
    context::{self, Context, Unfit, Vouched},
    event::{Event, Kind},
    origin,
    policy::PolicyDocument,
};

/// An answer that says whether the request may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// A policy for one method and path.
    Policy(PolicyAnswer),
    /// The short form HTTP APIs take with payload 2.0.
    Simple(SimpleAnswer),
}

impl Answer {
    /// Whether the request may go on.
    #[must_use]
    pub fn allows(&self) -> bool {
        match self {
            Self::Policy(answer) => answer.policy_document.allows(),
            Self::Simple(answer) => answer.is_authorized,
        }
    }
}

/// See [`Answer::Policy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyAnswer {
    principal_id: String,
    policy_document: PolicyDocument,
    context: Context,
}

/// See [`Answer::Simple`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimpleAnswer {
    is_authorized: bool,
    context: Context,
}

/// An answer that is an error. Its text is all that API Gateway sees; what led to it is in the log.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unanswered {
    /// API Gateway answers the client 401 on exactly this message.
    #[error("Unauthorized")]
    Unauthorized,
    /// API Gateway answers the client 500, and keeps no result.
    #[error("the request could not be decided")]
    Undecided,
}

impl From<Unanswered> for Diagnostic {
    fn from(error: Unanswered) -> Self {
        let error_type = match error {
            Unanswered::Unauthorized => "Unauthorized",
            Unanswered::Undecided => "Undecided",
        };
        Self {
            error_type: error_type.to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// How large an answer may be that WebSocket APIs take, in bytes
/// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html)).
const MOST_BYTES_OF_WEB_SOCKETS: usize = 8_192;

/// Who is named where nobody is known; API Gateway takes no empty name.
const NOBODY: &str = "unknown";

/// Answers an event as its decision says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answering<'a> {
    pub(crate) event: &'a Event<'a>,
    pub(crate) vouched: &'a Vouched,
    /// Whose pages may read a refusal.
    pub(crate) allowed_origins: &'a [String],
    pub(crate) simple: bool,
    /// The backend's secret, where the stage has one and it could be read.
    pub(crate) secret: Option<&'a SecretValue>,
}

impl Answering<'_> {
    /// The answer, and where the gate's grant could not be handed on, why.
    pub(crate) fn to(&self, decision: &Decision) -> (Result<Answer, Unanswered>, Option<Unfit>) {
        let subject = decision.trace.subject.as_str();
        match &decision.outcome {
            Decided::Granted(grant) => {
                let context = self.vouched.context(grant, self.event, self.secret);
                match context.and_then(|context| self.allow(subject, context)) {
                    Ok(answer) => (Ok(answer), None),
                    // What may be gone a second later must not be kept by anyone.
                    Err(unfit @ Unfit::NoSecret) => (Err(Unanswered::Undecided), Some(unfit)),
                    Err(unfit) => (Ok(self.deny(subject, unfit.context())), Some(unfit)),
                }
            }
            Decided::Refused(refusal) => (self.refusal(refusal, decision), None),
        }
    }

    fn refusal(&self, refusal: &Refusal, decision: &Decision) -> Result<Answer, Unanswered> {
        match refusal.status {
            401 => Err(Unanswered::Unauthorized),
            // What may be gone a second later must not be kept by anyone.
            408 | 425 | 429 => Err(Unanswered::Undecided),
            300..=499 => {
                let context = context::of_refusal(refusal, decision);
                Ok(self.deny(&decision.trace.subject, context))
            }
            _ => Err(Unanswered::Undecided),
        }
    }

    fn allow(&self, subject: &str, context: Context) -> Result<Answer, Unfit> {
        if self.is_simple() {
            return Ok(Answer::Simple(SimpleAnswer {
                is_authorized: true,
                context,
            }));
        }
        let document = PolicyDocument::allow(&self.event.arn).ok_or(Unfit::PathTooLong)?;
        let answer = policy(subject, document, context);
        let size = || serde_json::to_vec(&answer).map_or(usize::MAX, |text| text.len());
        if self.event.kind == Kind::WebSocket && size() > MOST_BYTES_OF_WEB_SOCKETS {
            return Err(Unfit::TooLargeForWebSockets);
        }
        Ok(answer)
    }

    /// A refusal, and which page may read it.
    fn deny(&self, subject: &str, mut context: Context) -> Answer {
        if let Some(origin) = origin::allowed(self.allowed_origins, &self.event.headers) {
            context.insert("origin".to_owned(), origin.to_owned());
        }
        if self.is_simple() {
            return Answer::Simple(SimpleAnswer {
                is_authorized: false,
                context,
            });
        }
        policy(subject, PolicyDocument::deny(&self.event.arn), context)
    }

    fn is_simple(&self) -> bool {
        self.simple && self.event.kind == Kind::HttpV2
    }
}

fn policy(subject: &str, policy_document: PolicyDocument, context: Context) -> Answer {
    // Access logs show this name, and a line of theirs must not end inside it.
    let name = subject.replace(char::is_control, " ");
    let principal_id = match name.trim() {
        "" => NOBODY.to_owned(),
        name => name.to_owned(),
    };
    Answer::Policy(PolicyAnswer {
        principal_id,
        policy_document,
        context,
    })
}
