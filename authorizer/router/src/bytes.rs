//! The bytes of checked routes.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::error::LoadError;

/// Bytes of checked routes that are read when requests need them.
///
/// An implementation guarantees that they are what [`CheckedRoutes::as_bytes`](crate::CheckedRoutes::as_bytes)
/// returned: bytes that cannot be read or were changed are an error, never other bytes.
pub trait RouteBytes: fmt::Debug + Send + Sync {
    /// How many bytes there are.
    fn size(&self) -> usize;

    /// `length` bytes, starting at `from`.
    ///
    /// # Errors
    /// Bytes that do not exist, cannot be read, or were changed.
    fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError>;
}

/// Bytes in memory, or bytes that are read when they are needed.
#[derive(Debug, Clone)]
pub(crate) enum Bytes {
    InMemory(Cow<'static, [u8]>),
    OnDemand(Arc<dyn RouteBytes>),
}

impl Bytes {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::InMemory(bytes) => bytes.len(),
            Self::OnDemand(bytes) => bytes.size(),
        }
    }

    pub(crate) fn get(&self, from: usize, length: usize) -> Result<Cow<'_, [u8]>, LoadError> {
        match self {
            Self::InMemory(bytes) => from
                .checked_add(length)
                .and_then(|to| bytes.get(from..to))
                .map(Cow::Borrowed)
                .ok_or(LoadError::Damaged),
            Self::OnDemand(bytes) => bytes.get(from, length),
        }
    }
}
