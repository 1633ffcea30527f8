//! A secret of Secrets Manager, kept in memory for its life-time.

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

/// How long one reading of the secret may take.
const READ_LIMIT: Duration = Duration::from_secs(3);

/// How long a decision waits for a new value where there is an old one, which is as good unless the
/// secret was rotated just now.
const WAIT_WITH_OLD: Duration = Duration::from_millis(500);

/// How soon a secret that could not be read or used is read again while an old value serves.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long whoever reads the value may keep it in turn: a key set on the network is looked at every 30
/// seconds. The secret is read again that much earlier, so that its life-time holds for both.
const LAG: Duration = Duration::from_secs(30);

/// Why a secret has no value. The texts hold none.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum SecretUnavailable {
    /// It could not be read.
    #[error("{0}")]
    Unread(String),
    /// What it holds cannot be used.
    #[error("the secret {0}")]
    Unfit(&'static str),
}

/// What a secret is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    /// The log's message where it cannot be read.
    pub(crate) unread: &'static str,
    /// What is wrong with a value, as a sentence about the secret goes on.
    pub(crate) unfit: fn(&[u8]) -> Option<&'static str>,
}

/// A secret that is kept in memory alone.
///
/// Shortly before its value is as old as its life-time it is read again beside the decisions; once the
/// value is older, a decision waits for that, but not long. Whatever goes wrong then, the last good value
/// goes on serving.
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
    /// When a decision last did not wait for the answer any longer.
    late_at: Option<SystemTime>,
}

/// Shows no value.
impl fmt::Debug for Kept {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Kept")
            .field("read_at", &self.read_at)
            .field("failed_at", &self.failed_at)
            .finish_non_exhaustive()
    }
}

/// What is to be done about the secret.
enum Need {
    Nothing(Bytes),
    Soon(Bytes),
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
    /// Why there is none, where none was ever read.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Bytes, SecretUnavailable> {
        match self.need() {
            Need::Nothing(value) => Ok(value),
            Need::Soon(value) => {
                drop(self.refresh_beside());
                Ok(value)
            }
            Need::Now(None) => self.refresh().await,
            Need::Now(Some(old)) => {
                match tokio::time::timeout(WAIT_WITH_OLD, self.refresh_beside()).await {
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

    /// Reads the secret ahead of the first decision. A failure is logged, and the first decision that
    /// needs the value tries again.
    pub(crate) async fn prefetch(&self) {
        let _ = self.refresh().await;
    }

    /// Reads the secret in a task of its own, which nobody has to wait for.
    fn refresh_beside(self: &Arc<Self>) -> JoinHandle<Result<Bytes, SecretUnavailable>> {
        let secret = Arc::clone(self);
        tokio::spawn(async move { secret.refresh().await })
    }

    fn need(&self) -> Need {
        let now = self.clock.now();
        let kept = self.kept();
        let (Some(value), Some(read_at)) = (&kept.value, kept.read_at) else {
            return Need::Now(None);
        };
        // A clock that was set back makes the value old.
        let age = now.duration_since(read_at).unwrap_or(Duration::MAX);
        let lately = |at: SystemTime| now.duration_since(at).is_ok_and(|since| since < PATIENCE);
        let due = self.ttl.saturating_sub(LAG.min(self.ttl / 10));
        if age < due * 4 / 5 || kept.failed_at.max(kept.late_at).is_some_and(lately) {
            Need::Nothing(value.clone())
        } else if age < due {
            Need::Soon(value.clone())
        } else {
            Need::Now(Some(value.clone()))
        }
    }

    /// Reads the secret, once for all who need it at the same time.
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
        let outcome = match self.secrets.read(&self.id, READ_LIMIT).await {
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
                let said_before = kept.failed_at.is_some();
                kept.failed_at = Some(now);
                drop(kept);
                if !said_before {
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
