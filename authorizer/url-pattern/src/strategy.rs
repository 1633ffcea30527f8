//! The dialect of a pattern's parts between `<` and `>`.

use std::str::FromStr;

/// Oathkeeper's `access_rules.matching_strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Strategy {
    /// Parts are regular expressions in the dialect of regexp2.
    #[default]
    Regexp,
    /// Parts are globs with the separators `.` and `/`.
    Glob,
}

/// A `matching_strategy` that is neither empty, `regexp` nor `glob`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown matching strategy `{0}`, use `regexp` or `glob`")]
pub struct UnknownStrategy(pub String);

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    /// Parses the configuration's value; the empty string means `regexp`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" | "regexp" => Ok(Self::Regexp),
            "glob" => Ok(Self::Glob),
            other => Err(UnknownStrategy(other.to_owned())),
        }
    }
}

impl Strategy {
    /// The configuration's value for this strategy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regexp => "regexp",
            Self::Glob => "glob",
        }
    }
}
