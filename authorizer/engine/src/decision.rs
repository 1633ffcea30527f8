//! What a gate decided, with the trace for it.

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use oathgate_gostd::Header;

use crate::ReasonCode;

/// The answer to one request, and why.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Granted or refused.
    pub outcome: Outcome,
    /// What led to it: the log line, `oathgate explain` and the tests all read this.
    pub trace: DecisionTrace,
}

/// Granted or refused.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The request may go on.
    Granted(Grant),
    /// The request may not go on, or nobody could say.
    Refused(Refusal),
}

/// What a granted request carries on.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// Every header of Oathkeeper's session: those the rule set and those `noop` copied.
    pub header: Header,
    /// Canonical names of the headers that the rule's handlers set themselves: the ones the gate
    /// vouches for.
    pub vouched: Vec<String>,
    /// What the backend receives in each header that the gate vouches for, by canonical names; `None` of a
    /// gate [without vouched headers](crate::Gate::with_vouched_headers).
    pub for_backend: Option<Vec<(Arc<str>, String)>>,
}

/// What a refused client is answered.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// The HTTP status, redirects included.
    pub status: u16,
    /// Headers of the answer: `Content-Type`, `Location`, `WWW-Authenticate`, …
    pub header: Header,
    /// The body of the answer.
    pub body: Bytes,
}

/// Which part of the pipeline a decision ended in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Finding the rule.
    #[default]
    Match,
    /// The authenticators.
    Authenticate,
    /// The authorizer.
    Authorize,
    /// The mutators.
    Mutate,
    /// Everything passed.
    Granted,
}

impl Step {
    /// The step's name in logs and explanations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Authenticate => "authenticate",
            Self::Authorize => "authorize",
            Self::Mutate => "mutate",
            Self::Granted => "granted",
        }
    }
}

/// Why a decision came out as it did.
#[derive(Clone, Debug, Default)]
pub struct DecisionTrace {
    /// The rule that matched.
    pub rule: Option<Arc<str>>,
    /// All rules that matched, where more than one did.
    pub overlapping: Vec<Arc<str>>,
    /// Where the decision ended.
    pub step: Step,
    /// The handler it ended in: the last mutator on a grant.
    pub handler: Option<Cow<'static, str>>,
    /// Authenticators that were called and were not responsible.
    pub passed_over: Vec<Cow<'static, str>>,
    /// The error handler that wrote the refusal.
    pub error_handler: Option<Arc<str>>,
    /// The subject the authenticator found; empty before one did.
    pub subject: String,
    /// Whether an authenticator let in somebody without a subject. `noop`, which looks for none, does not
    /// count.
    pub empty_subject: bool,
    /// The refusal's status before error handlers, such as 404 for no rule; 200 on a grant.
    pub status: u16,
    /// Why, in a word that stays the same.
    pub code: ReasonCode,
    /// The refusal's message, fit for clients.
    pub message: String,
    /// The cause for the log; never holds a secret.
    pub cause: String,
    /// What failed and was worked around, for the log: an old key set that counts while no new one can be
    /// read.
    pub worked_around: Option<String>,
    /// How long each step took; nothing for those that were not reached.
    pub took: Took,
    /// How many requests to services were spared, because the response was known.
    pub cache_hits: u32,
}

/// How long the steps of a decision took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// Finding the rule.
    pub route: Duration,
    /// Asking the authenticators.
    pub authenticate: Duration,
    /// Asking the authorizer.
    pub authorize: Duration,
    /// Running the mutators.
    pub mutate: Duration,
}
