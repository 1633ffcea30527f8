//! One URL pattern, compiled.

use crate::program::Program;
use crate::syntax::{self, Tree};
use crate::{Strategy, matcher, risk};

/// Why a pattern does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// The pattern is the empty string.
    #[error("the pattern is empty")]
    Empty,
    /// `<` and `>` are not balanced.
    #[error(
        "unbalanced `<` and `>` in `{0}`: each one counts, also after a backslash and inside `[]`"
    )]
    Unbalanced(String),
    /// A part between `<` and `>` is not a valid or not a supported regular expression.
    #[error("`<{part}>` does not compile: {reason}")]
    Part {
        /// The text between the delimiters.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The pattern as a whole is not valid, or not supported.
    #[error("`{pattern}` does not compile: {reason}")]
    Whole {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a compiled pattern has no result for a URL. The request must be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// The pattern backtracks more than allowed.
    #[error("the pattern backtracks too much on this url, simplify it")]
    Backtracking,
    /// The captures of a URL that does not match.
    #[error("the url does not match the pattern")]
    NoMatch,
}

/// A compiled URL pattern.
///
/// Text outside `<…>` is matched as it is, and the whole URL must match. Parts are, by [`Strategy`],
/// regular expressions of [regexp2](https://github.com/dlclark/regexp2) (.NET's dialect:
/// look-around, references, atomic groups) or globs of [gobwas/glob](https://github.com/gobwas/glob).
#[derive(Debug, Clone)]
pub struct Pattern {
    program: Program,
    risky: bool,
}

impl Pattern {
    /// Compiles `source`, the `match.url` of a rule.
    ///
    /// # Errors
    /// Delimiters that are not balanced, and parts that are invalid or cannot be matched faithfully.
    pub fn compile(strategy: Strategy, source: &str) -> Result<Self, PatternError> {
        Self::from_tree(&syntax::parse(strategy, source)?, source)
    }

    /// Compiles a parsed pattern; `source` is its text, for the error.
    ///
    /// # Errors
    /// A pattern that becomes too large a program.
    pub fn from_tree(tree: &Tree, source: &str) -> Result<Self, PatternError> {
        let program = Program::compile(tree).map_err(|reason| PatternError::Whole {
            pattern: source.to_owned(),
            reason,
        })?;
        Ok(Self {
            program,
            risky: risk::is_risky(&tree.root),
        })
    }

    /// Whether the whole `url` (`scheme://host/path`) matches.
    ///
    /// # Errors
    /// [`MatchError::Backtracking`] where the search was given up.
    pub fn matches(&self, url: &str) -> Result<bool, MatchError> {
        matcher::is_match(&self.program, url)
    }

    /// The text of every capture group, as Oathkeeper passes it to templates: groups that captured
    /// nothing are empty, named groups follow the unnamed ones, globs have none.
    ///
    /// # Errors
    /// [`MatchError::NoMatch`] where the url does not match, [`MatchError::Backtracking`] where
    /// the search was given up.
    pub fn captures(&self, url: &str) -> Result<Vec<String>, MatchError> {
        matcher::captures(&self.program, url)?.ok_or(MatchError::NoMatch)
    }

    /// Whether the pattern may backtrack catastrophically on some URL, so that requests could be
    /// refused. May be true of patterns that do not.
    pub fn is_risky(&self) -> bool {
        self.risky
    }
}
