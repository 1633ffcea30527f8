//! Why a decision came out as it did, in a word that stays the same from version to version.

/// What logs, metrics and alarms can rely on; the sentences beside it may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    /// The request may go on.
    Granted,
    /// No rule matches.
    NoRule,
    /// More than one rule matches.
    OverlappingRules,
    /// The path could be read in more than one way.
    UnsafePath,
    /// The client sends a header that the gate vouches for.
    ForgedHeader,
    /// A header of the client's could be taken for one the gate vouches for.
    MimickingHeader,
    /// A header or parameter of the client's names another method or path than the request's own.
    OverridingHeader,
    /// The request has several `Authorization` headers that differ.
    AmbiguousAuthorization,
    /// The request brings nothing that an authenticator of the rule looks at.
    NoCredentials,
    /// The request brings credentials that are wrong, unknown or too old.
    InvalidCredentials,
    /// Who is asking may not do this.
    Forbidden,
    /// A service asks for patience.
    TooManyRequests,
    /// A service could not be asked, or answered that it is unwell.
    ServiceFailed,
    /// A service answered with something that cannot be used.
    AnswerUnfit,
    /// The rule names a handler that is unknown, disabled or wrongly configured.
    Misconfigured,
    /// A template of the rule made nothing that can be used.
    TemplateFailed,
    /// There is no key to sign with.
    NoSigningKey,
    /// The secret that the backend is to be shown cannot be read.
    NoBackendSecret,
    /// A value that the rule sets cannot be handed on as it is.
    ValueUnfit,
    /// The path is too long for a policy of API Gateway's.
    PathTooLong,
    /// The event is none of a REQUEST authorizer, or lacks what a decision needs.
    EventUnreadable,
    /// The function's time ran out.
    TimeUp,
    /// The decision ended in a panic.
    Panicked,
    /// Something of the gate's own failed.
    #[default]
    Internal,
}

impl ReasonCode {
    /// Every code there is.
    pub const ALL: [Self; 24] = [
        Self::Granted,
        Self::NoRule,
        Self::OverlappingRules,
        Self::UnsafePath,
        Self::ForgedHeader,
        Self::MimickingHeader,
        Self::OverridingHeader,
        Self::AmbiguousAuthorization,
        Self::NoCredentials,
        Self::InvalidCredentials,
        Self::Forbidden,
        Self::TooManyRequests,
        Self::ServiceFailed,
        Self::AnswerUnfit,
        Self::Misconfigured,
        Self::TemplateFailed,
        Self::NoSigningKey,
        Self::NoBackendSecret,
        Self::ValueUnfit,
        Self::PathTooLong,
        Self::EventUnreadable,
        Self::TimeUp,
        Self::Panicked,
        Self::Internal,
    ];

    /// Whether a service, the rules or the gate is the cause, rather than the request: what whoever runs
    /// the gate has to look at, even where an error handler makes it an ordinary refusal.
    #[must_use]
    pub fn is_fault(self) -> bool {
        match self {
            Self::OverlappingRules
            | Self::TooManyRequests
            | Self::ServiceFailed
            | Self::AnswerUnfit
            | Self::Misconfigured
            | Self::TemplateFailed
            | Self::NoSigningKey
            | Self::NoBackendSecret
            | Self::TimeUp
            | Self::Panicked
            | Self::Internal => true,
            Self::Granted
            | Self::NoRule
            | Self::UnsafePath
            | Self::ForgedHeader
            | Self::MimickingHeader
            | Self::OverridingHeader
            | Self::AmbiguousAuthorization
            | Self::NoCredentials
            | Self::InvalidCredentials
            | Self::Forbidden
            | Self::ValueUnfit
            | Self::PathTooLong
            | Self::EventUnreadable => false,
        }
    }

    /// The code as logs have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::NoRule => "no_rule",
            Self::OverlappingRules => "overlapping_rules",
            Self::UnsafePath => "unsafe_path",
            Self::ForgedHeader => "forged_header",
            Self::MimickingHeader => "mimicking_header",
            Self::OverridingHeader => "overriding_header",
            Self::AmbiguousAuthorization => "ambiguous_authorization",
            Self::NoCredentials => "no_credentials",
            Self::InvalidCredentials => "invalid_credentials",
            Self::Forbidden => "forbidden",
            Self::TooManyRequests => "too_many_requests",
            Self::ServiceFailed => "service_failed",
            Self::AnswerUnfit => "answer_unfit",
            Self::Misconfigured => "misconfigured",
            Self::TemplateFailed => "template_failed",
            Self::NoSigningKey => "no_signing_key",
            Self::NoBackendSecret => "no_backend_secret",
            Self::ValueUnfit => "value_unfit",
            Self::PathTooLong => "path_too_long",
            Self::EventUnreadable => "event_unreadable",
            Self::TimeUp => "time_up",
            Self::Panicked => "panicked",
            Self::Internal => "internal",
        }
    }
}
