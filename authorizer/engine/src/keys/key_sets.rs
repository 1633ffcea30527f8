//! Key sets by URL, kept for a while and fetched by one request at a time.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::watch;

use super::{JwkSet, JwkSetError, allowance::Allowance};
use crate::{Ports, cache_key::CacheKey, ports::KeySourceError};

/// How long a fetch may go on after whoever asked for it has stopped waiting: the next one to ask
/// finds what it brought.
const FETCH_LIMIT: Duration = Duration::from_secs(15);

/// How long others wait for a fetch that is under way before one of them begins another: a service that
/// swallowed one question may answer the next.
const OVERDUE: Duration = Duration::from_secs(3);

/// How many questions a minute each URL gets, beyond those for sets that have become old, where
/// nobody says otherwise: far more than any real use needs.
const REQUESTS_PER_MINUTE: u32 = 6000;

/// Key sets by URL.
///
/// A set is read again once it is older than its life-time, and replaced only if its text has
/// changed. Requests that need the same set at the same time wait for one fetch together.
#[derive(Debug)]
pub struct KeySets {
    /// By the cache_key of the URL: one may hold a password, or a key set itself (`inline://`).
    by_url: Mutex<HashMap<CacheKey, Arc<KeptSet>>>,
    questions_per_minute: AtomicU32,
}

impl Default for KeySets {
    fn default() -> Self {
        Self {
            by_url: Mutex::default(),
            questions_per_minute: AtomicU32::new(REQUESTS_PER_MINUTE),
        }
    }
}

/// The set at one URL.
#[derive(Debug, Default)]
struct KeptSet {
    last: Mutex<Option<Fetched>>,
    fetch: Mutex<Option<UnderWay>>,
    /// When it was last asked for, whatever came of it.
    asked: Mutex<Option<SystemTime>>,
    /// Why the last fetch that came to its end brought no set, if it did not.
    failure: Mutex<Option<KeySetError>>,
    allowance: Allowance,
}

/// A set as it was read last.
#[derive(Clone, Debug)]
struct Fetched {
    text: Bytes,
    set: Arc<JwkSet>,
    at: SystemTime,
}

type Outcome = Result<Arc<JwkSet>, KeySetError>;

/// Shows the outcome once there is one.
type Fetch = watch::Receiver<Option<Outcome>>;

/// The fetch that was begun last.
#[derive(Debug)]
struct UnderWay {
    fetch: Fetch,
    since: SystemTime,
}

impl UnderWay {
    /// Whether it is worth waiting for. One that ended without clearing up after itself is not, and a
    /// clock that was set back makes it old.
    fn is_promising(&self, now: SystemTime) -> bool {
        self.fetch.has_changed().is_ok()
            && now
                .duration_since(self.since)
                .is_ok_and(|age| age < OVERDUE)
    }
}

/// Why there is no key set. The texts name neither address nor key material.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KeySetError {
    /// It did not arrive in time, or whoever has it does not answer now.
    #[error("{0}")]
    Unavailable(String),
    /// It could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// What was read is no key set.
    #[error(transparent)]
    Invalid(#[from] JwkSetError),
}

/// A set to go on with, and the sets that could not be read meanwhile.
#[derive(Clone, Debug)]
pub struct Held {
    /// The set; an older one, where the one that was asked for could not be read.
    pub set: Arc<JwkSet>,
    /// Each by its place among the URLs, counted from 0.
    pub unread: Vec<(usize, KeySetError)>,
}

impl Held {
    /// A set beside which nothing failed.
    fn as_it_should(set: Arc<JwkSet>) -> Self {
        let unread = Vec::new();
        Self { set, unread }
    }
}

/// Why there is no key of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// All sets are there, and none has it.
    Unknown,
    /// The sets that are not there, each by its place among the URLs, counted from 0.
    Unread(Vec<(usize, KeySetError)>),
}

impl KeySets {
    /// The set at a URL, no older than `ttl`; an older one where none arrives within `wait`.
    ///
    /// # Errors
    /// A set that does not arrive, cannot be read or is none.
    pub async fn get(
        &self,
        ports: &Ports,
        url: &str,
        ttl: Duration,
        wait: Duration,
    ) -> Result<Held, KeySetError> {
        let kept = self.kept(url);
        if let Some(set) = kept.fresh(ports.clock.now(), ttl) {
            return Ok(Held::as_it_should(set));
        }
        self.fetch(ports, url, wait).await
    }

