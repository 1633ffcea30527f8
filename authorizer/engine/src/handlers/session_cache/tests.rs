mod properties;

use oathgate_gostd::Url;
use tokio::time::{Instant, sleep};

use super::*;
use crate::{
    ports::{BoxFuture, Clock, HttpClient, HttpRequest},
    testing::{MapKeys, answer},
};

/// Shows the time of a test, which stands still while something is to be done.
#[derive(Debug)]
struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000) + self.0.elapsed()
    }
}

/// What a service does with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    KnowsTheSession,
    KnowsNone,
    Fails,
    AsksForPatience,
    ShowsAPage,
    Refuses,
    Hangs,
    Panics,
}

/// A service that does now this and now that, and takes some time for it. A session says when it was
/// asked for, and by which cookie.
#[derive(Debug)]
struct Service {
    begun: Instant,
    does: Mutex<Does>,
    takes: Duration,
    /// When each question came, by which cookie, and what was done with it.
    asked: Mutex<Vec<(Duration, String, Does)>>,
}

impl Service {
    fn new(does: Does, takes: Duration) -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            does: Mutex::new(does),
            takes,
            asked: Mutex::default(),
        })
    }

    fn now_does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn ports(self: &Arc<Self>) -> Ports {
        Ports {
            http: Arc::clone(self) as _,
            keys: Arc::new(MapKeys::default()),
            clock: Arc::new(TestClock(self.begun)),
        }
    }
}

impl HttpClient for Service {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            let cookie = request.headers[0].1.clone();
            let (at, does) = (self.begun.elapsed(), *self.does.lock().unwrap());
            self.asked.lock().unwrap().push((at, cookie.clone(), does));
            sleep(self.takes).await;
            match does {
                Does::KnowsTheSession => {
                    let body = format!("{{\"subject\":\"{cookie}\",\"at\":{}}}", at.as_millis());
                    Ok(answer(200, &[("Set-Cookie", "a=b")], body))
                }
                Does::KnowsNone => Ok(answer(401, &[], "{}")),
                Does::Fails => Ok(answer(500, &[], "")),
                Does::AsksForPatience => Ok(answer(429, &[("Retry-After", "3")], "")),
                Does::ShowsAPage => Ok(answer(200, &[], "<html>")),
                Does::Refuses => Err(HttpError::Connect("refused".to_owned())),
                Does::Hangs => {
                    sleep(request.timeout).await;
                    Err(HttpError::Timeout)
                }
                Does::Panics => panic!("as it was told to"),
            }
        })
    }
}

const LIMITS: SessionCacheLimits = SessionCacheLimits {
    ttl: Duration::from_secs(10),
    negative_ttl: Duration::from_secs(3),
    max_entries: 100,
};

const SHORT: Duration = Duration::from_millis(100);

fn cache(limits: SessionCacheLimits) -> Arc<SessionCache> {
    let cache = SessionCache::default();
    cache.turn_on(limits);
    Arc::new(cache)
}

fn service_request(cookie: &str) -> ServiceRequest {
    let url = Url::parse("http://id/whoami").unwrap();
    let mut service_request = ServiceRequest::new("GET", url, Duration::from_secs(8));
    service_request.header.set("Cookie", cookie);
    service_request
}

