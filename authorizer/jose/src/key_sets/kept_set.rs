//! The set at one URL: the last one that was read, and the fetch that is under way.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use tokio::sync::watch;

use super::KeySetError;
use crate::{
    JwkSet,
    ports::{Clock, KeyPorts, KeySource, KeySourceError},
    token_bucket::TokenBucket,
};

/// How long a fetch may go on after the request that started it has stopped waiting: the next request
/// uses what it brought.
pub(super) const FETCH_TIMEOUT: Duration = Duration::from_secs(15);

/// How long requests wait for a fetch that is under way before one of them starts another: a service
/// that lost one request may answer the next.
pub(super) const OVERDUE: Duration = Duration::from_secs(3);

/// The set at one URL.
#[derive(Debug, Default)]
pub(super) struct KeptSet {
    last: Mutex<Option<Fetched>>,
    fetch: Mutex<Option<UnderWay>>,
    /// When the last fetch started, whatever its outcome.
    started: Mutex<Option<SystemTime>>,
    /// Why the last fetch that ended brought no set, if it did not.
    failure: Mutex<Option<KeySetError>>,
    bucket: TokenBucket,
}

/// A set as it was read last.
#[derive(Clone, Debug)]
struct Fetched {
    text: Bytes,
    set: Arc<JwkSet>,
    at: SystemTime,
}

pub(super) type Outcome = Result<Arc<JwkSet>, KeySetError>;

/// Shows the outcome once there is one.
pub(super) type Fetch = watch::Receiver<Option<Outcome>>;

/// The fetch that started last.
#[derive(Debug)]
struct UnderWay {
    fetch: Fetch,
    since: SystemTime,
}

impl UnderWay {
    /// Whether it is worth waiting for. A fetch that ended without clearing up after itself is not, and
    /// a clock that was set back makes it old.
    fn is_promising(&self, now: SystemTime) -> bool {
        self.fetch.has_changed().is_ok()
            && now
                .duration_since(self.since)
                .is_ok_and(|age| age < OVERDUE)
    }
}

impl KeptSet {
    /// The set that was read last, however old.
    pub(super) fn last(&self) -> Option<Arc<JwkSet>> {
        lock(&self.last).as_ref().map(|last| Arc::clone(&last.set))
    }

    /// The set that was read last, if it is not older than `ttl`. A clock that was set back makes it old.
    pub(super) fn fresh(&self, now: SystemTime, ttl: Duration) -> Option<Arc<JwkSet>> {
        let last = lock(&self.last);
        let last = last.as_ref()?;
        let age = now.duration_since(last.at).ok()?;
        (age <= ttl).then(|| Arc::clone(&last.set))
    }

    /// A fetch, if one is due or under way or the token bucket has a token left; else the outcome of the
    /// last one.
    pub(super) fn fetch_within_limit(
        self: &Arc<Self>,
        ports: KeyPorts<'_>,
        url: &str,
        ttl: Duration,
        per_minute: u32,
    ) -> Lookup {
        let now = ports.clock.now();
        let under_way = lock(&self.fetch)
            .as_ref()
            .is_some_and(|under_way| under_way.is_promising(now));
        let recently =
            |started: SystemTime| now.duration_since(started).is_ok_and(|age| age <= ttl);
        let started = *lock(&self.started);
        let due = !started.is_some_and(recently);
        if under_way || due || self.bucket.take(per_minute, now) {
            Lookup::Fetch(self.join_fetch(ports, url))
        } else {
            let failure = lock(&self.failure).clone();
            let defect = || self.last()?.defect().map(KeySetError::from);
            Lookup::Skipped(failure.or_else(defect))
        }
    }

