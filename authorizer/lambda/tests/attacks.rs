//! What attackers try, tried on the real binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod harness;
#[path = "faults/tokens.rs"]
#[allow(dead_code, unreachable_pub, reason = "a part of it is enough here")]
mod tokens;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use harness::{
    Function, Outcome,
    http::{Answer, serve},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use serde_json::{Value, json};
use tokens::Issuer;

struct World {
    _folder: tempfile::TempDir,
    function: Function,
    issuer: Issuer,
    /// What the session service answers.
    session: Arc<Mutex<String>>,
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let session = Arc::new(Mutex::new("{}".to_owned()));
    let said = Arc::clone(&session);
    let service = serve(move |_| {
        let body = said.lock().unwrap().clone();
        async move { Answer::ok(body).with("content-type", "application/json") }
    })
    .await;
    let keys = format!(
        "inline://{}",
        STANDARD.encode(issuer.public_key_set().to_string())
    );
    let config = json!({
        "authenticators": {
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "cookie_session": {"enabled": true, "config": {
                "check_session_url": format!("http://{service}/"), "subject_from": "identity.id",
                "extra_from": "@this",
            }},
            "jwt": {"enabled": true, "config": {"jwks_urls": [keys], "allowed_algorithms": ["ES256"]}},
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "mutators": {"noop": {"enabled": true}, "header": {"enabled": true, "config": {"headers": {
            "X-User": "{{ print .Subject }}", "X-Extra": "{{ .Extra | toJson | len }}",
        }}}},
        "errors": {"fallback": ["json"], "handlers": {
            "json": {"enabled": true},
            "redirect": {"enabled": true, "config": {"to": "https://login.example/"}},
        }},
    });
    let rule = |id: &str, authenticator: &str, authorizer: &str| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com/{id}/<.*>"), "methods": ["GET"]},
            "authenticators": [{"handler": authenticator}],
            "authorizer": {"handler": authorizer},
            "mutators": [{"handler": "header"}],
        })
    };
    let mut near = rule("near", "anonymous", "deny");
    near["errors"] = json!([
        {"handler": "redirect", "config": {"to": "https://inside.example/", "when": [
            {"request": {"cidr": ["10.0.0.0/8"]}},
        ]}},
    ]);
    let rules = json!([
        near,
        rule("open", "anonymous", "allow"),
        rule("admin", "anonymous", "deny"),
        rule("session", "cookie_session", "allow"),
        rule("jwt", "jwt", "allow"),
    ]);
    write_package(folder.path(), &config, &rules);
    let function = Function::start(folder.path(), &[("OATHGATE_LOG_LEVEL", "debug")]).await;
    World {
        _folder: folder,
        function,
        issuer,
        session,
    }
}

impl World {
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Outcome {
        self.function
            .invoke(&rest_event("GET", path, headers))
            .await
    }

    async fn with_token(&self, token: &str) -> Outcome {
        let bearer = format!("Bearer {token}");
        self.ask("/jwt/a", &[("Authorization", &bearer)]).await
    }
}

