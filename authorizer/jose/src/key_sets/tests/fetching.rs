use super::{
    super::kept_set::{FETCH_TIMEOUT, OVERDUE},
    *,
};

#[tokio::test]
async fn a_set_is_read_again_once_it_is_old() {
    let issuer = Issuer::with(fixture("hs.json"));
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    issuer.keys.set(Ok(Bytes::from(fixture("es.json"))));
    issuer.clock.advance(TTL);
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    assert_eq!(issuer.keys.reads(), 1);
    issuer.clock.advance(Duration::from_secs(1));
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("es-key"));
    assert_eq!(issuer.keys.reads(), 2);
}

#[tokio::test]
async fn a_set_whose_text_stays_the_same_stays_the_same_set() {
    let issuer = Issuer::with(fixture("hs.json"));
    let fetch = async || {
        issuer
            .sets
            .fetch(issuer.ports(), URL, WAIT)
            .await
            .unwrap()
            .set
    };
    let (before, after) = (fetch().await, fetch().await);
    assert!(Arc::ptr_eq(&before, &after));
    assert_eq!(issuer.keys.reads(), 2);
    issuer.keys.set(Ok(Bytes::from(fixture("es.json"))));
    let changed = fetch().await;
    assert_ne!(before.version(), changed.version());
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_sent_again_before_its_time_is_over() {
    let issuer = Issuer::with(fixture("hs.json"));
    issuer.keys.take(FETCH_TIMEOUT);
    assert!(issuer.signing_id().await.is_err());
    assert!(issuer.signing_id().await.is_err());
    assert_eq!(issuer.keys.reads(), 1, "two wait for one fetch");
    issuer.keys.take(Duration::ZERO);
    issuer.clock.advance(OVERDUE);
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    assert_eq!(issuer.keys.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_does_not_replace_a_newer_one() {
    let issuer = Issuer::with(fixture("hs.json"));
    issuer.keys.take(FETCH_TIMEOUT);
    assert!(issuer.signing_id().await.is_err());
    issuer.clock.advance(OVERDUE);
    issuer.keys.take(Duration::ZERO);
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    issuer.keys.set(Ok(Bytes::from(fixture("es.json"))));
    tokio::time::sleep(FETCH_TIMEOUT).await;
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    issuer.clock.advance(TTL + Duration::from_secs(1));
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("es-key"));
}

#[tokio::test]
async fn an_old_set_is_used_while_the_service_does_not_answer() {
    let issuer = Issuer::with(fixture("hs.json"));
    issuer.signing_id().await.unwrap();
    issuer.clock.advance(TTL * 2);
    issuer
        .keys
        .set(Err(KeySourceError::Unavailable(String::new())));
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    issuer
        .keys
        .set(Err(KeySourceError::Unreadable("gone".to_owned())));
    assert_eq!(
        issuer.signing_id().await,
        Err(KeySetError::Unreadable("gone".to_owned()))
    );
    issuer.keys.set(Ok(Bytes::from_static(b"a page")));
    assert_eq!(
        issuer.signing_id().await,
        Err(KeySetError::Invalid(JwkSetError::NoSet))
    );
    issuer.keys.set(Ok(Bytes::from(fixture("es.json"))));
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("es-key"));
}

#[tokio::test(start_paused = true)]
async fn a_set_that_arrives_late_serves_the_next_request() {
    let issuer = Issuer::with(fixture("hs.json"));
    issuer.keys.take(WAIT * 2);
    assert!(matches!(
        issuer.signing_id().await,
        Err(KeySetError::Unavailable(_))
    ));
    tokio::time::sleep(WAIT).await;
    assert_eq!(issuer.signing_id().await.as_deref(), Ok("hs-key"));
    assert_eq!(issuer.keys.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_wait_for_one_read() {
    let issuer = Issuer::with(fixture("hs.json"));
    issuer.keys.take(WAIT / 2);
    let (first, second, third) = tokio::join!(
        issuer.signing_id(),
        issuer.signing_id(),
        issuer.signing_id()
    );
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(issuer.keys.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_is_overdue_from_its_bound_on() {
    let issuer = Issuer::with(fixture("hs.json"));
    issuer.keys.take(FETCH_TIMEOUT);
    assert!(issuer.signing_id().await.is_err());
    let step = Duration::from_nanos(1);
    issuer.clock.advance(OVERDUE - step);
    assert!(issuer.signing_id().await.is_err());
    assert_eq!(issuer.keys.reads(), 1);
    issuer.clock.advance(step);
    assert!(issuer.signing_id().await.is_err());
    assert_eq!(issuer.keys.reads(), 2);
}
