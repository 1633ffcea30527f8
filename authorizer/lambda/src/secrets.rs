//! The signing keys: a secret in place of the configuration's key set.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use oathgate_engine::ports::{BoxFuture, Clock, KeySource, KeySourceError};
use oathgate_outbound::{UrlKeys, aws::Secrets};
use tokio::task::JoinHandle;

use crate::{Level, Log};

/// How long one reading of the secret may take.
const READ_LIMIT: Duration = Duration::from_secs(3);

/// How long a decision waits for a new set where there is an old one, which is as good unless the keys
/// were rotated just now.
const WAIT_WITH_OLD: Duration = Duration::from_millis(500);

/// How soon a secret that could not be read or used is asked for again while an old set signs.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long whoever asks may keep the keys in turn: a key set on the network is looked at every 30
/// seconds. The secret is read again that much earlier, so that its life-time holds for both.
const LAG: Duration = Duration::from_secs(30);

/// Reads key sets by URL, and one of them from Secrets Manager instead.
///
/// The secret is kept in memory alone. Shortly before it is as old as its life-time it is read again
/// beside the decisions; once it is older, a decision waits for that, but not long. Whatever goes wrong
/// then, the old set goes on signing.
#[derive(Clone, Debug)]
pub struct SecretKeys {
    urls: UrlKeys,
    secret: Option<Arc<Secret>>,
}

#[derive(Debug)]
struct Secret {
    /// The URL that the secret stands in for.
    url: String,
    id: String,
    secrets: Secrets,
    ttl: Duration,
    clock: Arc<dyn Clock>,
    log: Log,
    kept: Mutex<Kept>,
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    text: Option<Bytes>,
    read_at: Option<SystemTime>,
    failed_at: Option<SystemTime>,
    /// When a decision last did not wait for the answer any longer.
    late_at: Option<SystemTime>,
}

/// What is to be done about the secret.
enum Need {
    Nothing(Bytes),
    Soon(Bytes),
    Now(Option<Bytes>),
}

impl SecretKeys {
    /// Reads every key set by its URL.
    #[must_use]
    pub fn by_url(urls: UrlKeys) -> Self {
        Self { urls, secret: None }
    }

    /// Reads the key set at exactly `url` from the secret `id`, and keeps it for `ttl`.
    #[must_use]
    pub fn with_secret(
        self,
        url: String,
        id: String,
        secrets: Secrets,
        ttl: Duration,
        clock: Arc<dyn Clock>,
        log: Log,
    ) -> Self {
        let secret = Secret {
            url,
            id,
            secrets,
            ttl,
            clock,
            log,
            kept: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        };
        Self {
            secret: Some(Arc::new(secret)),
            ..self
        }
    }

    /// Reads the secret ahead of the first decision. A failure is logged, and the first decision that
    /// needs the keys tries again.
    pub async fn prefetch(&self) {
        if let Some(secret) = &self.secret {
            let _ = secret.refresh().await;
        }
    }
}

impl KeySource for SecretKeys {
    fn read(&self, url: &str, timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        match &self.secret {
            Some(secret) if secret.url == url => Box::pin(async move {
                tokio::time::timeout(timeout, secret.get())
                    .await
                    .unwrap_or_else(|_| Err(late()))
            }),
            _ => self.urls.read(url, timeout),
        }
    }
}

impl Secret {
    async fn get(self: &Arc<Self>) -> Result<Bytes, KeySourceError> {
        match self.need() {
            Need::Nothing(text) => Ok(text),
            Need::Soon(text) => {
                drop(self.refresh_beside());
                Ok(text)
            }
            Need::Now(None) => self.refresh().await,
            Need::Now(Some(old)) => {
                match tokio::time::timeout(WAIT_WITH_OLD, self.refresh_beside()).await {
                    Ok(Ok(Ok(text))) => Ok(text),
                    Ok(_) => Ok(old),
                    Err(_) => {
                        self.kept().late_at = Some(self.clock.now());
                        Ok(old)
                    }
                }
            }
        }
    }

    /// Reads the secret in a task of its own, which nobody has to wait for.
    fn refresh_beside(self: &Arc<Self>) -> JoinHandle<Result<Bytes, KeySourceError>> {
        let secret = Arc::clone(self);
        tokio::spawn(async move { secret.refresh().await })
    }

    fn need(&self) -> Need {
        let now = self.clock.now();
        let kept = self.kept();
        let (Some(text), Some(read_at)) = (&kept.text, kept.read_at) else {
            return Need::Now(None);
        };
        // A clock that was set back makes the secret old.
        let age = now.duration_since(read_at).unwrap_or(Duration::MAX);
        let lately = |at: SystemTime| now.duration_since(at).is_ok_and(|since| since < PATIENCE);
        let due = self.ttl.saturating_sub(LAG.min(self.ttl / 10));
        if age < due * 4 / 5 || kept.failed_at.max(kept.late_at).is_some_and(lately) {
            Need::Nothing(text.clone())
        } else if age < due {
            Need::Soon(text.clone())
        } else {
            Need::Now(Some(text.clone()))
        }
    }

    /// Reads the secret, once for all who ask at the same time.
    async fn refresh(&self) -> Result<Bytes, KeySourceError> {
        let asked_at = self.clock.now();
        let _reading = self.reading.lock().await;
        {
            let kept = self.kept();
            if let (Some(text), Some(read_at)) = (&kept.text, kept.read_at)
                && read_at > asked_at
            {
                return Ok(text.clone());
            }
        }
        let read = self.secrets.read(&self.id, READ_LIMIT).await;
        let outcome = match read {
            Ok(text) if is_key_set(&text) => Ok(text),
            Ok(_) => Err(KeySourceError::Unreadable(
                "the secret holds no JSON Web Key Set".to_owned(),
            )),
            Err(error) => Err(KeySourceError::Unavailable(error.to_string())),
        };
        let now = self.clock.now();
        let mut kept = self.kept();
        match &outcome {
            Ok(text) => {
                *kept = Kept {
                    text: Some(text.clone()),
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
                    self.log.event(
                        Level::Error,
                        "the signing keys cannot be read",
                        Some(&error.to_string()),
                    );
                }
            }
        }
        outcome
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn late() -> KeySourceError {
    KeySourceError::Unavailable("the secret did not arrive in time".to_owned())
}

/// Whether a text can be a key set at all; whether its keys can sign is for the engine to find.
fn is_key_set(text: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Set {
        keys: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_slice::<Set>(text).is_ok_and(|set| !set.keys.is_empty())
}
