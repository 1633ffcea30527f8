//! What key sets need from outside: their text by URL, and the time.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use thiserror::Error;

/// A future that may be sent between threads, as a port's methods return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a key set could not be read. The texts contain no key material.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KeySourceError {
    /// It does not exist or is not text: reading it again would fail again.
    #[error("{0}")]
    Unreadable(String),
    /// The service that has it does not answer now: the set that was read last may be used meanwhile.
    #[error("{0}")]
    Unavailable(String),
}

/// Reads JSON Web Key Sets by URL: `file://`, `http(s)://`, `inline://`, or a secret in their place.
pub trait KeySource: Send + Sync + fmt::Debug {
    /// The text of the key set at a URL, within `timeout`.
    fn read(&self, url: &str, timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>>;
}

/// Tells the time, so that tests can set it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time now.
    fn now(&self) -> SystemTime;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The ports that a key set is fetched with, borrowed for one call.
#[derive(Clone, Copy, Debug)]
pub struct KeyPorts<'a> {
    /// Where key sets are read from.
    pub source: &'a Arc<dyn KeySource>,
    /// The clock that tells how old they are.
    pub clock: &'a Arc<dyn Clock>,
}
