use oathgate_gotemplate::Value;
use serde_json::{Value as Json, json};

use super::super::{Authentication, probe};
use super::*;
use crate::{
    ports::{HttpError, HttpRequest},
    testing::{ScriptedHttp, answer, ports},
};

const GLOBAL: &str = "{check_session_url: 'http://id/who%2Fami?from=config'}";
const COOKIE: (&str, &str) = ("Cookie", "sid=1");

/// What the service is asked for a request with these headers.
async fn service_request(rule: Json, headers: &[(&str, &str)]) -> HttpRequest {
    let http = ScriptedHttp::answering(200, "{}");
    let handler = probe::build("cookie_session", GLOBAL, rule);
    let outcome = probe::run(&handler, &probe::request(headers), &ports(&http))
        .await
        .0;
    assert_eq!(outcome, Ok(Authentication::Authenticated));
    http.sent().remove(0)
}

/// The outcome and session where the service answers a 200 with this body.
async fn read(rule: Json, body: &str) -> (u16, Session) {
    let http = ScriptedHttp::answering(200, body.to_owned());
    let handler = probe::build("cookie_session", GLOBAL, rule);
    let (outcome, session) = probe::run(&handler, &probe::request(&[COOKIE]), &ports(&http)).await;
    (
        outcome.map_or_else(|failure| failure.status(), |_| 200),
        session,
    )
}

#[tokio::test]
async fn it_asks_with_the_path_method_and_query_that_the_options_say() {
    for (rule, method, url) in [
        (json!({}), "GET", "http://id/a%20b?from=config"),
        (
            json!({"preserve_path": true}),
            "GET",
            "http://id/who%2Fami?from=config",
        ),
        (
            json!({"preserve_query": false}),
            "GET",
            "http://id/a%20b?x=1",
        ),
        (
            json!({"force_method": "POST"}),
            "POST",
            "http://id/a%20b?from=config",
        ),
        (
            json!({"check_session_url": "http://x:1"}),
            "GET",
            "http://x:1/a%20b",
        ),
    ] {
        let asked = service_request(rule.clone(), &[COOKIE]).await;
        assert_eq!(
            (asked.method.as_str(), asked.url.as_str()),
            (method, url),
            "{rule}"
        );
        assert!(asked.body.is_empty());
    }
}

#[tokio::test]
async fn it_hands_on_the_headers_that_the_options_name() {
    let rule = json!({
        "forward_http_headers": ["x-a", null, "X-None"],
        "additional_headers": {"x-b": "own", "X-A": "replaced", "Host": "ignored"},
        "preserve_host": true,
    });
    let headers = [
        COOKIE,
        ("Cookie", "b=2"),
        ("X-A", "1"),
        ("X-C", "3"),
        ("Authorization", "x"),
    ];
    let asked = service_request(rule, &headers).await;
    let mut sent: Vec<_> = asked
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    sent.sort();
    assert_eq!(
        sent,
        [
            "Cookie: b=2",
            "Cookie: sid=1",
            "X-A: replaced",
            "X-B: own",
            "X-Forwarded-Host: gate.example"
        ]
    );
}

#[tokio::test]
async fn it_reads_subject_and_extra() {
    let body = r#"{"subject":"ada","subject":"eve","extra":{"n":1},"id":{"s":"u-1"}}"#;
    let (status, session) = read(json!({}), body).await;
    assert_eq!((status, session.subject.as_str()), (200, "ada"));
    let rule = json!({"subject_from": "id.s", "extra_from": "@this.id"});
    let (_, session) = read(rule, body).await;
    assert_eq!(session.subject, "u-1");
    assert_eq!(session.extra.unwrap().get("s"), Some(&"u-1".into()));
    for body in [
        "",
        " \r\n\t",
        "{}",
        "null",
        "[]",
        "12",
        r#"{"subject":null}"#,
    ] {
        let (status, session) = read(json!({}), body).await;
        assert_eq!((status, session.subject.as_str()), (200, ""), "{body}");
        assert!(session.extra.is_none(), "{body}");
    }
}

#[tokio::test]
async fn it_refuses_an_answer_that_shows_no_session() {
    for body in [
        "<html>",
        r#"{"subject":"ada""#,
        r#"{"subject":"ada"} <b>"#,
        r#"/{"subject":"root"}"#,
        r#"{"subject":7}"#,
        r#"{"subject":{"a":1}}"#,
        r#"{"extra":[1]}"#,
        r#"{"extra":"x"}"#,
        r#"{"extra":{"n":1e400}}"#,
    ] {
        let (status, session) = read(json!({}), body).await;
        assert_eq!(status, 403, "{body}");
        assert!(
            session.subject.is_empty() && session.extra.is_none(),
            "{body}"
        );
    }
}

#[tokio::test]
async fn any_answer_but_200_refuses_and_shows_nothing_of_itself() {
    let limits = [
        ("retry-after", "3"),
        ("X-RateLimit-Limit", "5"),
        ("X-Other", "no"),
    ];
    for (outcome, want) in [
        (Ok(answer(401, &[], "secret")), 401),
        (Ok(answer(204, &[], "secret")), 401),
        (Ok(answer(500, &[], "secret")), 401),
        (Ok(answer(429, &limits, "secret")), 429),
        (Err(HttpError::Timeout), 403),
        (Err(HttpError::Connect("refused".to_owned())), 403),
    ] {
        let http = ScriptedHttp::new([outcome]);
        let handler = probe::build("cookie_session", GLOBAL, json!({}));
        let request = probe::request(&[COOKIE]);
        let failure = probe::run(&handler, &request, &ports(&http))
            .await
            .0
            .unwrap_err();
        assert_eq!(failure.status(), want);
        let told = format!("{failure:?}");
        assert!(
            !told.contains("secret") && !told.contains("http://id"),
            "{told}"
        );
        let header: Header = [("Retry-After", "3"), ("X-Ratelimit-Limit", "5")]
            .into_iter()
            .collect();
        assert_eq!(
            failure.header,
            if want == 429 {
                header
            } else {
                Header::default()
            }
        );
    }
}

