use std::sync::Arc;

use oathgate_engine::{
    DecisionTrace, ReasonCode, manifest::Manifest, safety::VouchedHeaderOptions,
};
use oathgate_gostd::Header;
use serde_json::{Value, json};

use super::*;

const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/";

fn vouched(headers: &[&str], options: &VouchedHeaderOptions) -> VouchedHeaders {
    let manifest = Manifest {
        vouched: headers.iter().copied().map(str::to_owned).collect(),
        ..Manifest::default()
    };
    VouchedHeaders::new(&manifest, options)
}

fn responder(headers: &[&str], options: &VouchedHeaderOptions) -> Responder {
    Responder::new(vouched(headers, options), ResponderOptions::default()).unwrap()
}

fn event(path: &str) -> Event<'static> {
    Event {
        arn: format!("{ARN}GET{path}").into(),
        ..Event::default()
    }
}

fn granted(headers: &[(&str, &str)]) -> Decision {
    let received = headers.iter();
    let received = received.map(|&(name, value)| (Arc::from(name), value.to_owned()));
    let grant = Grant {
        header: headers.iter().copied().collect(),
        vouched: headers.iter().map(|(name, _)| (*name).to_owned()).collect(),
        for_backend: Some(received.collect()),
    };
    Decision {
        outcome: Outcome::Granted(grant),
        trace: DecisionTrace {
            status: 200,
            code: ReasonCode::Granted,
            subject: "alice".to_owned(),
            ..DecisionTrace::default()
        },
    }
}

fn json_of(responded: &Responded) -> Value {
    serde_json::to_value(responded.response.as_ref().unwrap()).unwrap()
}

#[test]
fn a_grant_becomes_a_policy_that_allows_what_was_requested() {
    let responder = responder(&["X-User"], &VouchedHeaderOptions::default());
    let responded = responder.respond(&event("/a"), &granted(&[("X-User", "alice")]), None);
    assert_eq!(
        json_of(&responded),
        json!({
            "principalId": "alice",
            "policyDocument": {"Version": "2012-10-17", "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": format!("{ARN}GET/a")},
            ]},
            "context": {"x-user": "alice"},
        })
    );
    assert_eq!(responded.refused, None);
}

fn refused(status: u16) -> Decision {
    let refusal = Refusal {
        status,
        header: Header::default(),
        body: "".into(),
    };
    Decision {
        outcome: Outcome::Refused(refusal),
        trace: DecisionTrace::default(),
    }
}

