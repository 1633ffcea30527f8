//! The signature algorithms that keys are generated for.

use std::{fmt, str::FromStr};

use crate::CredentialsError;

/// A signature algorithm of [RFC 7518 section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)
/// or [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named as in the RFC")]
pub enum Algorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    /// The default: signing is many times cheaper than with RSA, at the same strength.
    #[default]
    ES256,
    ES384,
    ES512,
    EdDSA,
}

impl Algorithm {
    /// Every algorithm, in the order of help texts and messages.
    pub const ALL: [Self; 13] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
    ];

    /// The value of a key's `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Whether a key has a public half, so that others can verify signatures and not make any.
    #[must_use]
    pub fn has_public_key(self) -> bool {
        !matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }

    pub(crate) fn names() -> String {
        Self::ALL
            .map(|algorithm| format!("`{algorithm}`"))
            .join(", ")
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = CredentialsError;

    fn from_str(name: &str) -> Result<Self, CredentialsError> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or_else(|| CredentialsError::Algorithm(name.to_owned()))
    }
}
