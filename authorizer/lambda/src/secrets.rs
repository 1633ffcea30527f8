//! The signing keys: a secret that is read in place of the configuration's key set.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use oathgate_engine::ports::{BoxFuture, Clock, KeySource, KeySourceError};
use oathgate_http_client::{UrlKeys, aws::Secrets};

use crate::{
    Log,
    kept_secret::{KeptSecret, Purpose, SecretUnavailable},
};

const SIGNING_KEYS: Purpose = Purpose {
    unread: "the signing keys cannot be read",
    unfit: |text| (!is_key_set(text)).then_some("contains no JSON Web Key Set"),
};

/// Reads key sets by URL, and one of them from Secrets Manager.
#[derive(Clone, Debug)]
pub struct SecretKeys {
    urls: UrlKeys,
    secret: Option<SecretForUrl>,
}

/// A secret that is read in place of a URL.
#[derive(Clone, Debug)]
struct SecretForUrl {
    url: String,
    secret: Arc<KeptSecret>,
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
        let secret = KeptSecret::new(id, SIGNING_KEYS, secrets, ttl, clock, log);
        let secret = Arc::new(secret);
        Self {
            secret: Some(SecretForUrl { url, secret }),
            ..self
        }
    }

    /// Reads the secret before the first decision. A failure is logged, and the first decision that
    /// needs the keys tries again.
    pub async fn prefetch(&self) {
        if let Some(kept) = &self.secret {
            kept.secret.prefetch().await;
        }
    }
}

impl KeySource for SecretKeys {
    fn read(&self, url: &str, timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        match &self.secret {
            Some(kept) if kept.url == url => Box::pin(async move {
                match tokio::time::timeout(timeout, kept.secret.get()).await {
                    Ok(read) => read.map_err(key_source_error),
                    Err(_) => Err(timed_out()),
                }
            }),
            _ => self.urls.read(url, timeout),
        }
    }
}

fn key_source_error(error: SecretUnavailable) -> KeySourceError {
    let cause = error.to_string();
    match error {
        SecretUnavailable::Unread(_) => KeySourceError::Unavailable(cause),
        SecretUnavailable::Unfit(_) => KeySourceError::Unreadable(cause),
    }
}

fn timed_out() -> KeySourceError {
    KeySourceError::Unavailable("the secret did not arrive in time".to_owned())
}

/// Whether a text has the form of a key set. The engine determines whether its keys can sign.
fn is_key_set(text: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Set {
        keys: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_slice::<Set>(text).is_ok_and(|set| !set.keys.is_empty())
}
