//! Why packed rules are not used.

use std::io;

use oathgate_engine::rules::RuleStoreError;
use thiserror::Error;

use crate::header::PROGRAM;

/// Why packed rules are not used. There is no fallback: the function does not start, or it refuses the
/// request that needs them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackedError {
    /// Not written by `oathgate package`.
    #[error("this is not a file of packed rules")]
    Foreign,
    /// Written by another version, whose rules could mean something else.
    #[error("the rules were packed by version `{found}`, this is `{PROGRAM}`: package them again")]
    Version {
        /// The version that packed them.
        found: String,
    },
    /// Changed or cut short after it was written.
    #[error("the packed rules are damaged: package them again")]
    Damaged,
    /// The index inside cannot be used.
    #[error(transparent)]
    Routes(#[from] oathgate_router::LoadError),
    /// The configuration inside cannot be used.
    #[error("the packed configuration cannot be used: {0}")]
    Config(String),
    /// There is no rule with this index.
    #[error("there is no rule {0}")]
    NoRule(usize),
    /// More than four gibibytes.
    #[error("the rules are too large to pack")]
    TooLarge,
    /// The file exists and cannot be read.
    #[error("the packed rules cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl From<PackedError> for RuleStoreError {
    fn from(error: PackedError) -> Self {
        match error {
            PackedError::NoRule(index) => Self::NoRule(index),
            other => Self::Unusable(Box::new(other)),
        }
    }
}
