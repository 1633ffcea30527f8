use std::sync::Arc;

use oathgate_engine::{DecisionTrace, Outcome, manifest::Manifest, safety::VouchedHeaderOptions};
use oathgate_gostd::Header;

use super::*;
use crate::EventKind;

fn vouched(headers: &[&str], secret: Option<&str>) -> VouchedHeaders {
    let manifest = Manifest {
        vouched: headers.iter().copied().map(str::to_owned).collect(),
        ..Manifest::default()
    };
    let options = VouchedHeaderOptions {
        secret_header: secret.map(str::to_owned),
        ..VouchedHeaderOptions::default()
    };
    VouchedHeaders::new(&manifest, &options)
}

fn grant(for_backend: &[(&str, &str)]) -> Grant {
    let received = for_backend.iter();
    let received = received.map(|&(name, value)| (Arc::from(name), value.to_owned()));
    Grant {
        for_backend: Some(received.collect()),
        ..Grant::default()
    }
}

fn sent<'e>(headers: &[(&'e str, &'e str)]) -> Event<'e> {
    let headers = headers.iter();
    Event {
        headers: headers
            .map(|&(name, value)| (name.into(), value.into()))
            .collect(),
        ..Event::default()
    }
}

#[test]
fn a_grant_s_headers_are_under_the_keys_that_the_kind_of_api_maps() {
    let granted = grant(&[("Authorization", "Bearer a"), ("X-User", "none")]);
    for (kind, user) in [
        (EventKind::Rest, "x-user"),
        (EventKind::HttpV1, "x_user"),
        (EventKind::HttpV2, "x_user"),
        (EventKind::WebSocket, "x_user"),
    ] {
        let event = Event {
            kind,
            ..Event::default()
        };
        let context = of_grant(&vouched(&[], None), &granted, &event, None).unwrap();
        let expected = [("authorization", "Bearer a"), (user, "none")];
        assert_eq!(
            context,
            expected
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into()
        );
    }
}

#[test]
fn nothing_is_granted_by_a_gate_that_does_not_answer_for_its_vouched_headers() {
    let found = of_grant(&vouched(&[], None), &Grant::default(), &sent(&[]), None);
    assert_eq!(found, Err(GrantError::NoVouchedHeaders));
}

#[test]
fn two_headers_with_one_context_key_have_one_value() {
    let context = |values: [&str; 2]| {
        let granted = grant(&[("X_user", values[0]), ("X.user", values[1])]);
        of_grant(&vouched(&["X_user"], None), &granted, &sent(&[]), None)
    };
    assert_eq!(context(["a", "a"]).unwrap()["x_user"], "a");
    assert_eq!(
        context(["a", "b"]),
        Err(GrantError::SharedContextKey("X.user".to_owned()))
    );
}

#[test]
fn more_than_api_gateway_takes_is_refused() {
    let all = vouched(&["X-User"], None);
    let context = |headers: &[(&str, &str)]| of_grant(&all, &grant(headers), &sent(&[]), None);
    let fits = "x".repeat(10_240 - "X-User".len());
    assert!(context(&[("X-User", &fits)]).is_ok());
    let more = format!("{fits}x");
    assert_eq!(
        context(&[("X-User", &more)]),
        Err(GrantError::HeadersTooLarge)
    );
    let half = "x".repeat(10_240 / 2);
    assert_eq!(
        context(&[("X-A", &half), ("X-B", &half)]),
        Err(GrantError::HeadersTooLarge)
    );
}

#[test]
fn more_than_api_gateway_takes_together_with_the_client_s_headers_is_refused() {
    let all = vouched(&["X-User", "Authorization"], None);
    let token = "t".repeat(5_000);
    let granted = grant(&[("Authorization", &token), ("X-User", "none")]);
    let mapped = "Authorization".len() + token.len() + "X-User".len() + "none".len();
    let fits = "c".repeat(10_240 - mapped - "Cookie".len());
    let context = |name, value: &str| of_grant(&all, &granted, &sent(&[(name, value)]), None);
    assert!(context("Cookie", &fits).is_ok());
    let more = format!("{fits}c");
    assert_eq!(
        context("Cookie", &more),
        Err(GrantError::AllHeadersTooLarge)
    );
    // The gate's own replaces a client's of the same case.
    assert!(context("Authorization", &more).is_ok());
}

