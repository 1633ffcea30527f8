//! Why a decision came out as it did, in a word that stays the same from version to version.

/// Defines [`ReasonCode`] and everything that is known of each code, from one line for each: its name here, its word in
/// logs, whether a `fault` or the `request` is its cause, and what it means.
macro_rules! reason_codes {
    ($($name:ident $word:literal $cause:ident $about:literal,)*) => {
        /// What logs, metrics and alarms can rely on; the sentences beside it may change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ReasonCode {
            $(#[doc = $about] $name,)*
        }

        impl ReasonCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as logs have it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What the code means, as a phrase.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }

            /// Whether a service, the rules or the gate is the cause, rather than the request: what an operator
            /// has to look at, even where an error handler turns it into an ordinary refusal.
            #[must_use]
            pub fn is_fault(self) -> bool {
                match self { $(Self::$name => reason_codes!(@ $cause),)* }
            }
        }
    };
    (@ fault) => { true };
    (@ request) => { false };
}

reason_codes! {
    Granted "granted" request
        "the request is allowed",
    NoRule "no_rule" request
        "no rule matches",
    OverlappingRules "overlapping_rules" fault
        "more than one rule matches",
    UnsafePath "unsafe_path" request
        "the path can be read in more than one way",
    ForgedHeader "forged_header" request
        "the client sends a header that the gate vouches for",
    MimickingHeader "mimicking_header" request
        "the client sends a header that could be taken for one that the gate vouches for",
    OverridingHeader "overriding_header" request
        "a header or query parameter of the client names another method or path, to which another rule or none applies",
    AmbiguousAuthorization "ambiguous_authorization" request
        "the request has several `Authorization` headers that differ",
    NoCredentials "no_credentials" request
        "the request has no credentials that an authenticator of the rule accepts",
    InvalidCredentials "invalid_credentials" request
        "the credentials of the request are wrong, unknown or expired",
    Forbidden "forbidden" request
        "the authenticated subject is not allowed to do this",
    TooManyRequests "too_many_requests" fault
        "a service responds that it receives too many requests",
    ServiceFailed "service_failed" fault
        "a service or a key set cannot be reached, does not respond in time or responds with an error",
    AnswerUnfit "answer_unfit" fault
        "a service's response cannot be used",
    Misconfigured "misconfigured" fault
        "the rule names a handler that is unknown, disabled or wrongly configured",
    TemplateFailed "template_failed" fault
        "a template of the rule produces no usable result",
    NoSigningKey "no_signing_key" fault
        "there is no key to sign with",
    NoBackendSecret "no_backend_secret" fault
        "the secret of the secret header was never read",
    ValueUnfit "value_unfit" request
        "a value that the rule sets cannot be passed on as it is",
    PathTooLong "path_too_long" request
        "the path is too long for a policy of API Gateway",
    EventUnreadable "event_unreadable" request
        "the event is not one of a REQUEST authorizer, or lacks what a decision needs",
    TimeUp "time_up" fault
        "the function's time ran out",
    Panicked "panicked" fault
        "the decision ended in a panic",
    Internal "internal" fault
        "the gate itself failed",
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro has no place for the attribute"
)]
impl Default for ReasonCode {
    fn default() -> Self {
        Self::Internal
    }
}
