use serde_json::{Value, json};

use super::super::{Authenticator, probe};
use super::*;
use crate::{
    ports::{HttpError, HttpResponse},
    testing::{FixedClock, MapKeys, ScriptedHttp, answer},
};

const GLOBAL: &str = "{token_url: 'http://id/token'}";
const TOKEN: &str = r#"{"access_token":"t","expires_in":60}"#;

/// An authenticator with a clock and a client of its own.
struct Bench {
    handler: Authenticator,
    http: Arc<ScriptedHttp>,
    clock: Arc<FixedClock>,
}

impl Bench {
    fn new(rule: Value, outcome: Result<HttpResponse, HttpError>) -> Self {
        Self {
            handler: probe::build("oauth2_client_credentials", GLOBAL, rule),
            http: ScriptedHttp::new([outcome]),
            clock: FixedClock::at(1_000),
        }
    }

    async fn ask(&self, credentials: &str) -> (Result<Authentication, Failure>, String) {
        let ports = Ports {
            http: Arc::clone(&self.http) as _,
            keys: Arc::new(MapKeys::default()),
            clock: Arc::clone(&self.clock) as _,
        };
        let request = probe::request(&[("Authorization", credentials)]);
        let (outcome, session) = probe::run(&self.handler, &request, &ports).await;
        (outcome, session.subject)
    }
}

fn ok(body: &str) -> Result<HttpResponse, HttpError> {
    Ok(answer(
        200,
        &[("Content-Type", "application/json")],
        body.to_owned(),
    ))
}

#[tokio::test]
async fn the_client_id_becomes_the_subject() {
    let bench = Bench::new(json!({"required_scope": ["r", "w"]}), ok(TOKEN));
    // "a%20b:p+w"
    let (outcome, subject) = bench.ask("bAsIc YSUyMGI6cCt3").await;
    assert_eq!(
        (outcome, subject.as_str()),
        (Ok(Authentication::Authenticated), "a b")
    );
    let asked = bench.http.sent().remove(0);
    assert_eq!(asked.body, "grant_type=client_credentials&scope=r+w");
    // "a+b:p+w": decoded once, then escaped as a form.
    assert!(
        asked
            .headers
            .contains(&("Authorization".into(), "Basic YStiOnArdw==".into()))
    );
}

#[tokio::test]
async fn what_is_no_basic_credentials_is_left_to_the_next() {
    let bench = Bench::new(json!({}), ok(TOKEN));
    for credentials in [
        "",
        "Basic",
        "Basic  YTpi",
        "BasicYTpi",
        "Bearer YTpi",
        "Basic YWRh",
        "Basic !",
        "Basic YWRhOmI",
    ] {
        let outcome = bench.ask(credentials).await.0;
        assert_eq!(outcome, Ok(Authentication::NotResponsible), "{credentials}");
    }
    // "%:x"
    assert_eq!(bench.ask("Basic JTp4").await.0.unwrap_err().status(), 401);
    assert!(bench.http.sent().is_empty());
}

#[tokio::test]
async fn a_refusal_is_told_by_its_status() {
    for (outcome, want) in [
        (Ok(answer(400, &[], "secret")), 401),
        (Ok(answer(401, &[], "secret")), 401),
        (Ok(answer(404, &[], "secret")), 404),
        (Ok(answer(429, &[("Retry-After", "3")], "secret")), 429),
        (Ok(answer(500, &[], "secret")), 500),
        (Ok(answer(502, &[], "secret")), 401),
        (Ok(answer(503, &[], "secret")), 503),
        (Ok(answer(504, &[], "secret")), 504),
        (ok(r#"{"error":"secret"}"#), 401),
        (ok("secret"), 503),
        (Err(HttpError::Timeout), 503),
    ] {
        let failure = Bench::new(json!({}), outcome)
            .ask("Basic YTpi")
            .await
            .0
            .unwrap_err();
        assert_eq!(failure.status(), want);
        let told = format!("{failure:?}");
        assert!(
            !told.contains("secret") && !told.contains("http://id"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_accepted_token_is_kept_as_long_as_the_cache_allows() {
    let endless = r#"{"access_token":"t"}"#;
    let over = r#"{"access_token":"t","expires_in":-1}"#;
    for (cache, body, seconds, kept) in [
        (json!({"enabled": true}), TOKEN, 60, true),
        (json!({"enabled": true}), TOKEN, 61, false),
        (json!({"enabled": true}), endless, 1_000_000, true),
        (json!({"enabled": true}), over, 0, false),
        (json!({"enabled": true, "ttl": "5s"}), TOKEN, 5, true),
        (json!({"enabled": true, "ttl": "5s"}), TOKEN, 6, false),
        (json!({"enabled": true, "ttl": "99s"}), TOKEN, 61, false),
        (json!({"enabled": true, "ttl": "5s"}), endless, 0, false),
        (json!({"enabled": false}), TOKEN, 0, false),
        (json!({}), TOKEN, 0, false),
    ] {
        let bench = Bench::new(json!({"cache": cache}), ok(body));
        bench.ask("Basic YTpi").await.0.unwrap();
        bench.clock.advance(Duration::from_secs(seconds));
        bench.ask("Basic YTpi").await.0.unwrap();
        let asked = if kept { 1 } else { 2 };
        assert_eq!(
            bench.http.sent().len(),
            asked,
            "{cache} {body} after {seconds} s"
        );
    }
}

#[tokio::test]
async fn other_credentials_are_asked_for_and_refusals_are_not_kept() {
    let bench = Bench::new(json!({"cache": {"enabled": true}}), ok(TOKEN));
    bench.ask("Basic YTpi").await.0.unwrap();
    bench.ask("Basic YTpj").await.0.unwrap();
    assert_eq!(bench.http.sent().len(), 2);

    let bench = Bench::new(
        json!({"cache": {"enabled": true}}),
        Ok(answer(401, &[], "")),
    );
    for _ in 0..2 {
        assert!(bench.ask("Basic YTpi").await.0.is_err());
    }
    assert_eq!(bench.http.sent().len(), 2);
}

#[tokio::test]
async fn options_that_do_not_fit_make_a_broken_rule() {
    for rule in [
        json!({"token_url": "token"}),
        json!({"scope": ["a"]}),
        json!({"cache": {"enabled": "yes"}}),
        json!({"cache": {"max_cost": 1}}),
        json!({"cache": {"ttl": "1.5s"}}),
        json!({"retry": {"max_delay": "1 second"}}),
        json!({"required_scope": null}),
    ] {
        let failure = Bench::new(rule.clone(), ok(TOKEN))
            .ask("Basic YTpi")
            .await
            .0
            .unwrap_err();
        assert_eq!(failure.status(), 500, "{rule}");
    }
}