const SECRET: &str = "a-secret-of-thirty-two-characters";

#[test]
fn the_backend_s_secret_is_beside_the_headers_of_every_grant_and_counts_with_them() {
    let all = vouched(&["X-User"], Some("X-Gate-Secret"));
    let context =
        |value: &str| of_grant(&all, &grant(&[("X-User", value)]), &sent(&[]), Some(SECRET));
    assert_eq!(context("alice").unwrap()["x-gate-secret"], SECRET);
    let room = 10_240 - "X-User".len() - "X-Gate-Secret".len() - SECRET.len();
    assert!(context(&"x".repeat(room)).is_ok());
    assert_eq!(
        context(&"x".repeat(room + 1)),
        Err(GrantError::HeadersTooLarge)
    );
}

#[test]
fn without_the_backend_s_secret_nothing_is_granted() {
    let all = vouched(&[], Some("X-Gate-Secret"));
    assert_eq!(
        of_grant(&all, &grant(&[]), &sent(&[]), None),
        Err(GrantError::NoBackendSecret)
    );
}

#[test]
fn no_service_can_take_the_place_of_the_backend_s_secret() {
    let all = vouched(&[], Some("X-Gate-Secret"));
    assert_eq!(
        of_grant(
            &all,
            &grant(&[("X-Gate-Secret", "mine")]),
            &sent(&[]),
            Some(SECRET)
        ),
        Err(GrantError::SharedContextKey("X-Gate-Secret".to_owned()))
    );
}

fn refused(refusal: Refusal, status: u16) -> Context {
    let trace = DecisionTrace {
        rule: Some("a".into()),
        status,
        message: "Access credentials are invalid".to_owned(),
        cause: "what only the log may say".to_owned(),
        ..DecisionTrace::default()
    };
    let decision = Decision {
        outcome: Outcome::Refused(refusal.clone()),
        trace,
    };
    of_refusal(&refusal, &decision)
}

#[test]
fn a_refusal_shows_what_gateway_responses_need_and_no_cause() {
    let refusal = Refusal {
        status: 302,
        header: [("Location", "https://a.example/login?return_to=b")]
            .into_iter()
            .collect(),
        body: "<a href=\"https://a.example/login\">Found</a>.\n".into(),
    };
    let context = refused(refusal, 401);
    assert_eq!(context["status"], "302");
    assert_eq!(context["rule"], "a");
    assert_eq!(context["location"], "https://a.example/login?return_to=b");
    assert_eq!(
        context["refresh"],
        "0; url=https://a.example/login?return_to=b"
    );
    assert_eq!(
        context["body"],
        r#"{"error":{"code":401,"status":"Unauthorized","message":"Access credentials are invalid"}}"#
    );
    assert!(
        context
            .values()
            .all(|value| !value.contains("only the log"))
    );
}

#[test]
fn a_refusal_keeps_its_own_json_on_one_line() {
    let refusal = Refusal {
        status: 403,
        header: Header::default(),
        body: "{\n  \"error\": {\"code\": 403, \"reason\": \"a\\nb\"}\n}\n".into(),
    };
    let body = &refused(refusal, 403)["body"];
    assert_eq!(body, r#"{"error":{"code":403,"reason":"a\nb"}}"#);
}

#[test]
fn a_location_that_would_split_the_answer_is_left_out() {
    let refusal = Refusal {
        status: 302,
        header: [("Location", "https://a.example/\r\nSet-Cookie: a=b")]
            .into_iter()
            .collect(),
        body: Vec::new().into(),
    };
    let context = refused(refusal, 403);
    assert_eq!(
        (context.get("location"), context.get("refresh")),
        (None, None)
    );
}
