use proptest::{collection::vec, prelude::*};

use super::*;

/// A question with nothing in it but what is given.
fn made_of(method: &str, path: &str, query: &str, headers: &[(String, String)]) -> ServiceRequest {
    let url = Url {
        scheme: "http".to_owned(),
        host: "id".to_owned(),
        path: format!("/{path}"),
        raw_query: query.to_owned(),
        ..Url::default()
    };
    let mut service_request = ServiceRequest::new(method, url, Duration::from_secs(1));
    for (name, value) in headers {
        service_request.header.add(name, value.as_str());
    }
    service_request
}

/// One request to a gate: when, with which cookie, and after how long it is given up.
type Asked = (u64, usize, Option<u64>);

fn timelines() -> impl Strategy<Value = (Vec<Asked>, Vec<(u64, Does)>, u64)> {
    let does = prop::sample::select(vec![
        Does::KnowsTheSession,
        Does::KnowsTheSession,
        Does::KnowsNone,
        Does::Fails,
        Does::AsksForPatience,
        Does::Refuses,
        Does::Hangs,
        Does::Panics,
    ]);
    let asked = (
        0..30_000u64,
        0..3usize,
        prop::option::weighted(0.2, 0..3000u64),
    );
    (
        vec(asked, 1..60),
        vec((0..30_000u64, does), 1..12),
        0..3000u64,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn two_questions_are_one_only_if_they_are_the_same(
        one in ("[A-Z]{0,2}", "[a%/]{0,2}", "[ab=&]{0,2}", vec(("[AB]", "[ab:, ]{0,2}"), 0..3)),
        other in ("[A-Z]{0,2}", "[a%/]{0,2}", "[ab=&]{0,2}", vec(("[AB]", "[ab:, ]{0,2}"), 0..3)),
    ) {
        let key = |(method, path, query, headers): &(String, String, String, Vec<_>)| {
            CacheKey::of(&made_of(method, path, query, headers))
        };
        prop_assert_eq!(key(&one) == key(&other), one == other);
    }

    /// Whatever a service does when, and whoever gives up: everybody gets an answer in time, of a
    /// question with his own cookie, that is not older than it may be.
    #[test]
    fn everybody_gets_an_answer_of_his_own_that_is_young_enough(
        (asked, does, takes) in timelines()
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async move {
            let service = Service::new(Does::KnowsTheSession, Duration::from_millis(takes));
            let cache = cache(LIMITS);
            for (at, does) in does {
                let service = Arc::clone(&service);
                tokio::spawn(async move {
                    sleep(Duration::from_millis(at)).await;
                    service.now_does(does);
                });
            }
            let askers: Vec<_> = asked.into_iter().map(|(at, cookie, patience)| {
                let (cache, service) = (Arc::clone(&cache), Arc::clone(&service));
                tokio::spawn(async move {
                    sleep(Duration::from_millis(at)).await;
                    let came = service.begun.elapsed();
                    let cookie = format!("c{cookie}");
                    let ports = service.ports();
                    let asking = cache.send(service_request(&cookie), &ports);
                    let patience = Duration::from_millis(patience.unwrap_or(u64::MAX >> 20));
                    let got = tokio::time::timeout(patience, asking).await.ok()?;
                    Some((came, service.begun.elapsed(), cookie, got))
                })
            }).collect();
            for asker in askers {
                let Some((came, went, cookie, got)) = asker.await.unwrap() else { continue };
                // Once for another's question, once for his own.
                assert!(went - came <= Duration::from_secs(2 * (8 + 3)), "{came:?} {went:?}");
                let asked = service.asked.lock().unwrap().clone();
                let of_his_own = |within: Duration, does: Does| asked.iter().any(|(at, by, did)| {
                    *by == cookie && *did == does && *at <= went && *at + within > came
                });
                match got {
                    Ok((answer, _)) if answer.status == 200 => {
                        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
                        let at = Duration::from_millis(body["at"].as_u64().unwrap());
                        assert_eq!(body["subject"], cookie.as_str());
                        assert!(at + LIMITS.ttl + Duration::from_millis(1) > came, "{at:?} {came:?}");
                        assert!(of_his_own(LIMITS.ttl, Does::KnowsTheSession));
                    }
                    // One who waited for a question of another's, which may be as old as an answer.
                    Ok((answer, _)) if answer.status == 401 => {
                        assert!(of_his_own(LIMITS.ttl, Does::KnowsNone));
                    }
                    Ok(_) => {}
                    Err(error) => assert!(
                        [Does::Refuses, Does::Hangs, Does::Panics]
                            .into_iter()
                            .any(|does| of_his_own(LIMITS.ttl, does)),
                        "{error}"
                    ),
                }
            }
            // Those that were given up may still be under way.
            sleep(Duration::from_secs(60)).await;
            let kept = cache.0.get().unwrap();
            assert!(kept.flights().by_key.is_empty());
        });
    }
}
