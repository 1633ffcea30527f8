//! Key sets by URL, kept for a while and fetched by one request at a time.

mod kept_set;
mod outcome;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use oathgate_cache::CacheKey;

use self::kept_set::{KeptSet, Lookup, lock};
use super::{JwkSet, ports::KeyPorts};

pub use outcome::{Held, KeySetError, NoKey};

/// How many requests a minute each URL gets for keys that no set has, where
/// [`KeySets::limit_requests`] sets no other limit: far more than real use needs.
const REQUESTS_PER_MINUTE: u32 = 6000;

/// Key sets by URL.
///
/// A set is read again once it is older than its life-time, and replaced only if its text has
/// changed. Requests that need the same set at the same time wait for one fetch together.
#[derive(Debug)]
pub struct KeySets {
    /// By the cache key of the URL, which may contain a password or a key set itself (`inline://`).
    by_url: Mutex<HashMap<CacheKey, Arc<KeptSet>>>,
    requests_per_minute: AtomicU32,
}

impl Default for KeySets {
    fn default() -> Self {
        Self {
            by_url: Mutex::default(),
            requests_per_minute: AtomicU32::new(REQUESTS_PER_MINUTE),
        }
    }
}

impl KeySets {
    /// The set at a URL, no older than `ttl`; an older one where none arrives within `wait`.
    ///
    /// # Errors
    /// A set that does not arrive, cannot be read or is not valid.
    pub async fn get(
        &self,
        ports: KeyPorts<'_>,
        url: &str,
        ttl: Duration,
        wait: Duration,
    ) -> Result<Held, KeySetError> {
        let kept = self.kept(url);
        if let Some(set) = kept.fresh(ports.clock.now(), ttl) {
            return Ok(Held::without_failures(set));
        }
        self.fetch(ports, url, wait).await
    }

    /// The set at a URL, read anew; the last one known where none arrives within `wait`.
    ///
    /// # Errors
    /// A set that does not arrive, cannot be read or is not valid.
    pub async fn fetch(
        &self,
        ports: KeyPorts<'_>,
        url: &str,
        wait: Duration,
    ) -> Result<Held, KeySetError> {
        let kept = self.kept(url);
        let mut fetch = kept.join_fetch(ports, url);
        let outcome = match tokio::time::timeout(wait, fetch.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(KeySetError::late())),
            Ok(Err(_)) | Err(_) => Err(KeySetError::late()),
        };
        match outcome {
            Err(error @ KeySetError::Unavailable(_)) => match kept.last() {
                Some(set) => Ok(Held {
                    set,
                    unread: vec![(0, error)],
                }),
                None => Err(error),
            },
            outcome => outcome.map(Held::without_failures),
        }
    }

    /// Limits how many requests a minute each URL gets for keys that no set has. A request because the
    /// set has become old is never refused.
    pub fn limit_requests(&self, per_minute: u32) {
        self.requests_per_minute
            .store(per_minute, Ordering::Relaxed);
    }

    /// The first set, in the order of the URLs, that has a key with this id to verify with
    /// ([`JwkSet::verification_key`]).
    ///
    /// Where no set that is younger than `ttl` has it, the sets of all URLs are fetched: it may be a new
    /// key. An older set is used only while one of the services does not answer within `wait`.
    ///
    /// # Errors
    /// No set has the key as far as is known, which is also the outcome once the limit of requests is
    /// reached; or sets that cannot be read, one of which may have it.
    pub async fn holding(
        &self,
        ports: KeyPorts<'_>,
        urls: &[String],
        id: &str,
        ttl: Duration,
        wait: Duration,
    ) -> Result<Held, NoKey> {
        let kept: Vec<_> = urls.iter().map(|url| (url, self.kept(url))).collect();
        let has_key = |set: &Arc<JwkSet>| set.verification_key(id).is_some();
        let fresh = || {
            let now = ports.clock.now();
            kept.iter()
                .filter_map(|(_, kept)| kept.fresh(now, ttl))
                .find(has_key)
        };
        if let Some(set) = fresh() {
            return Ok(Held::without_failures(set));
        }
        let per_minute = self.requests_per_minute.load(Ordering::Relaxed);
        let mut lookups: Vec<_> = kept
            .iter()
            .map(|(url, kept)| kept.fetch_within_limit(ports, url, ttl, per_minute))
            .collect();
        let found = if Lookup::all_are_answered(&mut lookups, wait).await {
            // A set that was just fetched is used, however short its life-time is.
            let fetched = || lookups.iter().filter_map(Lookup::set).find(has_key);
            fresh().or_else(fetched)
        } else {
            kept.iter()
                .filter_map(|(_, kept)| kept.last())
                .find(has_key)
        };
        let unread: Vec<_> = lookups
            .iter()
            .enumerate()
            .filter_map(|(index, lookup)| Some((index, lookup.failure()?)))
            .collect();
        match found {
            Some(set) => Ok(Held { set, unread }),
            None if unread.is_empty() => Err(NoKey::Unknown),
            None => Err(NoKey::Unread(unread)),
        }
    }

    fn kept(&self, url: &str) -> Arc<KeptSet> {
        let key = CacheKey::of(url);
        Arc::clone(lock(&self.by_url).entry(key).or_default())
    }
}

#[cfg(test)]
mod tests;
