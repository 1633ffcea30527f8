//! What goes wrong with an index.

use oathgate_url_pattern::MatchError;

/// Bytes that are not valid [`CheckedRoutes`](crate::CheckedRoutes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// They begin with something else.
    #[error("this is not a file of packaged routes: package the rules again")]
    Foreign,
    /// Another version of Oathgate wrote them.
    #[error("the packaged routes have another version: package the rules again")]
    Version,
    /// They are cut short or do not fit together.
    #[error("the packaged routes are damaged: package the rules again")]
    Damaged,
    /// The file that holds them cannot be read.
    #[error("the packaged routes cannot be read")]
    Unreadable,
}

/// Why an entry cannot be matched with a URL. The request must be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The router has no such entry, or the entry's pattern does not compile.
    #[error("there is no pattern for this rule")]
    NoPattern,
    /// The pattern does not match, or the search was given up.
    #[error(transparent)]
    Match(#[from] MatchError),
    /// The index cannot be read.
    #[error(transparent)]
    Routes(#[from] LoadError),
}
