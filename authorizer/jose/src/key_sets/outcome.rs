//! What looking for a key set gives.

use std::sync::Arc;

use thiserror::Error;

use crate::{JwkSet, JwkSetError};

/// Why there is no key set. The texts contain neither address nor key material.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KeySetError {
    /// It did not arrive in time, or the service that has it does not answer now.
    #[error("{0}")]
    Unavailable(String),
    /// It could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// What was read is not a key set.
    #[error(transparent)]
    Invalid(#[from] JwkSetError),
}

impl KeySetError {
    /// A set that was not there when the wait was over.
    pub(super) fn late() -> Self {
        Self::Unavailable("it did not arrive in time".to_owned())
    }
}

/// A set to use, and the sets that could not be read meanwhile.
#[derive(Clone, Debug)]
pub struct Held {
    /// The set; an older one where the requested one could not be read.
    pub set: Arc<JwkSet>,
    /// Each by its place among the URLs, counted from 0.
    pub unread: Vec<(usize, KeySetError)>,
}

impl Held {
    /// A set with no failure beside it.
    pub(super) fn without_failures(set: Arc<JwkSet>) -> Self {
        let unread = Vec::new();
        Self { set, unread }
    }
}

/// Why there is no key with an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// All sets were read, and none has it.
    Unknown,
    /// The sets that could not be read, each by its place among the URLs, counted from 0.
    Unread(Vec<(usize, KeySetError)>),
}