async fn ask(
    cache: &SessionCache,
    service: &Arc<Service>,
    cookie: &str,
) -> (Result<u16, HttpError>, bool) {
    match cache.send(service_request(cookie), &service.ports()).await {
        Ok((answer, known)) => (Ok(answer.status), known),
        Err(error) => (Err(error), false),
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_until_it_is_turned_on() {
    let service = Service::new(Does::KnowsTheSession, SHORT);
    let cache = SessionCache::default();
    for _ in 0..3 {
        assert_eq!(ask(&cache, &service, "a").await, (Ok(200), false));
    }
    assert_eq!(service.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_counts_from_when_it_was_asked_for() {
    for (does, status, ttl) in [
        (Does::KnowsTheSession, 200, LIMITS.ttl),
        (Does::KnowsNone, 401, LIMITS.negative_ttl),
    ] {
        let service = Service::new(does, Duration::from_secs(1));
        let cache = cache(LIMITS);
        let begun = Instant::now();
        assert_eq!(ask(&cache, &service, "a").await, (Ok(status), false));
        while begun.elapsed() < ttl {
            assert_eq!(ask(&cache, &service, "a").await, (Ok(status), true));
            sleep(SHORT).await;
        }
        assert_eq!(service.count(), 1, "{does:?}");
        assert_eq!(ask(&cache, &service, "a").await, (Ok(status), false));
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_be_another_answer_the_next_time_is_not_kept() {
    let unreachable = Err(HttpError::Connect("refused".to_owned()));
    for (does, outcome) in [
        (Does::Fails, Ok(500)),
        (Does::AsksForPatience, Ok(429)),
        (Does::ShowsAPage, Ok(200)),
        (Does::Refuses, unreachable),
        (Does::Hangs, Err(HttpError::Timeout)),
        (
            Does::Panics,
            Err(HttpError::Broken(
                "the service_request was broken off".to_owned(),
            )),
        ),
    ] {
        let service = Service::new(does, SHORT);
        let cache = cache(LIMITS);
        assert_eq!(ask(&cache, &service, "a").await, (outcome, false));
        service.now_does(Does::KnowsTheSession);
        assert_eq!(
            ask(&cache, &service, "a").await,
            (Ok(200), false),
            "{does:?}"
        );
        assert_eq!(
            ask(&cache, &service, "a").await,
            (Ok(200), true),
            "{does:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_kept_answer_has_the_service_s_body_and_none_of_its_headers() {
    let service = Service::new(Does::KnowsTheSession, SHORT);
    let cache = cache(LIMITS);
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(
            cache
                .send(service_request("a"), &service.ports())
                .await
                .unwrap()
                .0,
        );
    }
    assert_eq!(answers[0].body, answers[1].body);
    assert_eq!((answers[0].headers.len(), answers[1].headers.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn who_asks_the_same_at_the_same_time_shares_one_answer() {
    let service = Service::new(Does::KnowsTheSession, SHORT);
    let cache = cache(LIMITS);
    let askers: Vec<_> = (0..50)
        .map(|number| {
            let (cache, service) = (Arc::clone(&cache), Arc::clone(&service));
            let cookie = if number % 2 == 0 { "even" } else { "odd" };
            tokio::spawn(async move { ask(&cache, &service, cookie).await })
        })
        .collect();
    let mut known = 0;
    for asker in askers {
        let (outcome, was_known) = asker.await.unwrap();
        assert_eq!(outcome, Ok(200));
        known += usize::from(was_known);
    }
    assert_eq!((service.count(), known), (2, 48));
}

#[tokio::test(start_paused = true)]
async fn the_first_one_s_giving_up_stops_nobody() {
    let service = Service::new(Does::KnowsTheSession, Duration::from_secs(2));
    let cache = cache(LIMITS);
    let first = {
        let (cache, service) = (Arc::clone(&cache), Arc::clone(&service));
        tokio::spawn(async move { ask(&cache, &service, "a").await })
    };
    sleep(SHORT).await;
    let ports = service.ports();
    let mut second = std::pin::pin!(cache.send(service_request("a"), &ports));
    assert!(tokio::time::timeout(SHORT, &mut second).await.is_err());
    first.abort();
    let (answer, known) = second.await.unwrap();
    assert_eq!((answer.status, known, service.count()), (200, true, 1));
}

#[tokio::test(start_paused = true)]
async fn the_first_one_s_failure_is_nobody_else_s() {
    for does in [Does::Refuses, Does::Hangs, Does::Panics] {
        let service = Service::new(does, SHORT);
        let cache = cache(LIMITS);
        let asker = || {
            let (cache, service) = (Arc::clone(&cache), Arc::clone(&service));
            tokio::spawn(async move { ask(&cache, &service, "a").await })
        };
        let first = asker();
        sleep(SHORT / 2).await;
        let others: Vec<_> = (0..20).map(|_| asker()).collect();
        sleep(SHORT / 4).await;
        service.now_does(Does::KnowsTheSession);
        assert!(first.await.unwrap().0.is_err(), "{does:?}");
        for other in others {
            assert_eq!(other.await.unwrap().0, Ok(200), "{does:?}");
        }
        assert_eq!(service.count(), 2, "{does:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_down_is_asked_twice_for_all_who_wait() {
    let service = Service::new(Does::Hangs, Duration::ZERO);
    let cache = cache(LIMITS);
    let begun = Instant::now();
    let askers: Vec<_> = (0..30)
        .map(|_| {
            let (cache, service) = (Arc::clone(&cache), Arc::clone(&service));
            tokio::spawn(async move { ask(&cache, &service, "a").await })
        })
        .collect();
    for asker in askers {
        assert_eq!(asker.await.unwrap().0, Err(HttpError::Timeout));
    }
    assert_eq!(service.count(), 2);
    assert!(begun.elapsed() <= Duration::from_secs(17));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_question_that_is_older_than_answers_may_be() {
    let limits = SessionCacheLimits {
        ttl: Duration::from_secs(1),
        ..LIMITS
    };
    let service = Service::new(Does::KnowsTheSession, Duration::from_secs(2));
    let cache = cache(limits);
    let first = {
        let (cache, service) = (Arc::clone(&cache), Arc::clone(&service));
        tokio::spawn(async move { ask(&cache, &service, "a").await })
    };
    sleep(Duration::from_millis(1500)).await;
    service.now_does(Does::KnowsNone);
    assert_eq!(ask(&cache, &service, "a").await, (Ok(401), false));
    assert_eq!(first.await.unwrap().0, Ok(200));
    // The slow answer that came last is not the one that counts.
    assert_eq!(ask(&cache, &service, "a").await, (Ok(401), true));
}

#[test]
fn the_response_that_was_requested_last_counts_whichever_arrived_last() {
    let key = CacheKey::of("a");
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    for (known_at, refused_at, status) in [(1, 2, 401), (2, 1, 200), (2, 2, 401)] {
        let known = (answer(200, &[], "{}"), at(known_at));
        let refused = (answer(401, &[], ""), at(refused_at));
        for in_order in [[&known, &refused], [&refused, &known]] {
            let kept = Kept::new(LIMITS);
            for (response, sent_at) in in_order {
                kept.keep(key, response, *sent_at);
            }
            let fact = kept.fact(&key, at(3)).map(|fact| fact.status);
            assert_eq!(fact, Some(status), "{known_at} {refused_at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn made_up_cookies_push_no_session_out() {
    let service = Service::new(Does::KnowsTheSession, Duration::ZERO);
    let cache = cache(LIMITS);
    let _ = ask(&cache, &service, "ada").await;
    service.now_does(Does::KnowsNone);
    for number in 0..1000 {
        let _ = ask(&cache, &service, &format!("made up {number}")).await;
    }
    assert_eq!(ask(&cache, &service, "ada").await, (Ok(200), true));
}

#[tokio::test(start_paused = true)]
async fn no_more_is_kept_than_so_many_answers_and_bytes() {
    for (does, bytes, most) in [
        (Does::KnowsTheSession, 0, 100),
        (Does::KnowsNone, 0, 100),
        (Does::KnowsTheSession, MOST_BYTES / 20, 20),
    ] {
        let service = Service::new(does, Duration::ZERO);
        let cache = cache(LIMITS);
        let cookie = |number: usize| format!("{number}{}", "x".repeat(bytes));
        for number in 0..500 {
            let _ = ask(&cache, &service, &cookie(number)).await;
        }
        service.now_does(Does::Refuses);
        let mut known = 0;
        for number in (0..500).rev() {
            known += usize::from(ask(&cache, &service, &cookie(number)).await.1);
        }
        assert!(known > 0 && known <= most, "{known} of {most}");
    }
}
