//! What operators see of a service that is not well: the cause, what it cost, and a line that a level of
//! `warn` shows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod harness;

use std::{
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{
    Function,
    http::{Answer, Asked, serve},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use oathgate_jose::JwkSet;
use serde_json::{Value, json};

const TRACE: &str = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700";

/// A rule for each authenticator, named by its place.
fn package(folder: &Path, config: &Value, authenticators: &[(&str, Value)]) {
    let rules: Vec<_> = authenticators
        .iter()
        .map(|(id, authenticator)| {
            json!({
                "id": id,
                "match": {"url": format!("https://api.example.com/{id}"), "methods": ["GET"]},
                "authenticators": [authenticator],
                "authorizer": {"handler": "allow"},
                "mutators": [{"handler": "noop"}],
            })
        })
        .collect();
    let mut all = json!({
        "authorizers": {"allow": {"enabled": true}},
        "mutators": {"noop": {"enabled": true}},
        "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": true, "config": {"verbose": true}}}},
    });
    for (key, value) in config.as_object().unwrap() {
        all[key] = value.clone();
    }
    write_package(folder, &all, &Value::from(rules));
}

/// A token that names a key.
fn token(key_id: &str) -> String {
    let header = json!({"alg": "RS256", "kid": key_id}).to_string();
    let [header, claims] = [header, "{}".to_owned()].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("Bearer {header}.{claims}.AAAA")
}

