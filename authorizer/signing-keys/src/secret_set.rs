//! The key set of the secret, cached for a while.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use oathgate_http_client::aws::Secrets;
use oathgate_jose::JwkSet;
use serde_json::json;

/// The time limit of one reading of the secret.
const READ_LIMIT: Duration = Duration::from_secs(3);

/// How soon a secret that could not be read or used is read again while an older set is published.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the secret once in a while. The set that was read last is used while no newer one can be read.
#[derive(Clone, Debug)]
pub(crate) struct SecretSet {
    secrets: Secrets,
    id: String,
    ttl: Duration,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    set: Option<Arc<JwkSet>>,
    read_at: Option<SystemTime>,
    failed_at: Option<SystemTime>,
}

impl SecretSet {
    pub(crate) fn new(secrets: Secrets, id: String, ttl: Duration) -> Self {
        Self {
            secrets,
            id,
            ttl,
            kept: Arc::default(),
        }
    }

    /// The set; an older one where the secret cannot be read now.
    pub(crate) async fn get(&self, now: SystemTime) -> Option<Arc<JwkSet>> {
        {
            let kept = self.kept();
            // A clock that was set back makes both old.
            let within = |at: Option<SystemTime>, time| {
                at.is_some_and(|at| now.duration_since(at).is_ok_and(|age| age < time))
            };
            if kept.set.is_some()
                && (within(kept.read_at, self.ttl) || within(kept.failed_at, PATIENCE))
            {
                return kept.set.clone();
            }
        }
        let read = match self.secrets.read(&self.id, READ_LIMIT).await {
            Ok(text) => JwkSet::parse(&text)
                .and_then(|set| set.defect().map_or(Ok(set), Err))
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let mut kept = self.kept();
        match read {
            Ok(set) => {
                *kept = Kept {
                    set: Some(Arc::new(set)),
                    read_at: Some(now),
                    failed_at: None,
                };
            }
            Err(error) => {
                if kept.failed_at.replace(now).is_none() {
                    let cause = format!("the signing keys cannot be read: {error}");
                    println!("{}", json!({"level": "ERROR", "message": cause}));
                }
            }
        }
        kept.set.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
