//! Where checked routes lie.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::error::LoadError;

/// Bytes of checked routes that lie elsewhere and are read as requests need them.
///
/// Whoever gives them vouches that they are what [`CheckedRoutes::as_bytes`](crate::CheckedRoutes::as_bytes)
/// gave: bytes that cannot be read or were changed are an error, never other bytes.
pub trait RouteBytes: fmt::Debug + Send + Sync {
    /// How many there are.
    fn size(&self) -> usize;

    /// `length` bytes from `from` on.
    ///
    /// # Errors
    /// Bytes that are not there, cannot be read, or were changed.
    fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError>;
}

/// Bytes at hand or elsewhere.
#[derive(Debug, Clone)]
pub(crate) enum Bytes {
    Here(Cow<'static, [u8]>),
    Elsewhere(Arc<dyn RouteBytes>),
}

impl Bytes {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::Elsewhere(bytes) => bytes.size(),
        }
    }

    pub(crate) fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError> {
        match self {
            Self::Here(bytes) => from
                .checked_add(length)
                .and_then(|to| bytes.get(from..to))
                .map(Cow::Borrowed)
                .ok_or(LoadError::Damaged),
            Self::Elsewhere(bytes) => bytes.get(from, length),
        }
    }
}
