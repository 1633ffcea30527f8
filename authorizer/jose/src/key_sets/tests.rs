use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use super::{Held, KeySetError, KeySets, NoKey};
use crate::{
    JwkSetError,
    ports::{Clock, KeyPorts, KeySource, KeySourceError},
    testing::{ChangingKeys, FixedClock, fixture},
};

mod fetching;
mod holding;

const URL: &str = "https://id.example/keys";
const TTL: Duration = Duration::from_secs(30);
const WAIT: Duration = Duration::from_secs(1);

/// Key sets of one issuer, whose set and clock a test changes.
struct Issuer {
    sets: KeySets,
    keys: Arc<ChangingKeys>,
    clock: Arc<FixedClock>,
    source: Arc<dyn KeySource>,
    clock_port: Arc<dyn Clock>,
}

impl Issuer {
    fn with(set: impl Into<Bytes>) -> Self {
        let (keys, clock) = (ChangingKeys::new(set), FixedClock::at(1_750_000_000));
        let (source, clock_port) = (Arc::clone(&keys) as _, Arc::clone(&clock) as _);
        Self {
            sets: KeySets::default(),
            keys,
            clock,
            source,
            clock_port,
        }
    }

    fn ports(&self) -> KeyPorts<'_> {
        KeyPorts {
            source: &self.source,
            clock: &self.clock_port,
        }
    }

    /// The id of the key that signs with the set at the URL.
    async fn signing_id(&self) -> Result<String, KeySetError> {
        let held = self.sets.get(self.ports(), URL, TTL, WAIT).await?;
        let signer = held.set.signing_key(SystemTime::now()).unwrap();
        Ok(signer.key.id().to_owned())
    }

    async fn lookup(&self, id: &str) -> Result<Held, NoKey> {
        let urls = [URL.to_owned()];
        self.sets.holding(self.ports(), &urls, id, TTL, WAIT).await
    }

    /// Whether a key is found, and how many requests that took.
    async fn has(&self, id: &str) -> (bool, usize) {
        let before = self.keys.reads();
        let found = self.lookup(id).await;
        (found.is_ok(), self.keys.reads() - before)
    }
}

/// A set of one symmetric key for signatures.
fn set(id: &str) -> String {
    format!(r#"{{"keys":[{{"kty":"oct","k":"c2VjcmV0","kid":"{id}","use":"sig"}}]}}"#)
}

fn unavailable() -> Result<Bytes, KeySourceError> {
    Err(KeySourceError::Unavailable("it answers 503".to_owned()))
}
