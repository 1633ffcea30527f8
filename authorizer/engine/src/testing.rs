//! Stand-ins for the ports, for tests: a scripted HTTP client, a map of key sets, a clock that
//! stands still.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::ports::{
    BoxFuture, Clock, HttpClient, HttpError, HttpRequest, HttpResponse, KeySource, KeySourceError,
    Ports,
};

/// An HTTP client that gives prepared answers in turn and remembers what it was asked.
#[derive(Debug, Default)]
pub struct ScriptedHttp {
    answers: Mutex<Vec<Result<HttpResponse, HttpError>>>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl ScriptedHttp {
    /// A client with these answers, the first for the first request. The last one is repeated; with
    /// none, every request fails to connect.
    #[must_use]
    pub fn new(answers: impl IntoIterator<Item = Result<HttpResponse, HttpError>>) -> Arc<Self> {
        let answers: Vec<_> = answers.into_iter().collect();
        Arc::new(Self {
            answers: Mutex::new(answers),
            asked: Mutex::default(),
        })
    }

    /// A client that answers every request with a status and a body.
    #[must_use]
    pub fn answering(status: u16, body: impl Into<Bytes>) -> Arc<Self> {
        Self::new([Ok(answer(status, &[], body))])
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<HttpRequest> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl HttpClient for ScriptedHttp {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers
                .first()
                .cloned()
                .unwrap_or_else(|| Err(HttpError::Connect("no answer is prepared".to_owned())))
        };
        Box::pin(std::future::ready(answer))
    }
}

/// An answer of a service.
#[must_use]
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> HttpResponse {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    HttpResponse {
        status,
        headers,
        body: body.into(),
    }
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
    /// Key sets that begin with this text.
    #[must_use]
    pub fn new(text: impl Into<Bytes>) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Ok(text.into())),
            delay: Mutex::default(),
            reads: AtomicUsize::new(0),
        })
    }

    /// From now on, this is what is read.
    pub fn set(&self, outcome: Result<Bytes, KeySourceError>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    /// From now on, a read takes this long.
    pub fn take(&self, delay: Duration) {
        *self.delay.lock().unwrap_or_else(PoisonError::into_inner) = delay;
    }

    /// How often a key set was read.
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

/// A clock that moves only when told.
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

/// Ports with this HTTP client, no keys, and a clock that stands at a fixed moment.
#[must_use]
pub fn ports(http: &Arc<ScriptedHttp>) -> Ports {
    let http: Arc<ScriptedHttp> = Arc::clone(http);
    Ports {
        http,
        keys: Arc::new(MapKeys::default()),
        clock: FixedClock::at(1_750_000_000),
    }
}