#[tokio::test]
async fn it_is_asked_only_for_a_cookie_or_token_of_its_own() {
    let http = ScriptedHttp::answering(200, r#"{"sub":"ada"}"#);
    for (name, rule, headers, responsible) in [
        ("cookie_session", json!({}), &[][..], false),
        ("cookie_session", json!({}), &[("Cookie", "a b=1")], false),
        (
            "cookie_session",
            json!({"only": ["sid"]}),
            &[("Cookie", "other=1")],
            false,
        ),
        (
            "cookie_session",
            json!({"only": ["x", "sid"]}),
            &[COOKIE],
            true,
        ),
        ("bearer_token", json!({}), &[COOKIE], false),
        (
            "bearer_token",
            json!({"prefix": "at_"}),
            &[("Authorization", "Bearer x")],
            false,
        ),
        (
            "bearer_token",
            json!({"prefix": "at_"}),
            &[("Authorization", "Bearer at_x")],
            true,
        ),
        (
            "bearer_token",
            json!({"token_from": {"cookie": "sid"}}),
            &[COOKIE],
            true,
        ),
    ] {
        let handler = probe::build(name, GLOBAL, rule.clone());
        let request = probe::request(headers);
        let before = http.sent().len();
        let (outcome, _) = probe::run(&handler, &request, &ports(&http)).await;
        let want = if responsible {
            Authentication::Authenticated
        } else {
            Authentication::NotResponsible
        };
        assert_eq!(outcome, Ok(want), "{name} {rule} {headers:?}");
        assert_eq!(http.sent().len() > before, responsible);
    }
}

#[tokio::test]
async fn options_that_do_not_fit_make_a_broken_rule() {
    let ports = ports(&ScriptedHttp::new([]));
    for (name, rule) in [
        ("cookie_session", json!({"token_from": {"cookie": "x"}})),
        ("cookie_session", json!({"only": "sid"})),
        ("cookie_session", json!({"check_session_url": "/relative"})),
        ("cookie_session", json!({"preserve_path": "true"})),
        ("cookie_session", json!({"additional_headers": {"X": 1}})),
        ("bearer_token", json!({"only": ["sid"]})),
        ("bearer_token", json!({"token_from": "header"})),
        ("bearer_token", json!({"unknown": 1})),
    ] {
        let handler = probe::build(name, GLOBAL, rule.clone());
        let outcome = probe::run(&handler, &probe::request(&[]), &ports).await.0;
        assert_eq!(outcome.unwrap_err().status(), 500, "{rule}");
    }
}

#[tokio::test]
async fn an_answer_that_was_read_before_says_the_same_by_the_same_paths_and_is_asked_for_every_time()
 {
    let one = json!({"a": {"id": "ada", "x": 1}, "b": {"id": "bob", "x": 2}});
    let other = json!({"a": {"id": "eve", "x": 3}, "b": {"id": "bob", "x": 2}});
    let shared = Arc::new(Shared::default());
    let by = |subject: &'static str, extra: &'static str| {
        let rule = json!({"subject_from": format!("{subject}.id"), "extra_from": extra});
        let handler = probe::build_sharing("cookie_session", GLOBAL, rule, &shared);
        (subject, extra, handler)
    };
    let handlers = [by("a", "a"), by("b", "b"), by("a", "b"), by("b", "a")];
    for (status, body) in [
        (200, &one),
        (200, &one),
        (401, &one),
        (200, &other),
        (200, &one),
        (500, &one),
    ] {
        let http = ScriptedHttp::answering(status, body.to_string());
        for (subject, extra_from, handler) in &handlers {
            let (outcome, session) =
                probe::run(handler, &probe::request(&[COOKIE]), &ports(&http)).await;
            if status != 200 {
                assert!(outcome.is_err());
                assert_eq!((session.subject.as_str(), session.extra), ("", None));
                continue;
            }
            assert_eq!(outcome, Ok(Authentication::Authenticated));
            assert_eq!(session.subject, body[subject]["id"]);
            let extra = session.extra.map(|extra| Value::Map(extra).to_json());
            assert_eq!(extra.as_ref(), Some(&body[extra_from]));
        }
        assert_eq!(http.sent().len(), handlers.len());
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_refused_every_time() {
    let shared = Arc::new(Shared::default());
    let handler = probe::build_sharing("cookie_session", GLOBAL, json!({}), &shared);
    for body in ["{\"subject\": 1}", "<html>", "{\"subject\": 1}", "<html>"] {
        let http = ScriptedHttp::answering(200, body);
        let (outcome, _) = probe::run(&handler, &probe::request(&[COOKIE]), &ports(&http)).await;
        assert_eq!(
            outcome.map_err(|failure| failure.status()),
            Err(403),
            "{body}"
        );
    }
}