#[test]
fn every_response_is_text_for_text_what_aws_documents() {
    let policy = |principal: &str, effect: &str, context: &str| {
        format!(
            r#"{{"principalId":"{principal}","policyDocument":{{"Version":"2012-10-17","Statement":[{{"Action":"execute-api:Invoke","Effect":"{effect}","Resource":"{ARN}GET/a"}}]}},"context":{context}}}"#
        )
    };
    let simple = |is_authorized: bool, context: &str| {
        format!(r#"{{"isAuthorized":{is_authorized},"context":{context}}}"#)
    };
    let options = ResponderOptions {
        simple: true,
        ..ResponderOptions::default()
    };
    let headers = vouched(&["X-User"], &VouchedHeaderOptions::default());
    let responder = Responder::new(headers, options).unwrap();
    let (grant, refusal) = (granted(&[("X-User", "alice")]), refused(403));
    let forbidden = r#"{"body":"{\"error\":{\"code\":0,\"status\":\"\",\"message\":\"\"}}","reason":"","status":"403"}"#;
    for kind in [
        EventKind::Rest,
        EventKind::HttpV1,
        EventKind::HttpV2,
        EventKind::WebSocket,
    ] {
        let event = Event {
            kind,
            ..event("/a")
        };
        let text = |decision| {
            let responded = responder.respond(&event, decision, None);
            serde_json::to_string(&responded.response.unwrap()).unwrap()
        };
        let key = if kind == EventKind::Rest {
            "x-user"
        } else {
            "x_user"
        };
        let user = format!(r#"{{"{key}":"alice"}}"#);
        let (allowed, denied) = match kind {
            EventKind::HttpV2 => (simple(true, &user), simple(false, forbidden)),
            _ => (
                policy("alice", "Allow", &user),
                policy("unknown", "Deny", forbidden),
            ),
        };
        assert_eq!(text(&grant), allowed);
        assert_eq!(text(&refusal), denied);
    }
}

#[test]
fn only_a_refusal_that_would_be_the_same_later_becomes_a_policy() {
    let responder = responder(&[], &VouchedHeaderOptions::default());
    let response = |status| {
        let responded = responder.respond(&event("/a"), &refused(status), None);
        assert_eq!(responded.refused, None);
        responded.response.map(|response| {
            assert!(!response.allows(), "{status}");
            serde_json::to_value(response).unwrap()["context"]["status"].clone()
        })
    };
    for status in [300, 302, 400, 403, 404, 499] {
        assert_eq!(response(status), Ok(json!(status.to_string())));
    }
    assert_eq!(response(401), Err(AuthorizerError::Unauthorized));
    for status in [100, 200, 299, 408, 425, 429, 500, 503] {
        assert_eq!(
            response(status),
            Err(AuthorizerError::Undecided),
            "{status}"
        );
    }
}

#[test]
fn only_an_http_api_with_payload_2_0_has_simple_responses_where_the_stage_wants_them() {
    for (simple, kind, is_simple) in [
        (true, EventKind::HttpV2, true),
        (true, EventKind::HttpV1, false),
        (true, EventKind::Rest, false),
        (false, EventKind::HttpV2, false),
        (false, EventKind::Rest, false),
    ] {
        let options = ResponderOptions {
            simple,
            ..ResponderOptions::default()
        };
        let vouched = vouched(&[], &VouchedHeaderOptions::default());
        let responder = Responder::new(vouched, options).unwrap();
        let event = Event {
            kind,
            ..event("/a")
        };
        for (decision, is_allowed) in [(granted(&[]), true), (refused(403), false)] {
            let shown = json_of(&responder.respond(&event, &decision, None));
            let expected = is_simple.then_some(json!(is_allowed));
            assert_eq!(shown.get("isAuthorized").cloned(), expected, "{shown}");
            assert_eq!(shown.get("policyDocument").is_none(), is_simple, "{shown}");
        }
    }
}

#[test]
fn a_path_that_is_too_long_for_a_policy_is_refused_with_400() {
    let responder = responder(&[], &VouchedHeaderOptions::default());
    let decision = granted(&[]);
    let fits = format!("/{}", "a".repeat(512 - ARN.len() - "GET/".len()));
    assert_eq!(
        responder.respond(&event(&fits), &decision, None).refused,
        None
    );
    let responded = responder.respond(&event(&format!("{fits}a")), &decision, None);
    let shown = json_of(&responded);
    assert_eq!(shown["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(
        shown["context"],
        json!({
            "status": "400",
            "reason": "The path is too long",
            "body": r#"{"error":{"code":400,"status":"Bad Request","message":"The path is too long"}}"#,
        })
    );
    let error = responded.refused.unwrap();
    assert_eq!(error, GrantError::PathTooLong);
    let refused = error.refuse(decision);
    let Outcome::Refused(refusal) = refused.outcome else {
        unreachable!("a refusal")
    };
    assert_eq!(refusal.status, 400);
    let trace = refused.trace;
    assert_eq!(
        (
            trace.status,
            trace.code.as_str(),
            &*trace.message,
            &*trace.cause
        ),
        (
            400,
            "path_too_long",
            "The path is too long",
            "the path is too long for a policy"
        )
    );
}

#[test]
fn each_way_in_which_a_grant_cannot_be_handed_on_has_its_status_code_and_message() {
    let handed_on = "The request cannot be handed on";
    let malformed = "The request was malformed or contained invalid parameters";
    for (error, status, code, message) in [
        (GrantError::HeadersTooLarge, 403, "value_unfit", handed_on),
        (
            GrantError::AllHeadersTooLarge,
            403,
            "value_unfit",
            handed_on,
        ),
        (
            GrantError::SharedContextKey("X".to_owned()),
            403,
            "value_unfit",
            handed_on,
        ),
        (GrantError::ResponseTooLarge, 403, "value_unfit", handed_on),
        (
            GrantError::PathTooLong,
            400,
            "path_too_long",
            "The path is too long",
        ),
        (
            GrantError::NoBackendSecret,
            500,
            "no_backend_secret",
            handed_on,
        ),
        (GrantError::NoVouchedHeaders, 500, "internal", handed_on),
        (
            GrantError::Forged(Forgery::Vouched("X".to_owned())),
            400,
            "forged_header",
            malformed,
        ),
    ] {
        assert_eq!(
            (error.status(), error.code().as_str(), error.message()),
            (status, code, message),
            "{error}"
        );
    }
}

#[test]
fn a_grant_without_the_backend_s_secret_is_an_error_that_is_not_cached() {
    let options = VouchedHeaderOptions {
        secret_header: Some("X-Gate-Secret".to_owned()),
        ..VouchedHeaderOptions::default()
    };
    let responded = responder(&[], &options).respond(&event("/a"), &granted(&[]), None);
    assert_eq!(responded.response, Err(AuthorizerError::Undecided));
    assert_eq!(responded.refused, Some(GrantError::NoBackendSecret));
}

#[test]
fn no_rule_can_set_the_header_of_the_backend_s_secret() {
    let options = VouchedHeaderOptions {
        secret_header: Some("X-Gate-Secret".to_owned()),
        ..VouchedHeaderOptions::default()
    };
    for (name, is_taken) in [
        ("X-Gate-Secret", true),
        ("x-gate-secret", true),
        ("X_gate-secret", false),
    ] {
        let made = Responder::new(vouched(&[name], &options), ResponderOptions::default());
        assert_eq!(made.is_err(), is_taken, "{name}");
    }
}

#[test]
fn a_header_that_is_left_to_clients_is_not_theirs_where_the_rule_sets_it() {
    let options = VouchedHeaderOptions {
        client_headers: vec!["X-Note".to_owned()],
        ..VouchedHeaderOptions::default()
    };
    let sent = |kind, name: &'static str| Event {
        kind,
        headers: vec![(name.into(), "mine".into())],
        ..event("/a")
    };
    let refused = |options, kind, name| {
        let decision = granted(&[("X-Note", "the gate's")]);
        let responder = responder(&["X-Note"], options);
        responder
            .respond(&sent(kind, name), &decision, None)
            .refused
    };
    assert_eq!(refused(&options, EventKind::Rest, "X-Note"), None);
    // API Gateway may keep one of another case beside the one that it maps.
    for name in ["x-note", "X-NOTE"] {
        for kind in [EventKind::Rest, EventKind::WebSocket] {
            let error = refused(&options, kind, name).unwrap();
            assert_eq!(
                (error.status(), error.code()),
                (400, ReasonCode::ForgedHeader)
            );
        }
    }
    // HTTP APIs show no name as the client wrote it.
    for kind in [EventKind::HttpV1, EventKind::HttpV2] {
        assert_eq!(refused(&options, kind, "x-note"), None);
    }
    let replacing = VouchedHeaderOptions {
        forged: ForgedHeaders::Replace,
        ..options.clone()
    };
    assert_eq!(refused(&replacing, EventKind::Rest, "x-note"), None);
}

#[test]
fn a_response_that_is_too_large_for_a_web_socket_api_is_refused() {
    let responder = responder(&["X-User"], &VouchedHeaderOptions::default());
    let opening = Event {
        kind: EventKind::WebSocket,
        ..event("/a")
    };
    let size = |value: &str| {
        let decision = granted(&[("X-User", value)]);
        let responded = responder.respond(&opening, &decision, None);
        let shown = serde_json::to_string(responded.response.as_ref().unwrap()).unwrap();
        (shown.len(), responded.refused)
    };
    let (empty, _) = size("");
    let fits = "x".repeat(8_192 - empty);
    assert_eq!(size(&fits), (8_192, None));
    let (_, refused) = size(&format!("{fits}x"));
    assert_eq!(refused, Some(GrantError::ResponseTooLarge));
}