/// A port where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_set_that_cannot_be_used_is_told_as_any_other_service() {
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let service = serve(move |request: Asked| {
        seen.lock().unwrap().push(request.clone());
        async move {
            match request.path.as_str() {
                "/hangs" => std::future::pending().await,
                "/page" => Answer::ok("<html>".to_owned()),
                "/discovery" => Answer::ok(r#"{"issuer":"https://id.example/"}"#.to_owned()),
                "/good" => {
                    let key = json!({"kty": "oct", "kid": "a", "use": "sig", "k": "c2VjcmV0"});
                    Answer::ok(json!({"keys": [key]}).to_string())
                }
                _ => Answer::ok(String::new()).status(404),
            }
        }
    })
    .await;
    let jwt = |url: String| json!({"handler": "jwt", "config": {"jwks_urls": [url]}});
    let folder = tempfile::tempdir().unwrap();
    package(
        folder.path(),
        &json!({
            "log": {"level": "debug"},
            "authenticators": {"jwt": {"enabled": true, "config": {
                "jwks_urls": [format!("http://{service}/missing")], "jwks_max_wait": "300ms",
            }}},
        }),
        &[
            ("global", json!({"handler": "jwt"})),
            ("missing", jwt(format!("http://{service}/gone"))),
            ("page", jwt(format!("http://{service}/page"))),
            ("discovery", jwt(format!("http://{service}/discovery"))),
            ("hangs", jwt(format!("http://{service}/hangs"))),
            ("refused", jwt(format!("http://{}/jwks", nobody()))),
            ("unknown", jwt("http://nobody.invalid/jwks".to_owned())),
            ("good", jwt(format!("http://{service}/good"))),
        ],
    );
    let function = Function::start(folder.path(), &[]).await;
    let bearer = token("unknown");
    let cases = [
        (
            "global",
            "`authenticators.jwt.config.jwks_urls[0]`: the service answered with status 404",
        ),
        (
            "missing",
            "the rule's own `jwks_urls[0]`: the service answered with status 404",
        ),
        (
            "page",
            "the rule's own `jwks_urls[0]`: it is not a JSON Web Key Set",
        ),
        (
            "discovery",
            "the rule's own `jwks_urls[0]`: it is not a JSON Web Key Set",
        ),
        (
            "hangs",
            "the rule's own `jwks_urls[0]`: it did not arrive in time",
        ),
        ("refused", "the connection was refused"),
        ("unknown", "its name is not known"),
        ("good", "no key for signatures"),
    ];
    for (id, _) in cases {
        let headers = [("Authorization", bearer.as_str())];
        let event = rest_event("GET", &format!("/{id}"), &headers);
        assert_eq!(
            function.invoke(&event).await.verdict(),
            "Unauthorized",
            "{id}"
        );
    }
    let lines = function.decisions_after(cases.len()).await;
    for ((id, cause), line) in cases.iter().zip(&lines) {
        let (code, level) = match *id {
            "good" => ("invalid_credentials", "INFO"),
            _ => ("service_failed", "WARN"),
        };
        assert_eq!(
            (&line["code"], &line["level"]),
            (&json!(code), &json!(level)),
            "{line}"
        );
        assert!(
            line["cause"].as_str().unwrap().contains(cause),
            "{id}: {line}"
        );
        assert_eq!(line["upstreamCalls"], 1, "{id}: {line}");
        assert!(line["upstreamMs"].as_f64().unwrap() > 0.0, "{id}: {line}");
    }
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 6);
    for request in asked {
        assert_eq!(
            request.header("x-amzn-trace-id"),
            Some(TRACE),
            "{}",
            request.path
        );
    }
    function.settled().await;
    let printed = function.printed();
    // The one that hangs has no answer yet.
    let debug_lines = printed.matches("a service was asked").count();
    assert_eq!(debug_lines, cases.len() - 1, "{printed}");
    for address in [&service.to_string(), "nobody.invalid"] {
        assert!(!printed.contains(address), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_of_warn_shows_what_is_not_the_clients_fault() {
    let service = serve(|request: Asked| async move {
        match request.path.as_str() {
            "/page" => Answer::ok("<html>".to_owned()),
            "/ill" => Answer::ok(String::new()).status(503),
            _ => Answer::ok(String::new()).status(401),
        }
    })
    .await;
    let session = |url: String| {
        let config = json!({"check_session_url": url, "preserve_path": true});
        json!({"handler": "cookie_session", "config": config})
    };
    let folder = tempfile::tempdir().unwrap();
    package(
        folder.path(),
        &json!({
            "log": {"level": "warn"},
            "authenticators": {"cookie_session": {"enabled": true, "config": {
                "check_session_url": "http://unused.invalid/",
            }}},
        }),
        &[
            ("nobody", session(format!("http://{service}/nobody"))),
            ("ill", session(format!("http://{service}/ill"))),
            ("page", session(format!("http://{service}/page"))),
            ("refused", session(format!("http://{}/", nobody()))),
        ],
    );
    let function = Function::start(folder.path(), &[]).await;
    for id in ["nobody", "nowhere", "ill", "page", "refused"] {
        function
            .invoke(&rest_event(
                "GET",
                &format!("/{id}"),
                &[("Cookie", "sid=1")],
            ))
            .await;
    }
    let lines = function.decisions_after(3).await;
    let told: Vec<_> = lines
        .iter()
        .map(|line| ["rule", "level", "code"].map(|key| line[key].as_str().unwrap().to_owned()))
        .collect();
    let warned = |rule: &str, code: &str| [rule, "WARN", code].map(str::to_owned);
    assert_eq!(
        told,
        [
            warned("ill", "service_failed"),
            warned("page", "answer_unfit"),
            warned("refused", "service_failed"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_an_old_key_set_bridges_is_a_warning_too() {
    let key = json!({"kty": "oct", "kid": "a", "use": "sig", "alg": "HS256", "k": "c2VjcmV0"});
    let set = json!({"keys": [key]}).to_string();
    let parsed = JwkSet::parse(set.as_bytes()).unwrap();
    let token = parsed
        .signing_key(std::time::SystemTime::now())
        .unwrap()
        .key
        .sign(r#"{"sub":"ada"}"#)
        .unwrap();
    let status = Arc::new(Mutex::new(200));
    let current = Arc::clone(&status);
    let service = serve(move |_: Asked| {
        let answer = Answer::ok(set.clone()).status(*current.lock().unwrap());
        async move { answer }
    })
    .await;
    let config = json!({
        "jwks_urls": [format!("http://{service}/keys")],
        "jwks_ttl": "0s",
        "allowed_algorithms": ["HS256"],
    });
    let folder = tempfile::tempdir().unwrap();
    package(
        folder.path(),
        &json!({
            "log": {"level": "warn"},
            "authenticators": {"jwt": {"enabled": true, "config": config}},
        }),
        &[("jwt", json!({"handler": "jwt"}))],
    );
    let metrics = [("OATHGATE_METRICS_NAMESPACE", "Gate")];
    let function = Function::start(folder.path(), &metrics).await;
    let bearer = format!("Bearer {token}");
    let event = rest_event("GET", "/jwt", &[("Authorization", bearer.as_str())]);
    for next in [200, 503] {
        *status.lock().unwrap() = next;
        assert_eq!(function.invoke(&event).await.verdict(), "Allow");
    }
    let lines = function.decisions_after(1).await;
    let [line] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(
        (&line["level"], &line["code"]),
        (&json!("WARN"), &json!("granted"))
    );
    assert_eq!(
        (&line["fault"], &line["faults"]),
        (&json!("worked_around"), &json!(1))
    );
    let told = line["workedAround"].as_str().unwrap();
    let cause = "`authenticators.jwt.config.jwks_urls[0]`: the service answered with status 503";
    assert!(told.contains(cause), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_answer_in_time_was_asked_and_took_its_time() {
    let service = serve(|_: Asked| std::future::pending()).await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://{service}/");
    package(
        folder.path(),
        &json!({
            "authenticators": {
                "cookie_session": {"enabled": true, "config": {"check_session_url": url}},
                "bearer_token": {"enabled": true, "config": {"check_session_url": url}},
                "oauth2_introspection": {"enabled": true, "config": {"introspection_url": url}},
                "oauth2_client_credentials": {"enabled": true, "config": {"token_url": url}},
            },
        }),
        &[
            ("cookie", json!({"handler": "cookie_session"})),
            ("bearer", json!({"handler": "bearer_token"})),
            ("introspection", json!({"handler": "oauth2_introspection"})),
            ("client", json!({"handler": "oauth2_client_credentials"})),
        ],
    );
    let function = Function::start(folder.path(), &[]).await;
    for (id, headers) in [
        ("cookie", ("Cookie", "sid=1")),
        ("bearer", ("Authorization", "Bearer a")),
        ("introspection", ("Authorization", "Bearer a")),
        ("client", ("Authorization", "Basic YTpi")),
    ] {
        let event = rest_event("GET", &format!("/{id}"), &[headers]);
        function
            .invoke_within(&event, Duration::from_millis(800))
            .await;
    }
    let lines = function.decisions_after(4).await;
    assert_eq!(lines.len(), 4);
    for line in lines {
        let told = (
            &line["upstreamCalls"],
            line["upstreamMs"].as_f64().unwrap() > 0.0,
        );
        assert_eq!(told, (&json!(1), true), "{line}");
        let cause = line["cause"].as_str().unwrap();
        // Where the machine is slow, the function's own time is over first.
        if line["code"] != "time_up" {
            assert_eq!(line["code"], "service_failed", "{line}");
            assert!(
                cause.ends_with("the service did not answer in time"),
                "{line}"
            );
        }
        assert!(!line["level"].as_str().unwrap().contains("INFO"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_subject_and_a_second_factor_are_said() {
    let elsewhere = "https://login.example/second-factor?flow=secret";
    let service = serve(move |request: Asked| async move {
        let aal2 = json!({
            "error": {"id": "session_aal2_required", "code": 403},
            "redirect_browser_to": elsewhere,
        });
        match request.header("cookie") {
            Some("sid=one-factor") => Answer::ok(aal2.to_string()).status(403),
            Some("sid=forbidden") => {
                Answer::ok(r#"{"error": {"code": 403}}"#.to_owned()).status(403)
            }
            Some("sid=ada") => Answer::ok(r#"{"subject": "ada"}"#.to_owned()),
            _ => Answer::ok(r#"{"active": false}"#.to_owned()),
        }
    })
    .await;
    let config = json!({"check_session_url": format!("http://{service}/")});
    let folder = tempfile::tempdir().unwrap();
    package(
        folder.path(),
        &json!({"authenticators": {
            "noop": {"enabled": true},
            "cookie_session": {"enabled": true, "config": config},
        }}),
        &[
            ("session", json!({"handler": "cookie_session"})),
            ("noop", json!({"handler": "noop"})),
        ],
    );
    let function = Function::start(folder.path(), &[]).await;
    let mut answered = String::new();
    for (id, cookie) in [
        ("session", "sid=ada"),
        ("session", "sid=empty"),
        ("session", "sid=one-factor"),
        ("session", "sid=forbidden"),
        ("noop", "sid=empty"),
    ] {
        let event = rest_event("GET", &format!("/{id}"), &[("Cookie", cookie)]);
        answered.push_str(&format!("{:?}", function.invoke(&event).await));
    }
    let lines = function.decisions_after(5).await;
    let empty: Vec<_> = lines
        .iter()
        .map(|line| line["emptySubject"].as_bool())
        .collect();
    assert_eq!(empty, [None, Some(true), None, None, None]);
    let told = |index: usize| lines[index]["cause"].as_str().unwrap();
    assert!(told(2).contains("needs a second factor"), "{}", told(2));
    assert_eq!(told(3), "the session service answered 403");
    for text in [answered, function.printed()] {
        assert!(!text.contains("login.example"), "{text}");
    }
}
