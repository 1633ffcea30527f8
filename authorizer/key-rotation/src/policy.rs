//! When a key signs and when it ends.

use std::time::Duration;

use oathgate_credentials::Algorithm;

/// The longest time from the creation of a rotation's key to the rotation's end.
const LONGEST_ROTATION: Duration = Duration::from_secs(15 * 60);

/// The times that decide when a key signs and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a key is published before it signs: longer than those who sign cache the set, and longer
    /// than those who verify may have an older one.
    pub publish_ahead: Duration,
    /// How long a key stays published after its last signature: longer than any token is valid.
    pub retire_after: Duration,
    /// The new key's algorithm; by default that of the newest key.
    pub algorithm: Option<Algorithm>,
}

impl Policy {
    /// How long before it signs a key is created. A set cannot be changed once it is written, so this
    /// includes time for a rotation that has to be repeated.
    pub(crate) fn made_ahead(&self) -> Duration {
        self.publish_ahead + self.publish_ahead.min(LONGEST_ROTATION)
    }
}
