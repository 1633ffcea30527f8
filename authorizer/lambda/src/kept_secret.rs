//! A secret of Secrets Manager, kept in memory for its time to live.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use oathgate_engine::ports::Clock;
use oathgate_http_client::aws::Secrets;
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::{Level, Log};

/// The time-out of one request for the secret.
const READ_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a decision waits for a new value if there is an old one, which is still right unless the secret has
/// just been rotated.
const REFRESH_TIMEOUT: Duration = Duration::from_millis(500);

/// After which time a secret that could not be read or used is read again while the old value is in use.
const RETRY_DELAY: Duration = Duration::from_secs(10);

/// How long callers may keep the value themselves: a key set from the network is requested every 30 seconds. The
/// secret is read again earlier by this time, so that its time to live covers both.
const KEPT_BY_CALLERS: Duration = Duration::from_secs(30);

/// Why a secret has no value. The messages contain no secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum SecretUnavailable {
    /// It could not be read.
    #[error("{0}")]
    Unread(String),
    /// Its value cannot be used.
    #[error("the secret {0}")]
    Unfit(&'static str),
}

/// The messages and the check of a kind of secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    /// The log's message if it cannot be read.
    pub(crate) unread: &'static str,
    /// Why a value cannot be used, as the predicate of a sentence about the secret; `None` if it can.
    pub(crate) unfit: fn(&[u8]) -> Option<&'static str>,
}

/// A secret that is kept in memory alone.
///
/// Shortly before the end of its time to live the value is read again in parallel to decisions; after that, a
/// decision waits for the new value, but not longer than [`REFRESH_TIMEOUT`]. If it cannot be read, the last
/// valid value stays in use.
#[derive(Debug)]
pub(crate) struct KeptSecret {
    id: String,
    secrets: Secrets,
    ttl: Duration,
    purpose: Purpose,
    clock: Arc<dyn Clock>,
    log: Log,
    kept: Mutex<Kept>,
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kept {
    value: Option<Bytes>,
    read_at: Option<SystemTime>,
    failed_at: Option<SystemTime>,
    /// When a decision last stopped waiting for the response.
    late_at: Option<SystemTime>,
}

/// Does not print the value.
impl fmt::Debug for Kept {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Kept")
            .field("read_at", &self.read_at)
            .field("failed_at", &self.failed_at)
            .finish_non_exhaustive()
    }
}

/// Whether the secret has to be read, with its last value.
enum Need {
    /// The value is recent, or the last attempt has only just failed.
    Nothing(Bytes),
    /// The value is in use while it is read again.
    Soon(Bytes),
    /// The value is too old, or was never read.
    Now(Option<Bytes>),
}

impl KeptSecret {
    /// The secret `id`, by name or ARN, whose value is kept for `ttl`. Nothing is read yet.
    pub(crate) fn new(
        id: String,
        purpose: Purpose,
        secrets: Secrets,
        ttl: Duration,
        clock: Arc<dyn Clock>,
        log: Log,
    ) -> Self {
        Self {
            id,
            secrets,
            ttl,
            purpose,
            clock,
            log,
            kept: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// The value.
    ///
    /// # Errors
    /// Why the secret has no value, if none was ever read.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Bytes, SecretUnavailable> {
        match self.need() {
            Need::Nothing(value) => Ok(value),
            Need::Soon(value) => {
                drop(self.refresh_in_background());
                Ok(value)
            }
            Need::Now(None) => self.refresh().await,
            Need::Now(Some(old)) => {
                match tokio::time::timeout(REFRESH_TIMEOUT, self.refresh_in_background()).await {
                    Ok(Ok(Ok(value))) => Ok(value),
                    Ok(_) => Ok(old),
                    Err(_) => {
                        self.kept().late_at = Some(self.clock.now());
                        Ok(old)
                    }
                }
            }
        }
    }

    /// Reads the secret before the first decision. A failure is logged, and the first decision that
    /// needs the value tries again.
    pub(crate) async fn prefetch(&self) {
        let _ = self.refresh().await;
    }

    /// Reads the secret in a separate task, which the caller need not await.
    fn refresh_in_background(self: &Arc<Self>) -> JoinHandle<Result<Bytes, SecretUnavailable>> {
        let secret = Arc::clone(self);
        tokio::spawn(async move { secret.refresh().await })
    }

    fn need(&self) -> Need {
        let now = self.clock.now();
        let kept = self.kept();
        let (Some(value), Some(read_at)) = (&kept.value, kept.read_at) else {
            return Need::Now(None);
        };
        // After the clock was set back, the value counts as old.
        let age = now.duration_since(read_at).unwrap_or(Duration::MAX);
        let recent = |at: SystemTime| {
            now.duration_since(at)
                .is_ok_and(|since| since < RETRY_DELAY)
        };
        let due = self.ttl.saturating_sub(KEPT_BY_CALLERS.min(self.ttl / 10));
        if age < due * 4 / 5 || kept.failed_at.max(kept.late_at).is_some_and(recent) {
            Need::Nothing(value.clone())
        } else if age < due {
            Need::Soon(value.clone())
        } else {
            Need::Now(Some(value.clone()))
        }
    }

    /// Reads the secret, once for all concurrent callers.
    async fn refresh(&self) -> Result<Bytes, SecretUnavailable> {
        let sent_at = self.clock.now();
        let _reading = self.reading.lock().await;
        {
            let kept = self.kept();
            if let (Some(value), Some(read_at)) = (&kept.value, kept.read_at)
                && read_at > sent_at
            {
                return Ok(value.clone());
            }
        }
        let outcome = match self.secrets.read(&self.id, READ_TIMEOUT).await {
            Ok(value) => match (self.purpose.unfit)(&value) {
                None => Ok(value),
                Some(why) => Err(SecretUnavailable::Unfit(why)),
            },
            Err(error) => Err(SecretUnavailable::Unread(error.to_string())),
        };
        let now = self.clock.now();
        let mut kept = self.kept();
        match &outcome {
            Ok(value) => {
                *kept = Kept {
                    value: Some(value.clone()),
                    read_at: Some(now),
                    failed_at: None,
                    late_at: None,
                };
            }
            Err(error) => {
                let logged_before = kept.failed_at.is_some();
                kept.failed_at = Some(now);
                drop(kept);
                if !logged_before {
                    let cause = error.to_string();
                    self.log
                        .event(Level::Error, self.purpose.unread, Some(&cause));
                }
            }
        }
        outcome
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