    /// The set at a URL, read anew; the last one known where none arrives within `wait`.
    ///
    /// # Errors
    /// A set that does not arrive, cannot be read or is none.
    pub async fn fetch(
        &self,
        ports: &Ports,
        url: &str,
        wait: Duration,
    ) -> Result<Held, KeySetError> {
        let kept = self.kept(url);
        let mut fetch = kept.join_fetch(ports, url);
        let outcome = match tokio::time::timeout(wait, fetch.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(late())),
            Ok(Err(_)) | Err(_) => Err(late()),
        };
        match outcome {
            Err(error @ KeySetError::Unavailable(_)) => match kept.last() {
                Some(last) => Ok(Held {
                    set: last.set,
                    unread: vec![(0, error)],
                }),
                None => Err(error),
            },
            outcome => outcome.map(Held::as_it_should),
        }
    }

    /// Limits how many questions a minute each URL gets for keys that nobody has. A question because
    /// the set has become old is never refused.
    pub fn limit_requests(&self, per_minute: u32) {
        self.questions_per_minute
            .store(per_minute, Ordering::Relaxed);
    }

    /// The first set, in the order of the URLs, that holds a key of this id to verify with
    /// ([`JwkSet::verification_key`]).
    ///
    /// Where no set that is younger than `ttl` holds it, all URLs are asked: it may be a new key. A
    /// set that is older counts only while one of them does not answer within `wait`.
    ///
    /// # Errors
    /// Nobody has the key as far as is known, which is all there is to say as well once the limit of
    /// questions is reached; or sets that cannot be read, one of which may hold it.
    pub async fn holding(
        &self,
        ports: &Ports,
        urls: &[String],
        id: &str,
        ttl: Duration,
        wait: Duration,
    ) -> Result<Held, NoKey> {
        let kept: Vec<_> = urls.iter().map(|url| (url, self.kept(url))).collect();
        let holds = |set: &Arc<JwkSet>| set.verification_key(id).is_some();
        let fresh = || {
            let now = ports.clock.now();
            kept.iter()
                .filter_map(|(_, kept)| kept.fresh(now, ttl))
                .find(holds)
        };
        if let Some(set) = fresh() {
            return Ok(Held::as_it_should(set));
        }
        let per_minute = self.questions_per_minute.load(Ordering::Relaxed);
        let mut fetches: Vec<_> = kept
            .iter()
            .map(|(url, kept)| kept.ask_again(ports, url, ttl, per_minute))
            .collect();
        let found = if all_available(&mut fetches, wait).await {
            // What was fetched just now counts, however short its life-time is.
            let fetched = || fetches.iter().filter_map(Asked::set).find(holds);
            fresh().or_else(fetched)
        } else {
            kept.iter()
                .filter_map(|(_, kept)| kept.last())
                .map(|last| last.set)
                .find(holds)
        };
        let unread: Vec<_> = fetches
            .iter()
            .enumerate()
            .filter_map(|(index, fetch)| Some((index, fetch.failure()?)))
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

impl KeptSet {
    fn last(&self) -> Option<Fetched> {
        lock(&self.last).clone()
    }

    /// The last set, if it is not older than `ttl`. A clock that was set back makes it old.
    fn fresh(&self, now: SystemTime, ttl: Duration) -> Option<Arc<JwkSet>> {
        let last = lock(&self.last);
        let last = last.as_ref()?;
        let age = now.duration_since(last.at).ok()?;
        (age <= ttl).then(|| Arc::clone(&last.set))
    }

    /// A fetch, if it is due or the allowance has one left, or another one is under way; else what came
    /// of the last one.
    fn ask_again(
        self: &Arc<Self>,
        ports: &Ports,
        url: &str,
        ttl: Duration,
        per_minute: u32,
    ) -> Asked {
        let now = ports.clock.now();
        let under_way = lock(&self.fetch)
            .as_ref()
            .is_some_and(|under_way| under_way.is_promising(now));
        let lately = |asked: SystemTime| now.duration_since(asked).is_ok_and(|age| age <= ttl);
        let asked = *lock(&self.asked);
        let due = !asked.is_some_and(lately);
        if under_way || due || self.allowance.take(per_minute, now) {
            Asked::Now(self.join_fetch(ports, url))
        } else {
            let failure = lock(&self.failure).clone();
            let defect = || self.last()?.set.defect().map(KeySetError::from);
            Asked::Before(failure.or_else(defect))
        }
    }

    /// The fetch that is under way, or a new one. It runs to its end on its own.
    fn join_fetch(self: &Arc<Self>, ports: &Ports, url: &str) -> Fetch {
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
        *lock(&self.asked) = Some(now);
        let (kept, ports, url, own) = (
            Arc::clone(self),
            ports.clone(),
            url.to_owned(),
            fetch.clone(),
        );
        tokio::spawn(async move {
            let outcome = kept.read(&ports, &url, now).await;
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

    async fn read(&self, ports: &Ports, url: &str, since: SystemTime) -> Outcome {
        let text = ports
            .keys
            .read(url, FETCH_LIMIT)
            .await
            .map_err(|error| match error {
                KeySourceError::Unreadable(reason) => KeySetError::Unreadable(reason),
                KeySourceError::Unavailable(reason) => KeySetError::Unavailable(reason),
            })?;
        let at = ports.clock.now();
        if let Some(last) = lock(&self.last).as_mut().filter(|last| last.text == text) {
            last.at = at;
            return Ok(Arc::clone(&last.set));
        }
        let set = Arc::new(JwkSet::parse(&text)?);
        let mut last = lock(&self.last);
        match last.as_ref() {
            // What arrived meanwhile was asked for later, so it is newer.
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

/// How a set was asked for when a key was looked for.
enum Asked {
    /// By this fetch.
    Now(Fetch),
    /// Not again: why the last fetch brought no keys, if it did not.
    Before(Option<KeySetError>),
}

impl Asked {
    /// Waits for whoever is asked, and tells whether there is an answer, be it a refusal.
    async fn is_available(&mut self) -> bool {
        match self {
            Self::Now(fetch) => fetch.wait_for(Option::is_some).await.is_ok_and(|outcome| {
                !matches!(*outcome, None | Some(Err(KeySetError::Unavailable(_))))
            }),
            Self::Before(failure) => !matches!(failure, Some(KeySetError::Unavailable(_))),
        }
    }

    /// The set that was fetched.
    fn set(&self) -> Option<Arc<JwkSet>> {
        match self {
            Self::Now(fetch) => fetch.borrow().as_ref()?.as_ref().ok().cloned(),
            Self::Before(_) => None,
        }
    }

    /// Why there are no keys, as far as is known by now.
    fn failure(&self) -> Option<KeySetError> {
        match self {
            Self::Now(fetch) => match &*fetch.borrow() {
                None => Some(late()),
                Some(Err(error)) => Some(error.clone()),
                Some(Ok(set)) => set.defect().map(KeySetError::from),
            },
            Self::Before(failure) => failure.clone(),
        }
    }
}

/// Whether everybody answers in time, or did so last where nobody is asked.
async fn all_available(fetches: &mut [Asked], wait: Duration) -> bool {
    let answers = async {
        let mut all = true;
        for fetch in fetches {
            all &= fetch.is_available().await;
        }
        all
    };
    tokio::time::timeout(wait, answers).await.unwrap_or(false)
}

fn late() -> KeySetError {
    KeySetError::Unavailable("it did not arrive in time".to_owned())
}

/// No lock is held across anything that can panic half-way through a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod holding_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::tests::fixture,
        testing::{ChangingKeys, FixedClock, ScriptedHttp},
    };

    const TTL: Duration = Duration::from_secs(30);
    const WAIT: Duration = Duration::from_secs(1);

    struct World {
        sets: KeySets,
        keys: Arc<ChangingKeys>,
        clock: Arc<FixedClock>,
        ports: Ports,
    }

    impl World {
        fn new() -> Self {
            let keys = ChangingKeys::new(fixture("hs.json"));
            let clock = FixedClock::at(1_750_000_000);
            let (http, keys_port, clock_port) =
                (ScriptedHttp::new([]), keys.clone(), clock.clone());
            let ports = Ports {
                http,
                keys: keys_port,
                clock: clock_port,
            };
            Self {
                sets: KeySets::default(),
                keys,
                clock,
                ports,
            }
        }

        async fn id(&self) -> Result<String, KeySetError> {
            let set = self
                .sets
                .get(&self.ports, "https://keys.example/", TTL, WAIT)
                .await?
                .set;
            Ok(set
                .signing_key(self.ports.clock.now())
                .unwrap()
                .key
                .id()
                .to_owned())
        }
    }

    #[tokio::test]
    async fn a_set_is_read_again_once_it_is_old() {
        let world = World::new();
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        world.keys.set(Ok(Bytes::from(fixture("es.json"))));
        world.clock.advance(TTL);
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        assert_eq!(world.keys.reads(), 1);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.id().await.as_deref(), Ok("es-key"));
        assert_eq!(world.keys.reads(), 2);
    }

    #[tokio::test]
    async fn a_set_whose_text_stays_the_same_stays_the_same_set() {
        let world = World::new();
        let url = "https://keys.example/";
        let fetch = async || world.sets.fetch(&world.ports, url, WAIT).await.unwrap().set;
        let (before, after) = (fetch().await, fetch().await);
        assert!(Arc::ptr_eq(&before, &after));
        assert_eq!(world.keys.reads(), 2);
        world.keys.set(Ok(Bytes::from(fixture("es.json"))));
        let changed = fetch().await;
        assert_ne!(before.version(), changed.version());
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_was_swallowed_is_asked_again_before_it_is_given_up() {
        let world = World::new();
        world.keys.take(FETCH_LIMIT);
        assert!(world.id().await.is_err());
        assert!(world.id().await.is_err());
        assert_eq!(world.keys.reads(), 1, "two wait for one fetch");
        world.keys.take(Duration::ZERO);
        world.clock.advance(OVERDUE);
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        assert_eq!(world.keys.reads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_late_replaces_no_newer_one() {
        let world = World::new();
        world.keys.take(FETCH_LIMIT);
        assert!(world.id().await.is_err());
        world.clock.advance(OVERDUE);
        world.keys.take(Duration::ZERO);
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        world.keys.set(Ok(Bytes::from(fixture("es.json"))));
        tokio::time::sleep(FETCH_LIMIT).await;
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        world.clock.advance(TTL + Duration::from_secs(1));
        assert_eq!(world.id().await.as_deref(), Ok("es-key"));
    }

    #[tokio::test]
    async fn an_old_set_does_while_nobody_answers_for_a_newer_one() {
        let world = World::new();
        world.id().await.unwrap();
        world.clock.advance(TTL * 2);
        world
            .keys
            .set(Err(KeySourceError::Unavailable(String::new())));
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        world
            .keys
            .set(Err(KeySourceError::Unreadable("gone".to_owned())));
        assert_eq!(
            world.id().await,
            Err(KeySetError::Unreadable("gone".to_owned()))
        );
        world.keys.set(Ok(Bytes::from_static(b"a page")));
        assert_eq!(
            world.id().await,
            Err(KeySetError::Invalid(JwkSetError::NoSet))
        );
        world.keys.set(Ok(Bytes::from(fixture("es.json"))));
        assert_eq!(world.id().await.as_deref(), Ok("es-key"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_set_serves_the_next_who_asks() {
        let world = World::new();
        world.keys.take(WAIT * 2);
        assert!(matches!(world.id().await, Err(KeySetError::Unavailable(_))));
        tokio::time::sleep(WAIT).await;
        assert_eq!(world.id().await.as_deref(), Ok("hs-key"));
        assert_eq!(world.keys.reads(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_ask_at_once_wait_for_one_read() {
        let world = World::new();
        world.keys.take(WAIT / 2);
        let (first, second, third) = tokio::join!(world.id(), world.id(), world.id());
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        assert_eq!(world.keys.reads(), 1);
    }
}
