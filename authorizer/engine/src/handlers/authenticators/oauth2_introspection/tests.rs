use std::{sync::Arc, time::Duration};

use oathgate_gotemplate::Value;
use serde_json::json;

use crate::{
    Ports,
    handlers::{
        Shared,
        authenticators::{
            Authentication, Authenticator,
            probe::{build_sharing, request, run},
        },
    },
    ports::{HttpError, HttpRequest, HttpResponse},
    testing::{FixedClock, ScriptedHttp, answer, ports},
};

const GLOBAL: &str = "{ introspection_url: 'https://id.example/introspect' }";

fn rule(rule: serde_json::Value, shared: &Arc<Shared>) -> Authenticator {
    build_sharing("oauth2_introspection", GLOBAL, rule, shared)
}

fn json_answer(body: serde_json::Value) -> Result<HttpResponse, HttpError> {
    let headers = [("Content-Type", "application/json")];
    Ok(answer(200, &headers, body.to_string()))
}

/// The status a request with a token gets, 200 where it is let in.
async fn status(authenticator: &Authenticator, token: &str, ports: &Ports) -> u16 {
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    match run(authenticator, &request, ports).await.0 {
        Ok(Authentication::Authenticated) => 200,
        Ok(Authentication::NotResponsible) => 0,
        Err(failure) => failure.status(),
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn it_asks_as_oathkeeper_does_and_takes_the_answer_over() {
    let http = ScriptedHttp::new([json_answer(
        json!({"active": true, "sub": "ada", "scope": "r w", "ext": {"n": 1}}),
    )]);
    let rule = rule(
        json!({"required_scope": ["r"], "preserve_host": true,
               "introspection_request_headers": {"x-own": "1", "content-type": "text/plain"}}),
        &Arc::default(),
    );
    let request = request(&[("Authorization", "Bearer a b&c")]);
    let (outcome, session) = run(&rule, &request, &ports(&http)).await;
    assert_eq!(outcome.ok(), Some(Authentication::Authenticated));
    assert_eq!(session.subject, "ada");
    let extra = Value::map([
        ("n", 1.0.into()),
        ("username", "".into()),
        ("client_id", "".into()),
        ("scope", "r w".into()),
    ]);
    assert_eq!(session.extra.map(Value::Map), Some(extra));
    let asked = http.sent().remove(0);
    assert_eq!(
        (asked.method.as_str(), asked.url.as_str()),
        ("POST", "https://id.example/introspect")
    );
    assert_eq!(asked.body, "scope=r&token=a+b%26c");
    for (name, value) in [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Forwarded-Host", "gate.example"),
        ("X-Own", "1"),
    ] {
        assert_eq!(header(&asked, name), Some(value));
    }
    assert_eq!(header(&asked, "Authorization"), None);
}

#[tokio::test]
async fn it_refuses_with_the_status_that_tells_why() {
    let good =
        json!({"active": true, "aud": ["a"], "iss": "i", "scope": "r", "exp": 1_750_000_000});
    let with = |name: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[name] = value;
        json_answer(body)
    };
    let strict = json!({"required_scope": ["r"], "scope_strategy": "exact",
                        "target_audience": ["a"], "trusted_issuers": ["i"]});
    for (answered, want) in [
        (json_answer(good.clone()), 200),
        (with("token_use", json!("access_token")), 200),
        (with("exp", json!(-1)), 200),
        (with("exp", json!(1_749_999_999)), 401),
        (with("active", json!(false)), 401),
        (with("token_use", json!("id_token")), 403),
        (with("aud", json!("b")), 403),
        (with("iss", json!("j")), 403),
        (with("scope", json!("rr")), 403),
        (with("active", json!("true")), 500),
        (Ok(answer(200, &[], "<html>")), 500),
        (Ok(answer(200, &[], "null")), 500),
        (Ok(answer(201, &[], good.to_string())), 500),
        (Ok(answer(401, &[], "")), 500),
        (Ok(answer(503, &[], "")), 500),
        (Ok(answer(429, &[("Retry-After", "5")], "")), 429),
        (Err(HttpError::Timeout), 500),
    ] {
        let http = ScriptedHttp::new([answered.clone()]);
        let rule = rule(strict.clone(), &Arc::default());
        assert_eq!(
            status(&rule, "t", &ports(&http)).await,
            want,
            "{answered:?}"
        );
        assert_eq!(http.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_kept_answer_is_judged_by_each_rule() {
    let http = ScriptedHttp::new([json_answer(
        json!({"active": true, "scope": "r", "aud": "a", "iss": "i", "exp": 1_750_000_100}),
    )]);
    let clock = FixedClock::at(1_750_000_000);
    let ports = Ports {
        clock: Arc::clone(&clock) as _,
        ..ports(&http)
    };
    let shared = Arc::default();
    let cached = |mut more: serde_json::Value| {
        more["cache"] = json!({"enabled": true, "ttl": "60s"});
        if more["scope_strategy"].is_null() {
            more["scope_strategy"] = json!("exact");
        }
        rule(more, &shared)
    };
    let refusing = json!({"required_scope": ["w"]});
    // One that a rule refused is not kept.
    assert_eq!(status(&cached(refusing.clone()), "t", &ports).await, 403);
    assert_eq!(status(&cached(json!({})), "t", &ports).await, 200);
    assert_eq!(http.sent().len(), 2);
    for (rule, want) in [
        (json!({}), 200),
        (json!({"required_scope": ["r"]}), 200),
        (
            json!({"required_scope": ["r"], "scope_strategy": "wildcard"}),
            200,
        ),
        (refusing, 403),
        (json!({"target_audience": ["a"]}), 200),
        (json!({"target_audience": ["b"]}), 403),
        (json!({"trusted_issuers": ["j"]}), 403),
    ] {
        assert_eq!(
            status(&cached(rule.clone()), "t", &ports).await,
            want,
            "{rule}"
        );
    }
    assert_eq!(http.sent().len(), 2);
    for (number, asks) in [
        rule(json!({}), &shared),
        cached(json!({"required_scope": ["r"], "scope_strategy": "none"})),
        cached(json!({"introspection_url": "https://other.example/"})),
    ]
    .iter()
    .zip(3..)
    {
        status(number, "t", &ports).await;
        assert_eq!(http.sent().len(), asks);
    }
    status(&cached(json!({})), "t2", &ports).await;
    assert_eq!(http.sent().len(), 6, "another token");
    clock.advance(Duration::from_secs(61));
    assert_eq!(status(&cached(json!({})), "t", &ports).await, 200);
    assert_eq!(http.sent().len(), 7, "older than its `ttl`");
    clock.advance(Duration::from_secs(40));
    assert_eq!(status(&cached(json!({})), "t", &ports).await, 401);
    assert_eq!(http.sent().len(), 7, "kept, and over");
}

fn guarded() -> serde_json::Value {
    json!({"pre_authorization": {
        "enabled": true, "client_id": "gate", "client_secret": "hush",
        "token_url": "https://id.example/token", "scope": ["a", "b"], "audience": "x"}})
}

#[tokio::test]
async fn its_own_token_is_fetched_once_and_anew_before_it_ends() {
    let active = || json_answer(json!({"active": true}));
    let token = |name: &str| {
        json_answer(json!({"access_token": name, "token_type": "bearer", "expires_in": 60}))
    };
    let http = ScriptedHttp::new([token("one"), active(), active(), token("two"), active()]);
    let clock = FixedClock::at(1_750_000_000);
    let ports = Ports {
        clock: Arc::clone(&clock) as _,
        ..ports(&http)
    };
    let shared = Arc::default();
    assert_eq!(status(&rule(guarded(), &shared), "t", &ports).await, 200);
    clock.advance(Duration::from_secs(50));
    // Another rule that says the same.
    assert_eq!(status(&rule(guarded(), &shared), "t", &ports).await, 200);
    clock.advance(Duration::from_secs(1));
    assert_eq!(status(&rule(guarded(), &shared), "t", &ports).await, 200);
    let asked: Vec<_> = http
        .sent()
        .iter()
        .map(|asked| {
            header(asked, "Authorization")
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    let basic = "Basic Z2F0ZTpodXNo";
    assert_eq!(
        asked,
        [basic, "Bearer one", "Bearer one", basic, "Bearer two"]
    );
    assert_eq!(
        http.sent()[0].body,
        "audience=x&grant_type=client_credentials&scope=a+b"
    );
}

#[tokio::test]
async fn credentials_go_into_the_body_where_the_header_fails_and_stay_there() {
    let refused = || Ok(answer(401, &[], ""));
    let token = || json_answer(json!({"access_token": "x", "expires_in": 5}));
    let active = || json_answer(json!({"active": true}));
    let http = ScriptedHttp::new([refused(), token(), active(), token(), active(), refused()]);
    let rule = rule(guarded(), &Arc::default());
    let ports = ports(&http);
    for want in [200, 200, 500] {
        assert_eq!(status(&rule, "t", &ports).await, want);
    }
    let in_body: Vec<_> = http
        .sent()
        .iter()
        .filter(|asked| asked.url.ends_with("/token"))
        .map(|asked| {
            asked
                .body
                .starts_with(b"audience=x&client_id=gate&client_secret=hush")
        })
        .collect();
    assert_eq!(in_body, [false, true, true, true]);
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let mut more = guarded();
    more["introspection_request_headers"] = json!({"Authorization": "Basic hush"});
    more["cache"] = json!({"enabled": true});
    let http = ScriptedHttp::new([
        json_answer(json!({"access_token": "hush"})),
        json_answer(json!({"active": true, "sub": "hush"})),
        json_answer(json!({"active": false, "sub": "hush"})),
        Ok(answer(403, &[], "hush")),
        Ok(answer(200, &[], "{\"sub\": hush")),
    ]);
    let (rule, ports) = (rule(more, &Arc::default()), ports(&http));
    assert_eq!(status(&rule, "hush", &ports).await, 200);
    for token in ["hush1", "hush2", "hush3"] {
        let request = request(&[("Authorization", &format!("Bearer {token}"))]);
        let (outcome, _) = run(&rule, &request, &ports).await;
        let shown = format!("{:?}", outcome.unwrap_err());
        assert!(
            !shown.contains("hush") && !shown.contains("id.example"),
            "{shown}"
        );
    }
    assert!(!format!("{rule:?}").contains("hush"));
}
