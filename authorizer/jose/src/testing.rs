//! Ports of key sets for tests, and the key sets that tests use.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use super::ports::{BoxFuture, Clock, KeySource, KeySourceError};

/// A key set of the recorded suite `mutate-id-token`, by its file's name; empty where it cannot be read.
#[must_use]
pub fn fixture(name: &str) -> String {
    let folder = "../../conformance/suites/mutate-id-token";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Key sets by URL.
#[derive(Debug, Default)]
pub struct MapKeys(pub BTreeMap<String, Bytes>);

impl KeySource for MapKeys {
    fn read(&self, url: &str, _timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        let found = self.0.get(url).cloned();
        let found =
            found.ok_or_else(|| KeySourceError::Unreadable("no key set is prepared".to_owned()));
        Box::pin(std::future::ready(found))
    }
}

/// One key set for every URL, which a test can change while it runs.
#[derive(Debug)]
pub struct ChangingKeys {
    now: Mutex<Result<Bytes, KeySourceError>>,
    delay: Mutex<Duration>,
    reads: AtomicUsize,
}

impl ChangingKeys {
    /// A source that gives this text at first.
    #[must_use]
    pub fn new(text: impl Into<Bytes>) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Ok(text.into())),
            delay: Mutex::default(),
            reads: AtomicUsize::new(0),
        })
    }

    /// Sets what is read from now on.
    pub fn set(&self, outcome: Result<Bytes, KeySourceError>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    /// Sets how long a read takes from now on.
    pub fn take(&self, delay: Duration) {
        *self.delay.lock().unwrap_or_else(PoisonError::into_inner) = delay;
    }

    /// The number of reads so far.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

impl KeySource for ChangingKeys {
    fn read(&self, _url: &str, _timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let delay = *self.delay.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(async move {
            tokio::time::sleep(delay).await;
            self.now
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        })
    }
}

/// A clock that moves only when a test moves it.
#[derive(Debug)]
pub struct FixedClock(Mutex<SystemTime>);

impl FixedClock {
    /// A clock that shows this many seconds since 1970.
    #[must_use]
    pub fn at(seconds: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
        )))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