    /// The fetch that is under way, or a new one. It runs to its end on its own.
    pub(super) fn join_fetch(self: &Arc<Self>, ports: KeyPorts<'_>, url: &str) -> Fetch {
        let now = ports.clock.now();
        let mut last = lock(&self.fetch);
        if let Some(under_way) = last.as_ref().filter(|last| last.is_promising(now)) {
            return under_way.fetch.clone();
        }
        let (done, fetch) = watch::channel(None);
        *last = Some(UnderWay {
            fetch: fetch.clone(),
            since: now,
        });
        *lock(&self.started) = Some(now);
        let (kept, url, own) = (Arc::clone(self), url.to_owned(), fetch.clone());
        let (source, clock) = (Arc::clone(ports.source), Arc::clone(ports.clock));
        tokio::spawn(async move {
            let outcome = kept.read(&*source, &*clock, &url, now).await;
            let mut last = lock(&kept.fetch);
            if last
                .as_ref()
                .is_some_and(|last| last.fetch.same_channel(&own))
            {
                *last = None;
                *lock(&kept.failure) = outcome.as_ref().err().cloned();
            }
            drop(last);
            done.send_replace(Some(outcome));
        });
        fetch
    }

    async fn read(
        &self,
        source: &dyn KeySource,
        clock: &dyn Clock,
        url: &str,
        since: SystemTime,
    ) -> Outcome {
        let text = source
            .read(url, FETCH_TIMEOUT)
            .await
            .map_err(|error| match error {
                KeySourceError::Unreadable(reason) => KeySetError::Unreadable(reason),
                KeySourceError::Unavailable(reason) => KeySetError::Unavailable(reason),
            })?;
        let at = clock.now();
        if let Some(last) = lock(&self.last).as_mut().filter(|last| last.text == text) {
            last.at = at;
            return Ok(Arc::clone(&last.set));
        }
        let set = Arc::new(JwkSet::parse(&text)?);
        let mut last = lock(&self.last);
        match last.as_ref() {
            // What arrived meanwhile was requested later, so it is newer.
            Some(newer) if since < newer.at && newer.at <= at => Ok(Arc::clone(&newer.set)),
            _ => {
                *last = Some(Fetched {
                    text,
                    set: Arc::clone(&set),
                    at,
                });
                Ok(set)
            }
        }
    }
}

/// How a set is looked up where a key is missing from the sets that are fresh.
pub(super) enum Lookup {
    /// By this fetch.
    Fetch(Fetch),
    /// By no new fetch: why the last one brought no keys, if it did not.
    Skipped(Option<KeySetError>),
}

impl Lookup {
    /// Waits for the fetch, and tells whether the service answered, be it with an error.
    async fn is_answered(&mut self) -> bool {
        match self {
            Self::Fetch(fetch) => fetch.wait_for(Option::is_some).await.is_ok_and(|outcome| {
                !matches!(*outcome, None | Some(Err(KeySetError::Unavailable(_))))
            }),
            Self::Skipped(failure) => !matches!(failure, Some(KeySetError::Unavailable(_))),
        }
    }

    /// Whether every service answers within `wait`, or answered last where no fetch was started.
    pub(super) async fn all_are_answered(lookups: &mut [Self], wait: Duration) -> bool {
        let answers = async {
            let mut all = true;
            for lookup in lookups {
                all &= lookup.is_answered().await;
            }
            all
        };
        tokio::time::timeout(wait, answers).await.unwrap_or(false)
    }

    /// The set that was fetched.
    pub(super) fn set(&self) -> Option<Arc<JwkSet>> {
        match self {
            Self::Fetch(fetch) => fetch.borrow().as_ref()?.as_ref().ok().cloned(),
            Self::Skipped(_) => None,
        }
    }

    /// Why there are no keys, as far as is known by now.
    pub(super) fn failure(&self) -> Option<KeySetError> {
        match self {
            Self::Fetch(fetch) => match &*fetch.borrow() {
                None => Some(KeySetError::late()),
                Some(Err(error)) => Some(error.clone()),
                Some(Ok(set)) => set.defect().map(KeySetError::from),
            },
            Self::Skipped(failure) => failure.clone(),
        }
    }
}

/// No lock is held across code that can panic half-way through a change.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
