//! What can be wrong with a service.

use std::fmt;

/// A way in which a service fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nobody listens.
    Refused,
    /// The connection is reset, before or after the probe.
    Reset,
    /// The probe is read and never answered.
    Hang,
    /// The connection is taken and nothing ever said.
    HangInHandshake,
    /// The answer's head arrives a byte at a time.
    DrippingHead,
    /// The right answer's body arrives a byte at a time.
    DrippingBody,
    /// 500.
    InternalError,
    /// 503 that asks to come back in an hour.
    Unavailable,
    /// Bytes that are no HTTP.
    NoHttp,
    /// 200 with bytes that mean nothing.
    GarbageBody,
    /// The right answer behind blanks without end.
    EndlessBody,
    /// The right answer behind more blanks than anybody reads, announced in its length.
    HugeBody,
    /// A redirect to the same place, for ever.
    RedirectLoop,
    /// A redirect to a name that does not exist.
    UnknownName,
    /// The certificate of an issuer nobody trusts.
    StrangersCertificate,
    /// A trusted certificate for another name.
    OtherNamesCertificate,
    /// A trusted certificate whose time is over.
    ExpiredCertificate,
    /// The connection ends in the middle of the body.
    CutShort,
    /// The same where no length was announced.
    CutWithoutLength,
    /// An announced length shorter than the body.
    LengthTooShort,
    /// Two lengths that contradict each other.
    TwoLengths,
    /// Headers without end.
    EndlessHeaders,
    /// Interim answers without end.
    EndlessContinue,
    /// The right answer, and behind it one that nobody asked for and that would let anybody in.
    AnswersTwice,
    /// Well and unwell in turns.
    Flapping,
}

impl Fault {
    pub const ALL: [Self; 25] = [
        Self::Refused,
        Self::Reset,
        Self::Hang,
        Self::HangInHandshake,
        Self::DrippingHead,
        Self::DrippingBody,
        Self::InternalError,
        Self::Unavailable,
        Self::NoHttp,
        Self::GarbageBody,
        Self::EndlessBody,
        Self::HugeBody,
        Self::RedirectLoop,
        Self::UnknownName,
        Self::StrangersCertificate,
        Self::OtherNamesCertificate,
        Self::ExpiredCertificate,
        Self::CutShort,
        Self::CutWithoutLength,
        Self::LengthTooShort,
        Self::TwoLengths,
        Self::EndlessHeaders,
        Self::EndlessContinue,
        Self::AnswersTwice,
        Self::Flapping,
    ];

    /// Whether connections that are open already do not show it.
    pub fn shows_on_new_connections_only(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::HangInHandshake
                | Self::StrangersCertificate
                | Self::OtherNamesCertificate
                | Self::ExpiredCertificate
        )
    }

    /// Whether what arrives is the service's true answer, some of the time at least.
    pub fn may_answer_truly(self) -> bool {
        matches!(self, Self::AnswersTwice | Self::Flapping)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Refused => "connection refused",
            Self::Reset => "connection reset",
            Self::Hang => "never answers",
            Self::HangInHandshake => "never speaks",
            Self::DrippingHead => "drips its head",
            Self::DrippingBody => "drips its body",
            Self::InternalError => "status 500",
            Self::Unavailable => "status 503, retry in an hour",
            Self::NoHttp => "no HTTP",
            Self::GarbageBody => "200 with garbage",
            Self::EndlessBody => "endless body",
            Self::HugeBody => "huge body",
            Self::RedirectLoop => "redirects for ever",
            Self::UnknownName => "redirects to an unknown name",
            Self::StrangersCertificate => "certificate of a stranger",
            Self::OtherNamesCertificate => "certificate for another name",
            Self::ExpiredCertificate => "certificate expired",
            Self::CutShort => "body cut short",
            Self::CutWithoutLength => "body cut short, no length",
            Self::LengthTooShort => "length too short",
            Self::TwoLengths => "two lengths",
            Self::EndlessHeaders => "endless headers",
            Self::EndlessContinue => "status 100 without end",
            Self::AnswersTwice => "answers twice",
            Self::Flapping => "any of these, now and then",
        })
    }
}
