use super::*;

/// A clock that is a second later each time it is read.
#[derive(Debug)]
struct Ticking(Arc<FixedClock>);

impl Clock for Ticking {
    fn now(&self) -> SystemTime {
        self.0.advance(Duration::from_secs(1));
        self.0.now()
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_lookups_of_keys_wait_for_one_request() {
    let issuer = Issuer::with(set("a"));
    issuer.keys.take(Duration::from_millis(500));
    let found = tokio::join!(
        issuer.has("a"),
        issuer.has("a"),
        issuer.has("unknown"),
        issuer.has("a")
    );
    assert!(found.0.0 && found.1.0 && !found.2.0 && found.3.0);
    assert_eq!(issuer.keys.reads(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_the_removed_one_is_gone() {
    let issuer = Issuer::with(set("a"));
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
async fn requests_for_unknown_keys_are_limited() {
    let issuer = Issuer::with(set("a"));
    issuer.sets.limit_requests(3);
    assert_eq!(issuer.has("a").await, (true, 1), "the first is not counted");
    let mut sent = 0;
    for number in 0..50 {
        let (found, requests) = issuer.has(&format!("made up {number}")).await;
        assert!(!found);
        sent += requests;
    }
    assert_eq!(sent, 3);
    assert_eq!(issuer.has("a").await, (true, 0), "known keys are found");
    issuer.clock.advance(Duration::from_secs(20));
    assert_eq!(issuer.has("made up").await, (false, 1));
    assert_eq!(issuer.has("made up").await, (false, 0));
    issuer.clock.advance(TTL + Duration::from_secs(1));
    assert_eq!(issuer.has("a").await, (true, 1), "an old set is read again");
}

#[tokio::test(start_paused = true)]
async fn an_old_set_is_used_only_while_the_service_does_not_answer() {
    let issuer = Issuer::with(set("a"));
    issuer.sets.limit_requests(1);
    assert_eq!(issuer.has("a").await, (true, 1));
    issuer.clock.advance(TTL + Duration::from_secs(1));
    issuer.keys.set(unavailable());
    assert_eq!(issuer.has("a").await, (true, 1));
    assert_eq!(issuer.has("a").await, (true, 1), "by the bucket's token");
    assert_eq!(
        issuer.has("a").await,
        (true, 0),
        "the service still does not answer"
    );
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
    let issuer = Issuer::with(set("a"));
    issuer.keys.take(Duration::from_secs(3600));
    for requests in [1, 0] {
        let started = tokio::time::Instant::now();
        assert_eq!(issuer.has("a").await, (false, requests));
        assert_eq!(started.elapsed(), WAIT);
    }
}

#[tokio::test]
async fn a_key_for_another_use_than_signatures_is_not_found() {
    let issuer = Issuer::with(set("a"));
    for text in [
        fixture("rs.json").replace("\"sig\"", "\"enc\""),
        set("rs-key").replace(r#","use":"sig""#, ""),
        set("rs-key").replace("sig", "SIG"),
    ] {
        issuer.keys.set(Ok(text.into()));
        assert_eq!(issuer.has("rs-key").await, (false, 1));
    }
}

/// An issuer that fails stays the cause once the limit of requests is reached.
#[tokio::test]
async fn the_cause_is_known_beyond_the_limit_of_requests() {
    let issuer = Issuer::with(set("a"));
    issuer.sets.limit_requests(0);
    issuer.keys.set(unavailable());
    for requests in [1, 1] {
        let found = issuer.lookup("a").await;
        let cause = KeySetError::Unavailable("it answers 503".to_owned());
        assert_eq!(found.unwrap_err(), NoKey::Unread(vec![(0, cause)]));
        assert_eq!(issuer.keys.reads(), requests);
    }
    issuer.clock.advance(TTL + Duration::from_secs(1));
    issuer.keys.set(Ok(set("a").into()));
    let found = issuer.lookup("b").await;
    assert_eq!(found.unwrap_err(), NoKey::Unknown);
}

#[tokio::test]
async fn a_request_beyond_the_limit_is_due_once_the_last_one_is_older_than_the_life_time() {
    let issuer = Issuer::with(set("a"));
    issuer.sets.limit_requests(0);
    assert_eq!(issuer.has("a").await, (true, 1));
    issuer.clock.advance(TTL);
    assert_eq!(issuer.has("made up").await, (false, 0));
    issuer.clock.advance(Duration::from_nanos(1));
    assert_eq!(issuer.has("made up").await, (false, 1));
    assert_eq!(issuer.has("made up").await, (false, 0));
}

#[tokio::test]
async fn a_set_that_was_just_fetched_is_used_however_short_its_life_time_is() {
    let mut issuer = Issuer::with(set("a"));
    issuer.clock_port = Arc::new(Ticking(Arc::clone(&issuer.clock)));
    let urls = [URL.to_owned()];
    for requests in [1, 2] {
        let found = issuer
            .sets
            .holding(issuer.ports(), &urls, "a", Duration::ZERO, WAIT)
            .await;
        assert!(found.is_ok());
        assert_eq!(issuer.keys.reads(), requests);
    }
}
