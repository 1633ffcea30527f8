//! Recent responses of session services, for operators who accept responses that are that old.
//!
//! What is kept is a service's response to exactly one request, never what a rule made of it: each rule
//! reads the response for itself. Without limits nothing is kept, and every check sends a request.

mod flight;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use oathgate_cache::BoundedCache;
use oathgate_cache::CacheKey;

use self::flight::Flight;
use crate::{
    Ports, ServiceRequest,
    ports::{HttpError, HttpResponse},
};

/// How many bytes all kept answers may hold together.
const MOST_BYTES: usize = 4 << 20;

/// What an answer takes beside its body.
const OVERHEAD: usize = 256;

/// How long and how many answers of session services are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCacheLimits {
    /// How old a response with a session may be, counted from when it was requested.
    pub ttl: Duration,
    /// How old a response without a session may be. Zero keeps none.
    pub negative_ttl: Duration,
    /// How many answers of each of the two kinds are kept at most; together they are never larger than
    /// 4 MiB.
    pub max_entries: usize,
}

/// Responses of session services. Keeps nothing until it is turned on.
#[derive(Debug, Default)]
pub(crate) struct SessionCache(OnceLock<Arc<Kept>>);

/// Requests are told apart by their cache keys: no cookie and no token is held.
#[derive(Debug)]
struct Kept {
    limits: SessionCacheLimits,
    /// The bodies of answers that show a session.
    known: BoundedCache<CacheKey, Fact>,
    /// Kept apart, so that made-up cookies push no session out.
    refused: BoundedCache<CacheKey, Fact>,
    flights: Mutex<Flights>,
}

#[derive(Debug, Default)]
struct Flights {
    by_key: HashMap<CacheKey, Flight>,
    /// How many there have been.
    count: u64,
}

/// A response, and when it was requested.
#[derive(Clone, Debug)]
struct Fact {
    body: Bytes,
    sent_at: SystemTime,
}

/// Whether an age is below a limit. A clock that was set back makes everything old.
fn is_younger(sent_at: SystemTime, than: Duration, now: SystemTime) -> bool {
    now.duration_since(sent_at).is_ok_and(|age| age < than)
}

impl SessionCache {
    /// Keeps answers from now on. Only the first call counts.
    pub(crate) fn turn_on(&self, limits: SessionCacheLimits) {
        self.0.get_or_init(|| Arc::new(Kept::new(limits)));
    }

    /// The response to a request, and whether it was known without sending one.
    ///
    /// Equal requests at the same time wait for one response. A task of its own sends the request, so
    /// that a caller that gives up does not stop it for the others; where it fails, those that only
    /// waited send it once more.
    ///
    /// # Errors
    /// As [`ServiceRequest::send`].
    pub(crate) async fn send(
        &self,
        service_request: ServiceRequest,
        ports: &Ports,
    ) -> Result<(HttpResponse, bool), HttpError> {
        let Some(kept) = self.0.get() else {
            return Ok((service_request.send(&*ports.http).await?, false));
        };
        let key = CacheKey::of(&service_request);
        let limit = service_request.timeout;
        let mut since = None;
        loop {
            let flight = match kept.look_up(key, &service_request, ports, since) {
                Found::Fact(answer) => return Ok((answer, true)),
                Found::Flight(flight) => flight,
            };
            let (number, own) = (flight.number, flight.own);
            match flight.landed(limit).await {
                // It may have had less time than this request has, or ended in a panic.
                Err(_) if !own && since.is_none() => since = Some(number),
                outcome => return outcome.map(|answer| (answer, !own)),
            }
        }
    }
}

/// What there is for a request already.
enum Found {
    Fact(HttpResponse),
    Flight(Joined),
}

/// A request that is under way.
struct Joined {
    flight: Flight,
    number: u64,
    own: bool,
}

impl Joined {
    async fn landed(self, limit: Duration) -> Result<HttpResponse, HttpError> {
        self.flight.landed(limit).await
    }
}

impl Kept {
    fn new(limits: SessionCacheLimits) -> Self {
        let max_entries = limits.max_entries.max(2);
        Self {
            limits,
            known: BoundedCache::new(MOST_BYTES),
            refused: BoundedCache::new(max_entries),
            flights: Mutex::default(),
        }
    }

    /// A fact, else a request under way that is younger than the facts that count and younger than
    /// the flight `since`, else a new one.
    fn look_up(
        self: &Arc<Self>,
        key: CacheKey,
        service_request: &ServiceRequest,
        ports: &Ports,
        since: Option<u64>,
    ) -> Found {
        // A flight leaves its fact before it goes, so with both looked at under one lock nothing is
        // sent twice.
        let mut flights = self.flights();
        let now = ports.clock.now();
        if let Some(answer) = self.fact(&key, now) {
            return Found::Fact(answer);
        }
        let last = flights.count;
        if let Some(flight) = flights.by_key.get(&key)
            && flight.is_under_way()
            && is_younger(flight.sent_at, self.limits.ttl, now)
            && since.is_none_or(|since| since < flight.number)
        {
            let joined = Joined {
                flight: flight.clone(),
                number: last,
                own: false,
            };
            return Found::Flight(joined);
        }
        flights.count += 1;
        let number = flights.count;
        let flight = Flight::start(
            Arc::clone(self),
            key,
            number,
            service_request.clone(),
            ports.clone(),
        );
        flights.by_key.insert(key, flight.clone());
        Found::Flight(Joined {
            flight,
            number,
            own: true,
        })
    }

    fn fact(&self, key: &CacheKey, now: SystemTime) -> Option<HttpResponse> {
        let SessionCacheLimits {
            ttl, negative_ttl, ..
        } = self.limits;
        let known = self
            .known
            .get(key, |fact| is_younger(fact.sent_at, ttl, now));
        let refused = self
            .refused
            .get(key, |fact| is_younger(fact.sent_at, negative_ttl, now));
        let (status, fact) = match (known, refused) {
            // A slow response may arrive behind one that was requested later.
            (Some(known), Some(refused)) if refused.sent_at >= known.sent_at => (401, refused),
            (Some(known), _) => (200, known),
            (None, refused) => (401, refused?),
        };
        Some(HttpResponse {
            status,
            headers: Vec::new(),
            body: fact.body,
        })
    }

    /// Keeps a response that establishes a subject, or that there is none. Anything else may be another
    /// the next time: no limit on requests, no failure and no page of HTML is kept.
    fn keep(&self, key: CacheKey, answer: &HttpResponse, sent_at: SystemTime) {
        let fact = |body| Fact { body, sent_at };
        match answer.status {
            200 if is_blank_or_json(&answer.body) => {
                let body = Bytes::copy_from_slice(&answer.body);
                let share = MOST_BYTES / self.limits.max_entries.max(2);
                let weight = (body.len() + OVERHEAD).max(share);
                self.known.insert_weighing(key, fact(body), weight);
            }
            401 => self.refused.insert(key, fact(Bytes::new())),
            _ => {}
        }
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// RFC 8259 section 8.1 lets a reader pass over a byte order mark.
pub(crate) fn is_blank_or_json(body: &[u8]) -> bool {
    let json = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    json.iter().all(u8::is_ascii_whitespace)
        || serde_json::from_slice::<serde::de::IgnoredAny>(json).is_ok()
}

#[cfg(test)]
mod tests;
