//! How keys follow each other.

use std::time::Duration;

use oathgate_credentials::Algorithm;

/// The longest time that a rotation may take from the making of its key to the end.
const LONGEST_ROTATION: Duration = Duration::from_secs(15 * 60);

/// How keys follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a key is published before it signs: longer than whoever signs keeps the set, and longer
    /// than whoever verifies can have an older one.
    pub publish_ahead: Duration,
    /// How long a key stays published after it has signed for the last time: longer than any token lives.
    pub retire_after: Duration,
    /// The new key's algorithm; that of the newest key where it is not said.
    pub algorithm: Option<Algorithm>,
}

impl Policy {
    /// How long before it signs a key is made. A set cannot be changed once it is written, so there is
    /// time in it for a rotation that has to be tried again.
    pub(crate) fn made_ahead(&self) -> Duration {
        self.publish_ahead + self.publish_ahead.min(LONGEST_ROTATION)
    }
}
