//! What mutators make of each other's headers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Mutator;
use crate::{
    Failure, Request, Session,
    config::{Config, HandlerSettings},
    rules::HandlerReference,
    testing::{ScriptedHttp, ports},
};

/// Runs mutators over a request with `X-A: client` twice and a cookie; gives what they leave.
async fn run(mutators: Value) -> Result<(Request, Session), Failure> {
    let mut config = Config::default();
    for name in ["noop", "header", "cookie"] {
        let settings = HandlerSettings {
            enabled: true,
            config: None,
        };
        config.mutators.0.insert(name.to_owned(), settings);
    }
    let mut request = Request::default();
    for (name, value) in [
        ("X-A", "client"),
        ("X-A", "again"),
        ("Cookie", "c=1; u=root"),
    ] {
        request.header.add(name, value);
    }
    let mut session = Session::default();
    Arc::make_mut(&mut session.match_context).header = request.header.clone();
    let references: Vec<HandlerReference> = serde_json::from_value(mutators).unwrap();
    for reference in &references {
        let mutator = Mutator::build(reference, &config, &Arc::default());
        mutator
            .mutate(&mut request, &mut session, &ports(&ScriptedHttp::new([])))
            .await?;
    }
    Ok((request, session))
}

fn header(name: &str, value: &str) -> Value {
    json!({"handler": "header", "config": {"headers": {name: value}}})
}

fn noop() -> Value {
    json!({"handler": "noop"})
}

#[tokio::test]
async fn a_header_wins_over_the_clients_before_and_behind_noop() {
    for mutators in [
        json!([header("x-a", "gate"), noop()]),
        json!([noop(), header("x-a", "gate")]),
    ] {
        let (_, session) = run(mutators).await.unwrap();
        assert_eq!(session.header.values("X-A").collect::<Vec<_>>(), ["gate"]);
        assert_eq!(session.header.get("Cookie"), Some("c=1; u=root"));
        assert_eq!(session.vouched, ["X-A"]);
    }
}

#[tokio::test]
async fn noop_copies_and_vouches_for_nothing() {
    let (_, session) = run(json!([noop()])).await.unwrap();
    assert_eq!(
        session.header.values("X-A").collect::<Vec<_>>(),
        ["client", "again"]
    );
    assert!(session.vouched.is_empty());
    let (_, session) = run(json!([noop(), noop()])).await.unwrap();
    assert_eq!(session.header.values("X-A").collect::<Vec<_>>(), ["client"]);
    assert!(session.vouched.is_empty());
}

#[tokio::test]
async fn behind_noop_request_and_session_have_their_headers_together() {
    let (request, session) = run(json!([noop(), header("X-A", "gate")])).await.unwrap();
    assert_eq!(request.header.get("X-A"), Some("gate"));
    assert_eq!(session.match_context.header.get("X-A"), Some("gate"));
    let (request, session) = run(json!([header("X-A", "gate")])).await.unwrap();
    assert_eq!(request.header.get("X-A"), Some("client"));
    assert_eq!(session.match_context.header.get("X-A"), Some("client"));
}

#[tokio::test]
async fn a_cookie_starts_from_the_requests_each_time() {
    let cookie = |name: &str| json!({"handler": "cookie", "config": {"cookies": {name: "x"}}});
    let (_, session) = run(json!([cookie("u"), cookie("v")])).await.unwrap();
    assert_eq!(session.header.get("Cookie"), Some("v=x; c=1; u=root"));
    let (_, session) = run(json!([noop(), cookie("u"), cookie("v")]))
        .await
        .unwrap();
    assert_eq!(session.header.get("Cookie"), Some("v=x; u=x; c=1"));
    assert_eq!(session.vouched, ["Cookie"]);
}

#[tokio::test]
async fn a_template_that_does_not_parse_is_an_error_once_it_is_reached() {
    let failure = run(json!([header("X-B", "{{ .Subject")]))
        .await
        .unwrap_err();
    assert_eq!((failure.status, failure.status()), (None, 500));
}

#[tokio::test]
async fn what_cannot_be_run_is_told_in_oathkeepers_sentences() {
    let misconfigured = "mutator matching this route is misconfigured or disabled";
    let cases = [
        (json!({"handler": "hydrator"}), Some(500), misconfigured),
        (
            json!({"handler": "header", "config": {"headers": 1}}),
            Some(500),
            misconfigured,
        ),
        (
            json!({"handler": "header", "config": {"header": {}}}),
            Some(500),
            misconfigured,
        ),
        (
            json!({"handler": "headers"}),
            None,
            "requested pipeline handler does not exist",
        ),
    ];
    for (mutator, status, message) in cases {
        let failure = run(json!([mutator])).await.unwrap_err();
        assert_eq!((failure.status, &*failure.message), (status, message));
    }
}

#[tokio::test]
async fn a_later_mutator_sees_what_an_earlier_one_set() {
    let both = "{{ .Header.Get \"x-b\" }}/{{ .MatchContext.Header.Get \"x-b\" }}";
    let (_, session) = run(json!([header("X-B", "1"), header("X-C", both)]))
        .await
        .unwrap();
    assert_eq!(session.header.get("X-C"), Some("1/"));
    let (_, session) = run(json!([noop(), header("X-B", "1"), header("X-C", both)]))
        .await
        .unwrap();
    assert_eq!(session.header.get("X-C"), Some("1/1"));
    let own = json!({"handler": "header", "config": {"headers": {"X-B": "1", "X-C": both}}});
    let (_, session) = run(json!([own])).await.unwrap();
    assert_eq!(session.header.get("X-C"), Some("/"));
}
