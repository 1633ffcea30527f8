//! The real binary, invoked as Lambda invokes it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod harness;

use std::{path::Path, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{
    Function, Outcome,
    services::{Secret, SecretsManager, SessionService, Sessions},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use serde_json::{Value, json};

/// A package like that of the published recipe: sessions by cookie, tokens signed with a secret.
fn package(folder: &Path, session_service: &str) {
    let config = json!({
        "access_rules": {"matching_strategy": "regexp"},
        "authenticators": {
            "noop": {"enabled": true},
            "unauthorized": {"enabled": true},
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "cookie_session": {"enabled": true, "config": {
                "check_session_url": format!("{session_service}/sessions/whoami"),
                "preserve_path": true,
                "only": ["ory_session_slughere"],
                "extra_from": "@this",
                "subject_from": "identity.id",
            }},
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "errors": {
            "fallback": ["json"],
            "handlers": {
                "json": {"enabled": true, "config": {"verbose": true}},
                "redirect": {"enabled": true, "config": {"to": "https://www.example.com/login"}},
            },
        },
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": {"X-User": "{{ print .Subject }}"}}},
            "id_token": {"enabled": true, "config": {
                "issuer_url": "http://oathkeeper:4455/",
                "jwks_url": "file:///tmp/jwks.json",
                "ttl": "60s",
                "claims": "{\"session\": {{ .Extra | toJson }}}",
            }},
        },
    });
    let rule = |id: &str, path: &str, authenticator: &str, authorizer: &str, mutators: Value| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com{path}"), "methods": ["GET", "POST"]},
            "authenticators": [{"handler": authenticator}],
            "authorizer": {"handler": authorizer},
            "mutators": mutators,
        })
    };
    let signed = json!([{"handler": "header"}, {"handler": "id_token"}]);
    let mut browser = rule(
        "browser",
        "/app/<.*>",
        "cookie_session",
        "allow",
        json!([{"handler": "noop"}]),
    );
    browser["errors"] = json!([{"handler": "redirect"}]);
    let rules = json!([
        rule(
            "open",
            "/health",
            "noop",
            "allow",
            json!([{"handler": "noop"}])
        ),
        rule("guest", "/guest/<.*>", "anonymous", "allow", signed.clone()),
        rule(
            "named",
            "/named/<.*>",
            "anonymous",
            "allow",
            json!([{"handler": "header"}])
        ),
        rule(
            "session",
            "/session/<.*>",
            "cookie_session",
            "allow",
            signed
        ),
        rule(
            "closed",
            "/closed",
            "anonymous",
            "deny",
            json!([{"handler": "noop"}])
        ),
        rule(
            "broken",
            "/broken",
            "anonymous",
            "allow",
            json!([{"handler": "hydrator"}])
        ),
        browser,
    ]);
    write_package(folder, &config, &rules);
}

const KEY_PART: &str = "AyM1ywQ0jYyUOUaYfxh0uxJV0Kd3GVMxGaT0jyT3lS0";

fn keys() -> String {
    json!({"keys": [{"use": "sig", "kty": "oct", "kid": "first", "alg": "HS256", "k": KEY_PART}]})
        .to_string()
}

struct World {
    _folder: tempfile::TempDir,
    function: Function,
    sessions: SessionService,
    secrets: SecretsManager,
}

