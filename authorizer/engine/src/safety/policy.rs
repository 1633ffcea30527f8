//! What is done with paths that can be read in more than one way.

use std::str::FromStr;

use thiserror::Error;

/// What is done with a path of some kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Treatment {
    /// It is refused with 400.
    #[default]
    Refuse,
    /// It is decided about as it is written.
    Allow,
}

/// A text that names no [`Treatment`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is neither `refuse` nor `allow`")]
pub struct UnknownTreatment(pub String);

impl FromStr for Treatment {
    type Err = UnknownTreatment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "refuse" => Ok(Self::Refuse),
            "allow" => Ok(Self::Allow),
            other => Err(UnknownTreatment(other.to_owned())),
        }
    }
}

/// Which paths a gate refuses. The default refuses every path that can be read in more than one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathPolicy {
    /// `Allow` switches the whole check off and decides as Ory Oathkeeper does: the path is cleaned, and
    /// nobody asks how a backend reads it.
    pub unsafe_paths: Treatment,
    /// `Allow` matches encoded slashes and backslashes (`%2F`, `%5C`) as they are written: for backends
    /// that never decode them. Dot segments between them are refused all the same.
    pub encoded_slashes: Treatment,
}