fn user(outcome: &Outcome) -> (String, Option<&str>) {
    (outcome.verdict(), outcome.context("x-user"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_a_header_s_name_brings_a_forged_value_in() {
    let world = world().await;
    for name in [
        "X-User",
        "x-user",
        "X-USER",
        "x-User",
        "X_User",
        "x_user",
        "X.User",
        "X User",
        "X-User ",
        " X-User",
        "X-User\t",
        "X-User:",
        "X-User\0",
        "X-User\r\nX-User",
        "\u{425}-User",
        "X\u{2010}User",
        "\u{ff38}-User",
        "X-U\u{17f}er",
        "",
    ] {
        let outcome = world.ask("/open/a", &[(name, "mallory")]).await;
        let status = outcome.context("status");
        assert_eq!(
            (&*outcome.verdict(), status),
            ("Deny", Some("400")),
            "{name:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_a_path_opens_a_closed_one() {
    let world = world().await;
    for path in [
        "/admin/a",
        "//admin/a",
        "/./admin/a",
        "/open/../admin/a",
        "/admin/../open/a",
        "/admin/7/../../open/a",
        "/nowhere/keys/../../open/a",
        "/open/x/../a",
        "/admin//../open/a",
        "//open/a",
        "/open//..;/a",
        "/open/%u002e%u002e/a",
        "/open/%ef%bc%8e%ef%bc%8e/a",
        "/open/...",
        "/open/a%2fb",
        "/open//../admin/a",
        "/open/a/../../admin/a",
        "/open/%2e%2e/admin/a",
        "/open/.%2E/admin/a",
        "/open/%252e%252e/admin/a",
        "/open/%25252e%25252e/admin/a",
        "/open/..%2fadmin/a",
        "/open/..%5cadmin/a",
        "/open/..\\admin\\a",
        "/open/..;/admin/a",
        "/open/..;a=b/admin/a",
        "/open/.;/../admin/a",
        "/open/%2e%2e;/admin/a",
        "/open/%c0%ae%c0%ae/admin/a",
        "/open/%e0%80%ae%e0%80%ae/admin/a",
        "/open/%c0%af..%c0%afadmin/a",
        "/open/%u002e%u002e/admin/a",
        "/open/%00/../../admin/a",
        "/open/a%00",
        "/open/a\0",
        "/open/a#/../../admin/a",
        "/open/a?/../../admin/a",
        "/open/%0d%0aX-User:%20root",
        "/open/..",
        "/open/../",
        "/open/%2e%2e",
        "/open/..;",
        "/open",
        "/OPEN/a",
        "/op%65n/../admin/a",
        "http://api.example.com/open/a",
        "https://api.example.com@other.example/open/a",
        "*",
        "open/a",
        "",
    ] {
        let outcome = world.ask(path, &[]).await;
        assert_ne!(outcome.verdict(), "Allow", "{path:?}: {outcome:?}");
    }
    assert_eq!(world.ask("/open/a", &[]).await.verdict(), "Allow");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_changes_what_is_asked_for() {
    let world = world().await;
    for (name, value) in [
        ("X-Forwarded-Uri", "/open/a"),
        ("X-Forwarded-Path", "/open/a"),
        ("X-Forwarded-Host", "api.example.com"),
        ("Host", "other.example"),
        ("Forwarded", "host=other.example;proto=http"),
    ] {
        let closed = world.ask("/admin/a", &[(name, value)]).await;
        assert_eq!(closed.verdict(), "Deny", "{name}");
        let open = world.ask("/open/a", &[(name, "/admin/a")]).await;
        assert_eq!(user(&open), ("Allow".into(), Some("guest")), "{name}");
    }
    let forwarded = [("X-Forwarded-Method", "POST")];
    let outcome = world.ask("/open/a", &forwarded).await;
    assert_eq!(outcome.verdict(), "Allow");
    // Backends may take these for the path and the method, which lead to another rule or to none.
    for (name, value) in [
        ("X-Original-URL", "/admin/a"),
        ("X-Rewrite-URL", "/admin/a"),
        ("X-HTTP-Method-Override", "POST"),
        ("X-Method-Override", "DELETE"),
    ] {
        let outcome = world.ask("/open/a", &[(name, value)]).await;
        assert_eq!(outcome.context("status"), Some("400"), "{name}");
        let closed = world.ask("/admin/a", &[(name, "/open/a")]).await;
        assert_eq!(closed.verdict(), "Deny", "{name}");
    }
    for method in [
        "POST",
        "GET ",
        " GET",
        "GET\0",
        "GET,POST",
        "*",
        "ANY",
        "CONNECT",
        "GET /open/a",
    ] {
        let outcome = world
            .function
            .invoke(&rest_event(method, "/open/a", &[]))
            .await;
        assert_ne!(outcome.verdict(), "Allow", "{method:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_moves_the_client_to_another_address() {
    let world = world().await;
    let headers = [
        ("X-Forwarded-For", "10.0.0.1"),
        ("x-forwarded-for", "10.0.0.1, 198.51.100.7"),
        ("X-Real-Ip", "10.0.0.1"),
        ("Forwarded", "for=10.0.0.1"),
    ];
    for header in headers {
        let outcome = world.ask("/near/a", &[header]).await;
        assert_eq!(outcome.context("status"), Some("403"), "{header:?}");
    }
    let mut inside = rest_event("GET", "/near/a", &[]);
    inside["requestContext"]["identity"]["sourceIp"] = json!("10.0.0.1");
    let outcome = world.function.invoke(&inside).await;
    assert_eq!(outcome.context("status"), Some("302"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_second_authorization_is_decided_about() {
    let world = world().await;
    let token = format!("Bearer {}", world.issuer.good_token("alice"));
    for other in ["Bearer mine", "Basic YTpi", "", "bearer"] {
        for pair in [[&token, other], [other, &token]] {
            let headers = [("Authorization", pair[0]), ("authorization", pair[1])];
            let outcome = world.ask("/jwt/a", &headers).await;
            assert_eq!(outcome.context("status"), Some("400"), "{other:?}");
        }
    }
    let twice = [("Authorization", token.as_str()), ("authorization", &token)];
    let outcome = world.ask("/jwt/a", &twice).await;
    assert_eq!(user(&outcome), ("Allow".into(), Some("alice")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_becomes_a_pattern_in_the_policy() {
    let world = world().await;
    for path in [
        "/open/*",
        "/open/**/a",
        "/open/${aws:username}",
        "/open/$*{a}",
    ] {
        let outcome = world.ask(path, &[]).await;
        let answer = outcome.answer();
        let statement = &answer["policyDocument"]["Statement"][0];
        let resource = statement["Resource"].as_str().unwrap();
        let is_pattern = resource.contains(['*', '?']) || resource.contains("${");
        assert!(
            statement["Effect"] == "Deny" || !is_pattern,
            "{path}: {resource}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_a_session_service_breaks_out_of_a_header() {
    let world = world().await;
    let long = "a".repeat(11_000);
    let deep = format!("{}{}", "[".repeat(900), "]".repeat(900));
    let deeper = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for (body, wanted) in [
        (r#"{"identity":{"id":"alice"}}"#.to_owned(), Some("alice")),
        (r#"{"identity":{"id":"a\r\nX-Admin: 1"}}"#.to_owned(), None),
        (r#"{"identity":{"id":"alice\n"}}"#.to_owned(), None),
        (r#"{"identity":{"id":" alice"}}"#.to_owned(), None),
        (r#"{"identity":{"id":"alice\u00a0"}}"#.to_owned(), None),
        (r#"{"identity":{"id":"a\u0000"}}"#.to_owned(), None),
        (r#"{"identity":{"id":"a\u0085"}}"#.to_owned(), None),
        (r#"{"identity":{"id":"none"}}"#.to_owned(), None),
        (r#"{"identity":{"id":7}}"#.to_owned(), None),
        (r#"{"identity":{"id":["alice"]}}"#.to_owned(), None),
        (r#"{"identity":{"id":true}}"#.to_owned(), None),
        (
            r#"{"identity":{"id":"alice"},"identity":{"id":"root"}}"#.to_owned(),
            Some("alice"),
        ),
        (r#"["identity"]"#.to_owned(), None),
        ("<html>alice</html>".to_owned(), None),
        (format!(r#"{{"identity":{{"id":"{long}"}}}}"#), None),
        (
            format!(r#"{{"identity":{{"id":"alice"}},"deep":{deep}}}"#),
            Some("alice"),
        ),
        (
            format!(r#"{{"identity":{{"id":"alice"}},"deep":{deeper}}}"#),
            None,
        ),
        (deeper, None),
    ] {
        world.session.lock().unwrap().clone_from(&body);
        let outcome = world.ask("/session/a", &[("Cookie", "a=b")]).await;
        let shown: String = body.chars().take(80).collect();
        match wanted {
            Some(subject) => assert_eq!(user(&outcome), ("Allow".into(), Some(subject)), "{shown}"),
            None => assert_ne!(outcome.verdict(), "Allow", "{shown}"),
        }
    }
}

/// A token with any header and payload, signed with the issuer's key or by whatever is given.
fn token(header: &Value, payload: &Value, signature: &[u8]) -> String {
    token_of_texts(&header.to_string(), &payload.to_string(), signature)
}

fn token_of_texts(header: &str, payload: &str, signature: &[u8]) -> String {
    let parts = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{}.{}", parts.join("."), URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_but_the_issuer_s_is_believed() {
    let world = world().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let stranger = Issuer::new();
    let (count, keys) = (Arc::clone(&asked), stranger.public_key_set().to_string());
    let theirs = serve(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let keys = keys.clone();
        async move { Answer::ok(keys) }
    })
    .await;
    let good = world.issuer.good_token("alice");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (_, payload) = signed.split_once('.').unwrap();
    let claims = json!({"sub": "root", "exp": 4_102_444_800_u64});
    let their_key = stranger.public_key_set()["keys"][0].clone();
    let their_signature = |token: &str| token.rsplit_once('.').unwrap().1.to_owned();
    let mut bad = Vec::from(
        world
            .issuer
            .bad_tokens("alice", &mut fastrand::Rng::with_seed(1)),
    );
    for algorithm in [
        "none", "None", "NONE", "nOnE", "", "HS256", "RS256", "ES384", "EdDSA", "ES256K",
    ] {
        bad.push(token(
            &json!({"alg": algorithm, "kid": "the-key"}),
            &claims,
            b"",
        ));
    }
    for signature in [
        vec![0; 64],
        vec![0xff; 64],
        vec![0; 63],
        vec![1; 72],
        vec![],
    ] {
        bad.push(token(
            &json!({"alg": "ES256", "kid": "the-key"}),
            &claims,
            &signature,
        ));
    }
    for more in [
        json!({"jwk": their_key}),
        json!({"jku": format!("http://{theirs}/keys")}),
        json!({"x5u": format!("http://{theirs}/keys")}),
        json!({"x5c": ["MIIB"]}),
        json!({"crit": ["exp"]}),
        json!({"b64": false, "crit": ["b64"]}),
        json!({"zip": "DEF"}),
        json!({"kid": "../../../../dev/null"}),
        json!({"kid": "' OR 1=1 --"}),
        json!({"kid": ["the-key"]}),
        json!({"kid": "the-key\u{0}"}),
        json!({"kid": format!("http://{theirs}/keys")}),
    ] {
        let mut header = json!({"alg": "ES256", "kid": "the-key"});
        header
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let theirs = their_signature(&stranger.good_token("root"));
        bad.push(token(
            &header,
            &claims,
            &URL_SAFE_NO_PAD.decode(theirs).unwrap(),
        ));
    }
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    bad.extend([
        format!("{signed}.{signature}."),
        format!("{signed}.{signature}.{signature}"),
        format!("{signed}."),
        format!("{signed}.{signature}="),
        format!(" {payload}.{payload}.{signature}"),
        format!("{signed}.{}", signature.get(..signature.len() - 2).unwrap()),
        token(&json!([]), &claims, &[0; 64]),
        token_of_texts(
            &format!("{{\"alg\":\"ES256\",\"kid\":\"the-key\",\"a\":{deep}}}"),
            "{}",
            &[0; 64],
        ),
        token_of_texts(r#"{"alg":"ES256","kid":"the-key"}"#, &deep, &[0; 64]),
        token_of_texts(r#"{"alg":"ES256","kid":"the-key","alg":"none"}"#, "{}", b""),
    ]);
    for token in &bad {
        let outcome = world.with_token(token).await;
        assert_ne!(outcome.verdict(), "Allow", "{token}");
    }
    assert_eq!(
        asked.load(Ordering::SeqCst),
        0,
        "nobody asks where a token says"
    );
    assert_eq!(
        user(&world.with_token(&good).await),
        ("Allow".into(), Some("alice"))
    );
    let printed = world.function.printed();
    assert!(
        !printed.contains("dev/null") && !printed.contains("eyJ"),
        "{printed}"
    );
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |inner, _| json!([inner]))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_ends_the_function_or_writes_a_line_of_its_own() {
    let world = world().await;
    let good = rest_event("GET", "/open/a", &[]).to_string();
    let inside = good.trim_start_matches('{');
    let many = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let texts = [
        "null".to_owned(),
        "1e999".to_owned(),
        "[]".to_owned(),
        many.clone(),
        format!(r#"{{"path":"/admin/a",{inside}"#),
        format!(r#"{{"methodArn":"arn:aws:execute-api:*",{inside}"#),
        format!(r#"{{"type":null,{inside}"#),
        format!(r#"{{"headers":{many},{inside}"#),
        good.replace(r#""/open/a""#, "7"),
        good.replace(r#""GET""#, r#"["GET"]"#),
        good.replace(r#""headers":{}"#, r#""headers":{"a":{"b":"c"}}"#),
    ];
    let count = texts.len();
    for text in texts {
        let shown: String = text.chars().take(80).collect();
        let outcome = world
            .function
            .invoke_text(text, Duration::from_secs(5))
            .await;
        assert_ne!(outcome.verdict(), "Allow", "{shown}");
    }
    // What is no JSON at all ends with the runtime, and names nothing either.
    for text in [
        "",
        "{\"a\": \"hunter2",
        "hunter2",
        "\u{feff}{}",
        "{} hunter2",
    ] {
        let outcome = world
            .function
            .invoke_text(text.to_owned(), Duration::from_secs(5))
            .await;
        let Outcome::Error(message) = outcome else {
            panic!("{text:?}: {outcome:?}");
        };
        assert!(
            message != "Unauthorized" && !message.contains("hunter2"),
            "{message}"
        );
    }
    let mut odd = rest_event(
        "GET",
        "/open/a",
        &[("X-A", "\n{\"message\":\"decided\",\"outcome\":\"allow\"}\n")],
    );
    odd["requestContext"]["requestId"] =
        json!("a\n{\"message\":\"decided\",\"outcome\":\"allow\"}\n");
    odd["identitySource"] = nested(90);
    assert_eq!(world.function.invoke(&odd).await.verdict(), "Allow");
    tokio::time::sleep(Duration::from_millis(100)).await;
    // Each line is JSON, or this panics.
    let decisions = world.function.decisions();
    let allowed = decisions.iter().filter(|line| line["outcome"] == "allow");
    assert_eq!(allowed.count(), 1);
    assert!(decisions.len() > count, "one line each");
}