async fn world(secret: Secret, variables: &[(&str, &str)]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let sessions = SessionService::start().await;
    let secrets = SecretsManager::start(secret).await;
    package(folder.path(), &format!("http://{}", sessions.address));
    let endpoint = format!("http://{}", secrets.address);
    let mut all = vec![
        ("OATHGATE_JWKS_SECRET", "keys"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
    ];
    all.extend_from_slice(variables);
    let function = Function::start(folder.path(), &all).await;
    World {
        _folder: folder,
        function,
        sessions,
        secrets,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_with_nothing_but_the_package_and_the_runtime_api() {
    let world = world(Secret::Text(keys()), &[]).await;
    let outcome = world
        .function
        .invoke(&rest_event("GET", "/health", &[]))
        .await;
    assert_eq!(outcome.verdict(), "Allow", "{}", world.function.printed());
    assert_eq!(outcome.context("x-user"), Some("none"));
    assert_eq!(outcome.context("authorization"), Some("none"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_allows_exactly_what_was_asked_for() {
    let world = world(Secret::Text(keys()), &[]).await;
    let event = rest_event("GET", "/guest/a", &[]);
    let answer = world.function.invoke(&event).await.answer();
    assert_eq!(answer["principalId"], "guest");
    assert_eq!(
        answer["policyDocument"],
        json!({"Version": "2012-10-17", "Statement": [{
            "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"],
        }]})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_signs_with_the_secret_in_place_of_the_file() {
    let world = world(Secret::Text(keys()), &[]).await;
    let outcome = world
        .function
        .invoke(&rest_event("GET", "/guest/a", &[]))
        .await;
    let token = outcome.context("authorization").unwrap_or_default();
    assert!(
        token.starts_with("Bearer ey"),
        "{outcome:?} {}",
        world.function.printed()
    );
    let asked = world.secrets.asked();
    let [asked] = asked.as_slice() else {
        panic!("asked once, not {}", asked.len())
    };
    assert_eq!(
        asked.header("x-amz-target"),
        Some("secretsmanager.GetSecretValue")
    );
    assert!(
        asked
            .header("authorization")
            .unwrap()
            .contains("AKIAEXAMPLE")
    );
    assert_eq!(
        serde_json::from_slice::<Value>(&asked.body).unwrap(),
        json!({"SecretId": "keys"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_hands_the_token_on_in_the_header_that_the_stage_names() {
    let variables = [("OATHGATE_TOKEN_HEADER", "X-Token")];
    let world = world(Secret::Text(keys()), &variables).await;
    let outcome = world
        .function
        .invoke(&rest_event("GET", "/guest/a", &[]))
        .await;
    let token = outcome.context("x-token").unwrap_or_default();
    assert!(token.starts_with("Bearer ey"), "{outcome:?}");
    assert_eq!(outcome.context("authorization"), None);
    let event = rest_event("GET", "/guest/a", &[("x-token", "Bearer a")]);
    let forged = world.function.invoke(&event).await;
    assert_eq!(
        (&*forged.verdict(), forged.context("status")),
        ("Deny", Some("400"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_the_session_service_and_hands_the_subject_on() {
    let world = world(Secret::Text(keys()), &[]).await;
    let cookie = ("cookie", "theme=dark; ory_session_slughere=valid-alice");
    let outcome = world
        .function
        .invoke(&rest_event("GET", "/session/a", &[cookie]))
        .await;
    assert_eq!(
        (&*outcome.verdict(), outcome.context("x-user")),
        ("Allow", Some("alice"))
    );
    let asked = world.sessions.asked();
    assert_eq!(asked[0].path, "/sessions/whoami");
    assert_eq!(
        asked[0].header("x-amzn-trace-id"),
        Some("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vouched_header_of_the_client_s_is_refused_or_replaced_as_the_stage_says() {
    let headers = [
        ("cookie", "ory_session_slughere=valid-alice"),
        ("x-user", "mallory"),
        ("authorization", "Bearer mine"),
    ];
    let event = rest_event("GET", "/session/a", &headers);
    let refusing = world(Secret::Text(keys()), &[]).await;
    let refused = refusing.function.invoke(&event).await;
    assert_eq!(
        (&*refused.verdict(), refused.context("status")),
        ("Deny", Some("400"))
    );
    let lines = refusing.function.decisions_after(1).await;
    assert_eq!(lines[0]["code"], "forged_header");
    assert!(refusing.sessions.asked().is_empty(), "no rule is asked");
    let without = rest_event("GET", "/session/a", &[headers[0], headers[2]]);
    let outcome = refusing.function.invoke(&without).await;
    assert_eq!(outcome.context("x-user"), Some("alice"));

    let variables = [("OATHGATE_FORGED_HEADERS", "replace")];
    let replacing = world(Secret::Text(keys()), &variables).await;
    let replaced = replacing.function.invoke(&event).await;
    assert_eq!(
        (&*replaced.verdict(), replaced.context("x-user")),
        ("Allow", Some("alice"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_in_the_way_each_refusal_asks_for() {
    let world = world(Secret::Text(keys()), &[]).await;
    let ask = |path: &'static str| {
        let function = &world.function;
        async move { function.invoke(&rest_event("GET", path, &[])).await }
    };
    assert_eq!(
        ask("/session/a").await,
        Outcome::Error("Unauthorized".into())
    );
    assert_eq!(
        ask("/broken").await,
        Outcome::Error("the request could not be decided".into())
    );

    let denied = ask("/closed").await;
    assert_eq!(denied.verdict(), "Deny");
    assert_eq!(denied.context("status"), Some("403"));
    assert_eq!(denied.context("rule"), Some("closed"));
    let body: Value = serde_json::from_str(denied.context("body").unwrap()).unwrap();
    assert_eq!(body["error"]["code"], 403);

    let unknown = ask("/nowhere").await;
    assert_eq!(
        (&*unknown.verdict(), unknown.context("status")),
        ("Deny", Some("404"))
    );

    let sent_on = ask("/app/a").await;
    assert_eq!(
        (&*sent_on.verdict(), sent_on.context("status")),
        ("Deny", Some("302"))
    );
    assert_eq!(
        sent_on.context("location"),
        Some("https://www.example.com/login")
    );
    assert_eq!(
        sent_on.context("refresh"),
        Some("0; url=https://www.example.com/login")
    );
    let body: Value = serde_json::from_str(sent_on.context("body").unwrap()).unwrap();
    assert_eq!(body["error"]["code"], 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_which_allowed_origin_may_read_a_refusal() {
    let world = world(
        Secret::Text(keys()),
        &[(
            "OATHGATE_ALLOWED_ORIGINS",
            "https://app.example.com, https://admin.example.com",
        )],
    )
    .await;
    let cases = [
        (vec![("origin", "https://admin.example.com")], true),
        (vec![("Origin", "https://admin.example.com")], true),
        (vec![("Origin", "https://evil.example.com")], false),
        (vec![], false),
    ];
    for (headers, known) in cases {
        // A rule's refusal, no rule, a path that no rule is asked about, and a redirect.
        for path in ["/closed", "/nowhere", "/guest/a%2Fb", "/app/a"] {
            let outcome = world
                .function
                .invoke(&rest_event("GET", path, &headers))
                .await;
            assert_eq!(outcome.verdict(), "Deny", "{path}");
            assert_eq!(
                outcome.context("origin"),
                known.then_some("https://admin.example.com"),
                "{path} {headers:?}"
            );
        }
        let granted = world
            .function
            .invoke(&rest_event("GET", "/health", &headers))
            .await;
        assert_eq!(
            (&*granted.verdict(), granted.context("origin")),
            ("Allow", None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_a_value_that_is_the_stand_in() {
    let world = world(
        Secret::Text(keys()),
        &[("OATHGATE_VOUCHED_FALLBACK", "guest")],
    )
    .await;
    let outcome = world
        .function
        .invoke(&rest_event("GET", "/named/a", &[]))
        .await;
    assert_eq!(
        (&*outcome.verdict(), outcome.context("x-user")),
        ("Deny", None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_paths_that_could_be_read_differently() {
    let world = world(Secret::Text(keys()), &[]).await;
    for path in [
        "/guest/a%2Fb",
        "/guest/%252e%252e/x",
        "/guest/a\\b",
        "/guest/%00",
        "/guest/..;/x",
    ] {
        let outcome = world.function.invoke(&rest_event("GET", path, &[])).await;
        assert_eq!(
            (&*outcome.verdict(), outcome.context("status")),
            ("Deny", Some("400")),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_headers_that_mimic_vouched_ones() {
    let world = world(Secret::Text(keys()), &[]).await;
    for name in ["X_User", "x_user", "X_USER"] {
        let outcome = world
            .function
            .invoke(&rest_event("GET", "/health", &[(name, "mallory")]))
            .await;
        assert_eq!(
            (&*outcome.verdict(), outcome.context("status")),
            ("Deny", Some("400")),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_decides_by_the_public_host_where_one_is_set() {
    let world = world(
        Secret::Text(keys()),
        &[("OATHGATE_PUBLIC_HOST", "api.example.com")],
    )
    .await;
    let mut event = rest_event("GET", "/health", &[]);
    event["requestContext"]["domainName"] = json!("a1b2.execute-api.eu-central-1.amazonaws.com");
    assert_eq!(world.function.invoke(&event).await.verdict(), "Allow");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_no_answer_to_what_is_no_event() {
    let world = world(Secret::Text(keys()), &[]).await;
    for text in [
        "null",
        "[]",
        "{}",
        "\"event\"",
        r#"{"type":"TOKEN","methodArn":"arn:a"}"#,
    ] {
        let outcome = world
            .function
            .invoke_text(text.into(), Duration::from_secs(5))
            .await;
        assert_eq!(
            outcome,
            Outcome::Error("the request could not be decided".into()),
            "{text}"
        );
    }
    assert_eq!(
        world
            .function
            .invoke(&rest_event("GET", "/health", &[]))
            .await
            .verdict(),
        "Allow"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_until_the_secret_is_there() {
    let world = world(Secret::Missing, &[]).await;
    let event = rest_event("GET", "/guest/a", &[]);
    let undecided = Outcome::Error("the request could not be decided".into());
    assert_eq!(world.function.invoke(&event).await, undecided);
    assert_eq!(
        world
            .function
            .invoke(&rest_event("GET", "/health", &[]))
            .await
            .verdict(),
        "Allow"
    );
    world
        .secrets
        .become_(Secret::Text("{\"password\": \"none of yours\"}".into()));
    assert_eq!(world.function.invoke(&event).await, undecided);
    world.secrets.become_(Secret::Text(keys()));
    assert_eq!(world.function.invoke(&event).await.verdict(), "Allow");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_signing_while_the_secret_cannot_be_read() {
    for broken in [
        Secret::Failing,
        Secret::Missing,
        Secret::Text("{\"keys\": []}".into()),
        Secret::Hanging,
    ] {
        let world = world(Secret::Text(keys()), &[("OATHGATE_JWKS_TTL_SECONDS", "1")]).await;
        let event = rest_event("GET", "/guest/a", &[]);
        assert_eq!(world.function.invoke(&event).await.verdict(), "Allow");
        world.secrets.become_(broken.clone());
        tokio::time::sleep(Duration::from_millis(1100)).await;
        // Less time than reading a secret may take.
        let outcome = world
            .function
            .invoke_within(&event, Duration::from_secs(2))
            .await;
        assert_eq!(outcome.verdict(), "Allow", "{broken:?}");
        assert!(world.secrets.count() > 1, "{broken:?}: nobody asked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_signs_with_a_new_key_within_the_secret_s_life_time() {
    let world = world(Secret::Text(keys()), &[("OATHGATE_JWKS_TTL_SECONDS", "2")]).await;
    let event = rest_event("GET", "/guest/a", &[]);
    let before = world.function.invoke(&event).await;
    world
        .secrets
        .become_(Secret::Text(keys().replace("first", "second")));
    let rotated = std::time::Instant::now();
    let mut last = before.clone();
    while rotated.elapsed() < Duration::from_millis(3500) {
        last = world.function.invoke(&event).await;
        assert_eq!(last.verdict(), "Allow", "{}", world.function.printed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let key_id = |outcome: &Outcome| {
        let token = outcome
            .context("authorization")
            .unwrap()
            .trim_start_matches("Bearer ");
        let header = URL_SAFE_NO_PAD
            .decode(token.split('.').next().unwrap())
            .unwrap();
        serde_json::from_slice::<Value>(&header).unwrap()["kid"].clone()
    };
    assert_eq!(
        (key_id(&before), key_id(&last)),
        (json!("first"), json!("second"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_before_the_deadline_whatever_hangs() {
    let world = world(Secret::Hanging, &[]).await;
    world.sessions.become_(Sessions::Hanging);
    let cookie = ("Cookie", "ory_session_slughere=valid-alice");
    for path in ["/session/a", "/guest/a"] {
        let event = rest_event("GET", path, &[cookie]);
        let begun = std::time::Instant::now();
        let outcome = world
            .function
            .invoke_within(&event, Duration::from_secs(2))
            .await;
        assert_ne!(outcome.verdict(), "Allow", "{path}");
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{path}: {:?}",
            begun.elapsed()
        );
    }
    assert_eq!(
        world
            .function
            .invoke(&rest_event("GET", "/health", &[]))
            .await
            .verdict(),
        "Allow"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_recovers_with_the_session_service() {
    let world = world(Secret::Text(keys()), &[]).await;
    let event = rest_event(
        "GET",
        "/session/a",
        &[("Cookie", "ory_session_slughere=valid-alice")],
    );
    for state in [Sessions::Failing, Sessions::Html] {
        world.sessions.become_(state);
        assert_ne!(
            world.function.invoke(&event).await.verdict(),
            "Allow",
            "{state:?}"
        );
        world.sessions.become_(Sessions::Well);
        assert_eq!(
            world.function.invoke(&event).await.verdict(),
            "Allow",
            "after {state:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_that_the_package_is_missing_and_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    // What is packed is read, and never what it was packed from.
    std::fs::write(folder.path().join("config.yml"), "{}").unwrap();
    std::fs::write(folder.path().join("rules.json"), "[]").unwrap();
    let (told, printed) = Function::start(folder.path(), &[])
        .await
        .not_started()
        .await;
    for said in [&told, &printed] {
        assert!(
            said.contains("`gate.packed`") && said.contains("oathgate package"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_which_variable_cannot_be_used_and_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "http://127.0.0.1:1");
    let variables = [
        ("OATHGATE_PUBLIC_HOST", "https://a/"),
        ("OATHGATE_ALLOW_ENCODED_SLASHES", "yes"),
        ("OATHGATE_ALLOWED_ORIGINS", "https://app.example.com, *"),
        ("OATHGATE_TOKEN_HEADER", "Authorization"),
        ("OATHGATE_METRICS_BY_RULE", "true"),
    ];
    let (told, _) = Function::start(folder.path(), &variables)
        .await
        .not_started()
        .await;
    for (name, _) in variables {
        assert!(told.contains(name), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_that_trusted_certificates_are_missing_and_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "http://127.0.0.1:1");
    let variables = [("OATHGATE_CA_FILE", "/missing.pem")];
    let (told, _) = Function::start(folder.path(), &variables)
        .await
        .not_started()
        .await;
    assert!(
        told.contains("`OATHGATE_CA_FILE` names `/missing.pem`, which cannot be read"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_writes_one_line_for_each_decision() {
    let world = world(
        Secret::Text(keys()),
        &[("OATHGATE_METRICS_NAMESPACE", "Oathgate")],
    )
    .await;
    for path in ["/guest/a", "/session/a", "/closed", "/nowhere", "/broken"] {
        world.function.invoke(&rest_event("GET", path, &[])).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let lines = world.function.decisions();
    let said: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["outcome"].as_str().unwrap(),
                line["rule"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("allow", "guest"),
            ("unauthorized", "session"),
            ("deny", "closed"),
            ("deny", ""),
            ("error", "broken")
        ]
    );
    assert_eq!(lines[0]["coldStart"], true);
    assert_eq!(lines[1]["coldStart"], false);
    assert_eq!(
        lines[0]["requestId"],
        "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    );
    assert_eq!(
        lines[0]["apiRequestId"],
        "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    );
    assert_eq!(
        lines[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "Oathgate"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_no_secret_it_was_given() {
    let world = world(Secret::Text(keys()), &[("OATHGATE_LOG_LEVEL", "debug")]).await;
    let headers = [
        ("Cookie", "ory_session_slughere=valid-alice-cookie-secret"),
        ("Authorization", "Bearer authorization-secret"),
        ("X-Api-Key", "api-key-secret"),
    ];
    let mut secrets = vec![KEY_PART.to_owned(), "example-secret-access-key".to_owned()];
    secrets.extend(
        [
            "example-session-token",
            "valid-alice",
            "authorization-secret",
        ]
        .map(Into::into),
    );
    secrets.extend(["api-key-secret", "query-secret"].map(Into::into));
    for state in [Sessions::Well, Sessions::Failing, Sessions::Html] {
        world.sessions.become_(state);
        for path in [
            "/guest/a",
            "/session/a",
            "/closed",
            "/nowhere",
            "/broken",
            "/a%2Fb",
        ] {
            let mut event = rest_event("GET", path, &headers);
            event["queryStringParameters"] = json!({"token": "query-secret"});
            let outcome = world.function.invoke(&event).await;
            if let Some(token) = outcome.context("authorization") {
                secrets.push(token.trim_start_matches("Bearer ").to_owned());
            }
        }
    }
    let broken = r#"{"type": "REQUEST", "headers": {"a": "authorization-secret", "b": 1"#;
    world
        .function
        .invoke_text(broken.into(), Duration::from_secs(5))
        .await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let printed = world.function.printed();
    for secret in secrets
        .iter()
        .filter(|secret| !["none", ""].contains(&secret.as_str()))
    {
        assert!(
            !printed.contains(secret.as_str()),
            "`{secret}` in {printed}"
        );
    }
}
