use std::sync::Arc;

use crate::{
    Ports,
    keys::tests::fixture,
    ports::{Clock, KeySourceError},
    testing::{ChangingKeys, FixedClock, ScriptedHttp},
};

use super::*;

const TTL: Duration = Duration::from_secs(30);
const WAIT: Duration = Duration::from_secs(1);

/// A set of one symmetric key for signatures.
fn set(id: &str) -> String {
    format!(r#"{{"keys":[{{"kty":"oct","k":"c2VjcmV0","kid":"{id}","use":"sig"}}]}}"#)
}

fn unavailable() -> Result<Bytes, KeySourceError> {
    Err(KeySourceError::Unavailable("it answers 503".to_owned()))
}

struct Issuer {
    sets: KeySets,
    keys: Arc<ChangingKeys>,
    clock: Arc<FixedClock>,
    ports: Ports,
}

impl Issuer {
    fn with(id: &str) -> Self {
        let (keys, clock) = (ChangingKeys::new(set(id)), FixedClock::at(1_000_000));
        let ports = Ports {
            http: ScriptedHttp::answering(500, ""),
            keys: Arc::clone(&keys) as _,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
        };
        Self {
            sets: KeySets::default(),
            keys,
            clock,
            ports,
        }
    }

    /// Whether a key is found at an URL, and how many questions that took.
    async fn has(&self, id: &str) -> (bool, usize) {
        let before = self.keys.reads();
        let urls = ["https://id.example/keys".to_owned()];
        let found = self.sets.holding(&self.ports, &urls, id, TTL, WAIT).await;
        (found.is_ok(), self.keys.reads() - before)
    }
}

#[tokio::test(start_paused = true)]
async fn requests_for_a_key_wait_for_one_question_together() {
    let issuer = Issuer::with("a");
    issuer.keys.take(Duration::from_millis(500));
    let asked = tokio::join!(
        issuer.has("a"),
        issuer.has("a"),
        issuer.has("nobody's"),
        issuer.has("a")
    );
    assert!(asked.0.0 && asked.1.0 && !asked.2.0 && asked.3.0);
    assert_eq!(issuer.keys.reads(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_an_old_one_is_gone_with_it() {
    let issuer = Issuer::with("a");
    assert_eq!(issuer.has("a").await, (true, 1));
    assert_eq!(issuer.has("a").await, (true, 0));
    issuer.keys.set(Ok(set("b").into()));
    assert_eq!(issuer.has("a").await, (true, 0));
    assert_eq!(issuer.has("b").await, (true, 1));
    assert_eq!(issuer.has("a").await, (false, 1));
    issuer.clock.advance(TTL + Duration::from_secs(1));
    assert_eq!(issuer.has("b").await, (true, 1));
}

#[tokio::test]
async fn keys_that_nobody_has_are_asked_for_within_a_limit() {
    let issuer = Issuer::with("a");
    issuer.sets.limit_requests(3);
    assert_eq!(issuer.has("a").await, (true, 1), "the first is not counted");
    let mut asked = 0;
    for number in 0..50 {
        let (found, questions) = issuer.has(&format!("made up {number}")).await;
        assert!(!found);
        asked += questions;
    }
    assert_eq!(asked, 3);
    assert_eq!(issuer.has("a").await, (true, 0), "known keys still count");
    issuer.clock.advance(Duration::from_secs(20));
    assert_eq!(issuer.has("made up").await, (false, 1));
    assert_eq!(issuer.has("made up").await, (false, 0));
    issuer.clock.advance(TTL + Duration::from_secs(1));
    assert_eq!(issuer.has("a").await, (true, 1), "an old set is read again");
}

#[tokio::test(start_paused = true)]
async fn an_old_set_counts_only_while_nobody_answers() {
    let issuer = Issuer::with("a");
    issuer.sets.limit_requests(1);
    assert_eq!(issuer.has("a").await, (true, 1));
    issuer.clock.advance(TTL + Duration::from_secs(1));
    issuer.keys.set(unavailable());
    assert_eq!(issuer.has("a").await, (true, 1));
    assert_eq!(issuer.has("a").await, (true, 1), "out of the allowance");
    assert_eq!(issuer.has("a").await, (true, 0), "still nobody answers");
    assert_eq!(issuer.has("made up").await, (false, 0));

    issuer.clock.advance(TTL + Duration::from_secs(1));
    issuer.keys.set(Ok(set("a").into()));
    issuer.keys.take(WAIT * 2);
    let started = tokio::time::Instant::now();
    assert_eq!(issuer.has("a").await, (true, 1), "the answer is late");
    assert_eq!(started.elapsed(), WAIT);

    tokio::time::sleep(WAIT * 2).await;
    issuer.clock.advance(TTL + Duration::from_secs(1));
    issuer.keys.take(Duration::ZERO);
    let gone = KeySourceError::Unreadable("it answers 404".to_owned());
    issuer.keys.set(Err(gone));
    assert_eq!(issuer.has("a").await, (false, 1));
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_never_answers_costs_no_more_than_the_wait() {
    let issuer = Issuer::with("a");
    issuer.keys.take(Duration::from_secs(3600));
    for questions in [1, 0] {
        let started = tokio::time::Instant::now();
        assert_eq!(issuer.has("a").await, (false, questions));
        assert_eq!(started.elapsed(), WAIT);
    }
}

#[tokio::test]
async fn a_key_for_something_else_than_signatures_is_not_found() {
    let issuer = Issuer::with("a");
    for text in [
        fixture("rs.json").replace("\"sig\"", "\"enc\""),
        set("rs-key").replace(r#","use":"sig""#, ""),
        set("rs-key").replace("sig", "SIG"),
    ] {
        issuer.keys.set(Ok(text.into()));
        assert_eq!(issuer.has("rs-key").await, (false, 1));
    }
}

/// An issuer that is out of order stays the cause once it is not asked again for a while.
#[tokio::test]
async fn the_cause_is_known_beyond_the_limit_of_questions() {
    let issuer = Issuer::with("a");
    issuer.sets.limit_requests(0);
    issuer.keys.set(unavailable());
    let urls = ["https://id.example/keys".to_owned()];
    for questions in [1, 1] {
        let found = issuer
            .sets
            .holding(&issuer.ports, &urls, "a", TTL, WAIT)
            .await;
        let cause = KeySetError::Unavailable("it answers 503".to_owned());
        assert_eq!(found.unwrap_err(), NoKey::Unread(vec![(0, cause)]));
        assert_eq!(issuer.keys.reads(), questions);
    }
    issuer.clock.advance(TTL + Duration::from_secs(1));
    issuer.keys.set(Ok(set("a").into()));
    let found = issuer
        .sets
        .holding(&issuer.ports, &urls, "b", TTL, WAIT)
        .await;
    assert_eq!(found.unwrap_err(), NoKey::Unknown);
}
