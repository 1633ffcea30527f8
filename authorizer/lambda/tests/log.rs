//! What operators see: the lines that the real binary prints, for every kind of handler.

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
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use harness::{
    Function,
    http::{Answer, Asked, serve},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use oathgate_engine::config::{Config, Format};
use serde_json::{Value, json};

/// What must never be printed, in whatever form it is sent.
const SECRETS: [&str; 18] = [
    "cookie-secret",
    "bearer-secret",
    "basic-secret",
    "claim-secret",
    "query-secret",
    "form-secret",
    "api-key-secret",
    "configured-header-secret",
    "pre-authorization-secret",
    "hydrator-password-secret",
    "url-password-secret",
    "url-query-secret",
    "introspection-header-secret",
    "answer-secret",
    "answer-header-secret",
    "set-cookie-secret",
    "payload-secret",
    "example-secret-access-key",
];

/// The part of the signing key that nobody may see.
const KEY_PART: &str = "AyM1ywQ0jYyUOUaYfxh0uxJV0Kd3GVMxGaT0jyT3lS0";

/// A configuration, and a rule for each handler there is, named after it.
fn sources(service: &str, log_level: &str) -> (Value, Vec<Value>) {
    let (scheme, host) = service.split_once("://").unwrap();
    let keys =
        json!({"keys": [{"use": "sig", "kty": "oct", "kid": "a", "alg": "HS256", "k": KEY_PART}]});
    let inline = format!("inline://{}", STANDARD.encode(keys.to_string()));
    let session = json!({
        "check_session_url": format!("{scheme}://user:url-password-secret@{host}/whoami?key=url-query-secret"),
        "preserve_path": true,
        "forward_http_headers": ["X-Api-Key"],
        "additional_headers": {"X-Own": "configured-header-secret"},
        "extra_from": "@this",
        "subject_from": "sub",
    });
    let token = format!("{service}/token?key=url-query-secret");
    let retry = json!({"give_up_after": "50ms", "max_delay": "10ms"});
    let config = json!({
        "log": {"level": log_level},
        "access_rules": {"matching_strategy": "regexp"},
        "authenticators": {
            "noop": {"enabled": true},
            "unauthorized": {"enabled": true},
            "anonymous": {"enabled": true},
            "cookie_session": {"enabled": true, "config": session},
            "bearer_token": {"enabled": true, "config": session},
            "jwt": {"enabled": true, "config": {"jwks_urls": [format!("{service}/jwks?key=url-query-secret")]}},
            "oauth2_client_credentials": {"enabled": true, "config": {"token_url": token}},
            "oauth2_introspection": {"enabled": true, "config": {
                "introspection_url": format!("{service}/introspect?key=url-query-secret"),
                "introspection_request_headers": {"X-Own": "introspection-header-secret"},
                "pre_authorization": {
                    "enabled": true,
                    "client_id": "gate",
                    "client_secret": "pre-authorization-secret",
                    "token_url": token,
                },
            }},
        },
        "authorizers": {
            "allow": {"enabled": true},
            "deny": {"enabled": true},
            "keto_engine_acp_ory": {"enabled": true, "config": {
                "base_url": service, "required_action": "a", "required_resource": "b",
            }},
            "remote": {"enabled": true, "config": {
                "remote": format!("{service}/remote?key=url-query-secret"), "retry": retry,
                "headers": {"X-Own": "configured-header-secret"},
            }},
            "remote_json": {"enabled": true, "config": {
                "remote": format!("{service}/remote-json"), "retry": retry,
                "payload": "{\"secret\": \"payload-secret\", \"cookie\": \"{{ .MatchContext.Header.Get \"cookie\" }}\"}",
            }},
        },
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": {"X-All": "{{ printf \"%s\" .Extra }}"}}},
            "cookie": {"enabled": true, "config": {"cookies": {"all": "{{ print .Subject }}"}}},
            "hydrator": {"enabled": true, "config": {"api": {
                "url": format!("{service}/hydrate"),
                "auth": {"basic": {"username": "gate", "password": "hydrator-password-secret"}},
                "retry": retry,
            }}},
            "id_token": {"enabled": true, "config": {
                "issuer_url": "https://a.example/", "jwks_url": inline,
                "claims": "{\"all\": \"{{ .MatchContext.Header.Get \"x-api-key\" }}\"}",
            }},
        },
        "errors": {"fallback": ["json"], "handlers": {
            "json": {"enabled": true, "config": {"verbose": true}},
            "redirect": {"enabled": true, "config": {
                "to": "https://a.example/login", "return_to_query_param": "to",
            }},
            "www_authenticate": {"enabled": true, "config": {"realm": "a"}},
        }},
    });
    let rule = |id: &str, authenticator: &str, authorizer: &str, mutator: &str, error: &str| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com/{id}/<.*>"), "methods": ["GET", "POST"]},
            "authenticators": [{"handler": authenticator}],
            "authorizer": {"handler": authorizer},
            "mutators": [{"handler": mutator}],
            "errors": [{"handler": error}],
        })
    };
    let mut rules = Vec::new();
    for authenticator in [
        "noop",
        "unauthorized",
        "anonymous",
        "cookie_session",
        "bearer_token",
        "jwt",
        "oauth2_client_credentials",
        "oauth2_introspection",
    ] {
        rules.push(rule(
            authenticator,
            authenticator,
            "allow",
            "header",
            "json",
        ));
    }
    for authorizer in ["deny", "keto_engine_acp_ory", "remote", "remote_json"] {
        rules.push(rule(authorizer, "noop", authorizer, "noop", "json"));
    }
    for mutator in ["cookie", "hydrator", "id_token"] {
        rules.push(rule(mutator, "cookie_session", "allow", mutator, "json"));
    }
    for error in ["redirect", "www_authenticate"] {
        rules.push(rule(error, "cookie_session", "deny", "noop", error));
    }
    rules.push(rule("broken", "noop", "allow", "none_such", "json"));
    for id in ["twice", "twice-too"] {
        let mut twice = rule(id, "noop", "allow", "noop", "json");
        twice["match"]["url"] = json!("https://api.example.com/twice/<.*>");
        rules.push(twice);
    }
    (config, rules)
}

/// Answers whatever a handler may ask, and more than it should hear.
fn told(asked: &Asked, status: u16) -> Answer {
    let body = match asked.path.split(['?', '/']).nth(1).unwrap_or_default() {
        "token" => {
            json!({"access_token": "answer-secret", "token_type": "bearer", "expires_in": 60})
        }
        "introspect" => json!({"active": true, "sub": "ada", "ext": {"a": "answer-secret"}}),
        "hydrate" => serde_json::from_slice(&asked.body).unwrap_or_default(),
        "jwks" => json!({"keys": [{"k": "answer-secret"}]}),
        _ => json!({"sub": "ada", "allowed": true, "mail": "answer-secret", "active": true}),
    };
    Answer::ok(body.to_string())
        .status(status)
        .with("X-Secret", "answer-header-secret")
        .with("Set-Cookie", "a=set-cookie-secret")
        .with("Location", "http://answer-secret.example/?answer-secret")
}

struct World {
    _folder: tempfile::TempDir,
    rules: Vec<Value>,
    function: Function,
    asked: Arc<Mutex<Vec<Asked>>>,
    status: Arc<Mutex<u16>>,
}

async fn world(log_level: &str, variables: &[(&str, &str)]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let status = Arc::new(Mutex::new(200));
    let (seen, current) = (Arc::clone(&asked), Arc::clone(&status));
    let address = serve(move |request: Asked| {
        seen.lock().unwrap().push(request.clone());
        let status = *current.lock().unwrap();
        async move { told(&request, status) }
    })
    .await;
    let (config, rules) = sources(&format!("http://{address}"), log_level);
    write_package(folder.path(), &config, &Value::from(rules.clone()));
    World {
        function: Function::start(folder.path(), variables).await,
        _folder: folder,
        rules,
        asked,
        status,
    }
}

const COOKIE: (&str, &str) = ("Cookie", "sid=cookie-secret");

/// Credentials of every kind, with one to begin with.
fn credentials() -> Vec<(&'static str, String)> {
    let claims = json!({"sub": "claim-secret", "mail": "claim-secret", "exp": 1}).to_string();
    let header = json!({"alg": "RS256", "kid": "claim-secret", "typ": "JWT"}).to_string();
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    vec![
        ("Authorization", "Bearer bearer-secret".to_owned()),
        ("Authorization", format!("Bearer {header}.{claims}.AAAA")),
        (
            "Authorization",
            format!("Basic {}", STANDARD.encode("basic-secret:basic-secret")),
        ),
    ]
}

/// A secret in the forms it may take on its way.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        secret.replace('-', "%2D"),
        secret.to_uppercase(),
    ];
    // Whatever stands before it moves base64 by none, one or two characters.
    for before in ["", "x", "xx"] {
        let encoded = STANDARD.encode(format!("{before}{secret}"));
        // The first and last characters hold bits of what is around it.
        let inner = encoded.get(4..encoded.len() - 5).unwrap();
        forms.push(inner.to_owned());
    }
    forms.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    forms
}

#[tokio::test(flavor = "multi_thread")]
async fn no_handler_at_no_level_prints_a_secret() {
    let levels = ["error", "warn", "info", "debug"];
    let runs = levels.map(|level| tokio::spawn(prints_no_secret(level)));
    for run in runs {
        run.await.unwrap();
    }
}

/// Asks every handler with credentials of every kind, with services that answer in every way, and
/// searches everything that was printed for every secret.
async fn prints_no_secret(level: &'static str) {
    let cache = ("OATHGATE_SESSION_CACHE_TTL_SECONDS", "60");
    let world = world("trace", &[("OATHGATE_LOG_LEVEL", level), cache]).await;
    let mut signed = Vec::new();
    for status in [200, 302, 401, 403, 429, 500] {
        *world.status.lock().unwrap() = status;
        for rule in &world.rules {
            let path = format!("/{}/a", rule["id"].as_str().unwrap());
            for (name, value) in credentials() {
                let own = format!("sid=cookie-secret-{status}");
                let headers = [
                    ("Cookie", own.as_str()),
                    (name, value.as_str()),
                    ("X-Api-Key", "api-key-secret"),
                ];
                let mut event = rest_event("GET", &path, &headers);
                event["queryStringParameters"] = json!({"token": "query-secret"});
                event["body"] = json!("form-secret");
                // Enough for one question, and not for all that Keto is asked again.
                let time = Duration::from_millis(600);
                let outcome = world.function.invoke_within(&event, time).await;
                if let Some(token) = outcome.context("authorization") {
                    signed.extend(token.strip_prefix("Bearer ").map(str::to_owned));
                }
                if rule["authenticators"][0]["handler"] == "noop" {
                    break;
                }
            }
        }
    }
    assert!(!signed.is_empty());
    let cut_off = r#"{"a": "form-secret"#.to_owned();
    world
        .function
        .invoke_text(cut_off, Duration::from_secs(5))
        .await;
    world.function.settled().await;
    let printed = world.function.printed();
    let lower = printed.to_lowercase();
    for secret in SECRETS.iter().flat_map(|secret| forms(secret)) {
        assert!(!printed.contains(&secret), "{level}: {secret} in {printed}");
        assert!(!lower.contains(&secret.to_lowercase()), "{level}: {secret}");
    }
    assert!(!printed.contains(KEY_PART), "{level}");
    for token in signed {
        let signature = token.rsplit('.').next().unwrap();
        assert!(!printed.contains(signature), "{level}");
    }
    // What could not be decided is an error, and written at every level.
    assert!(printed.contains(r#""outcome":"error""#), "{level}");
    let decisions = matches!(level, "info" | "debug");
    assert_eq!(
        printed.contains(r#""outcome":"allow""#),
        decisions,
        "{level}"
    );
    let questions = printed.contains("a service was asked");
    assert_eq!(questions, level == "debug", "{level}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_cannot_be_used_is_not_quoted() {
    let (config, rules) = sources("http://127.0.0.1:1", "info");
    let good = config.to_string();
    for (from, to) in [
        (
            r#""pre-authorization-secret""#,
            r#"["pre-authorization-secret"]"#,
        ),
        (
            r#""hydrator-password-secret""#,
            r#"{"a": "hydrator-password-secret"}"#,
        ),
        ("user:url-password-secret@", "user:url-password-secret@:@"),
        (
            r#""configured-header-secret""#,
            r#"["configured-header-secret"]"#,
        ),
        (r#""client_secret":"#, r#""client_secert":"#),
        (
            r#""pre-authorization-secret""#,
            r#""pre-authorization-secret"#,
        ),
    ] {
        let broken = good.replace(from, to);
        assert_ne!(broken, good, "{from}");
        let no_variables = std::iter::empty::<(String, String)>();
        let (told, printed) = match Config::parse(&broken, Format::Json, no_variables) {
            // Found when it is packaged.
            Err(findings) => (findings.to_string(), format!("{findings:?}")),
            // Found when a rule needs it, if at all.
            Ok(_) => {
                let folder = tempfile::tempdir().unwrap();
                let broken = serde_json::from_str(&broken).unwrap();
                write_package(folder.path(), &broken, &Value::from(rules.clone()));
                let started = Function::start(folder.path(), &[]).await.started_or_not();
                tokio::time::timeout(Duration::from_secs(20), started)
                    .await
                    .unwrap()
            }
        };
        for secret in SECRETS {
            assert!(!told.contains(secret), "{to}: {told}");
            assert!(!printed.contains(secret), "{to}: {printed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reason_has_a_word_that_alarms_can_rely_on() {
    let world = world("info", &[]).await;
    let long = format!("/noop/{}", "x".repeat(600));
    let bearer = ("Authorization", "Bearer opaque");
    let mut expected = Vec::new();
    for (status, path, headers, code) in [
        (200, "/noop/a", &[][..], "granted"),
        (200, "/nowhere", &[], "no_rule"),
        (200, "/twice/a", &[], "overlapping_rules"),
        (200, "/noop/a%2Fb", &[], "unsafe_path"),
        (200, "/noop/%2e%2e/b", &[], "unsafe_path"),
        (200, "/noop/a", &[("X_All", "a")], "mimicking_header"),
        (200, "/cookie_session/a", &[], "no_credentials"),
        (401, "/cookie_session/a", &[COOKIE], "invalid_credentials"),
        (
            200,
            "/jwt/a",
            &[("Authorization", "Bearer a.b.c")],
            "invalid_credentials",
        ),
        (200, "/deny/a", &[], "forbidden"),
        (403, "/remote/a", &[], "forbidden"),
        (200, "/unauthorized/a", &[], "forbidden"),
        (429, "/bearer_token/a", &[bearer], "too_many_requests"),
        (500, "/cookie_session/a", &[COOKIE], "service_failed"),
        (500, "/remote/a", &[], "service_failed"),
        (500, "/oauth2_introspection/a", &[bearer], "service_failed"),
        (200, "/broken/a", &[], "misconfigured"),
        (200, &long, &[], "path_too_long"),
    ] {
        *world.status.lock().unwrap() = status;
        world
            .function
            .invoke(&rest_event("GET", path, headers))
            .await;
        expected.push((path.to_owned(), code));
    }
    world
        .function
        .invoke_text("{}".into(), Duration::from_secs(5))
        .await;
    expected.push(("no event".to_owned(), "event_unreadable"));
    // A service that is unwell is asked again and again, with waits between.
    *world.status.lock().unwrap() = 500;
    let event = rest_event("GET", "/keto_engine_acp_ory/a", &[]);
    world
        .function
        .invoke_within(&event, Duration::from_millis(400))
        .await;
    expected.push(("no time".to_owned(), "time_up"));
    let lines = world.function.decisions_after(expected.len()).await;
    assert_eq!(lines.len(), expected.len());
    for (line, (path, code)) in lines.iter().zip(expected) {
        assert_eq!(line["code"], code, "{path}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_says_how_long_each_step_took_and_what_was_asked() {
    let world = world("info", &[]).await;
    world
        .function
        .invoke(&rest_event("GET", "/hydrator/a", &[COOKIE]))
        .await;
    let lines = world.function.decisions_after(1).await;
    let line = &lines[0];
    assert_eq!(
        (line["outcome"].as_str(), line["upstreamCalls"].as_u64()),
        (Some("allow"), Some(2))
    );
    let steps: Vec<f64> = ["route", "authenticate", "authorize", "mutate"]
        .iter()
        .map(|step| {
            line["stepMs"][step]
                .as_f64()
                .unwrap_or_else(|| panic!("{step}: {line}"))
        })
        .collect();
    let (sum, all) = (steps.iter().sum::<f64>(), line["ms"].as_f64().unwrap());
    assert!(
        steps[1] > 0.0 && steps[3] > 0.0,
        "services were asked: {line}"
    );
    // Each is cut to a microsecond.
    assert!(sum <= all + 0.01, "{line}");
    assert!(
        line["upstreamMs"].as_f64().unwrap() <= steps[1] + steps[3] + 0.01,
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stage_s_level_goes_before_lambda_s_and_that_before_the_configuration_s() {
    let (stage, lambda) = ("OATHGATE_LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL");
    for (config, variables, lines, questions) in [
        ("info", &[][..], 2, 0),
        ("error", &[], 1, 0),
        ("debug", &[], 2, 1),
        ("error", &[(lambda, "INFO")], 2, 0),
        ("debug", &[(stage, "error"), (lambda, "DEBUG")], 1, 0),
        ("error", &[(stage, "debug")], 2, 1),
    ] {
        let world = world(config, variables).await;
        world
            .function
            .invoke(&rest_event("GET", "/cookie_session/a", &[COOKIE]))
            .await;
        // What could not be decided is an error, and written at every level.
        world
            .function
            .invoke(&rest_event("GET", "/broken/a", &[]))
            .await;
        world.function.decisions_after(lines).await;
        world.function.settled().await;
        let printed = world.function.printed();
        let count = |message: &str| printed.matches(message).count();
        let said = (count("\"decided\""), count("\"a service was asked\""));
        assert_eq!(
            said,
            (lines, questions),
            "{config} {variables:?}: {printed}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_that_a_line_announces_is_a_number_in_it() {
    let world = world("info", &[("OATHGATE_METRICS_NAMESPACE", "Gate")]).await;
    for path in ["/noop/a", "/cookie_session/a", "/nowhere", "/broken/a"] {
        world
            .function
            .invoke(&rest_event("GET", path, &[COOKIE]))
            .await;
    }
    let lines = world.function.decisions_after(4).await;
    let mut announced = BTreeSet::new();
    for line in &lines {
        assert!(line["_aws"]["Timestamp"].is_u64());
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(directive["Namespace"], "Gate");
            for metric in directive["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_number(), "{name} in {line}");
                announced.insert(name.to_owned());
            }
            for dimensions in directive["Dimensions"].as_array().unwrap() {
                for name in dimensions.as_array().unwrap() {
                    assert!(line[name.as_str().unwrap()].is_string(), "{name} in {line}");
                }
            }
        }
    }
    let names = [
        "cacheHits",
        "coldStarts",
        "decisions",
        "faults",
        "ms",
        "upstreamCalls",
        "upstreamMs",
    ];
    assert_eq!(announced, names.map(str::to_owned).into());
    let cold: Vec<_> = lines
        .iter()
        .map(|line| line["coldStarts"].as_u64().unwrap())
        .collect();
    assert_eq!(cold, [1, 0, 0, 0]);
}

/// The lines that CloudWatch takes metrics out of, once there are so many.
async fn measured_after(world: &World, count: usize) -> Vec<Value> {
    let measured = || {
        let printed = world.function.printed();
        let lines = printed
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .filter(|line| line.get("_aws").is_some())
            .collect::<Vec<_>>()
    };
    let begun = std::time::Instant::now();
    while measured().len() < count && begun.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.function.settled().await;
    measured()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_decision_is_measured_at_every_level() {
    let paths = ["/noop/a", "/cookie_session/a", "/nowhere", "/broken/a"];
    let outcomes = ["allow", "allow", "deny", "error"];
    for (level, decided) in [("debug", 4), ("info", 4), ("warn", 1), ("error", 1)] {
        let variables = [
            ("OATHGATE_METRICS_NAMESPACE", "Gate"),
            ("OATHGATE_METRICS_STAGE", "dev"),
            ("OATHGATE_LOG_LEVEL", level),
        ];
        let world = world("info", &variables).await;
        for path in paths {
            world
                .function
                .invoke(&rest_event("GET", path, &[COOKIE]))
                .await;
        }
        let lines = measured_after(&world, 4).await;
        let measured: Vec<_> = lines.iter().map(|line| &line["outcome"]).collect();
        assert_eq!(measured, outcomes, "{level}: {lines:?}");
        let with_line = lines
            .iter()
            .filter(|line| line["message"] == "decided")
            .count();
        assert_eq!(with_line, decided, "{level}");
        for line in &lines {
            assert_eq!(line["stage"], "dev");
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(directive["Dimensions"], json!([["stage", "outcome"]]));
            for metric in directive["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_number(), "{name} in {line}");
            }
        }
        // A line without severity is not to be filtered by it.
        assert!(
            lines
                .iter()
                .all(|line| (line["message"] == "decided") == line.get("level").is_some())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_has_to_look_at_is_counted_by_its_cause() {
    // A refusal that the client earned is no fault, whatever the level of the log is.
    let cases = [
        ("/noop/a", None),
        ("/nowhere", None),
        ("/cookie_session/a", None),
        ("/broken/a", Some("misconfigured")),
    ];
    for level in ["debug", "error"] {
        let variables = [
            ("OATHGATE_METRICS_NAMESPACE", "Gate"),
            ("OATHGATE_METRICS_STAGE", "dev"),
            ("OATHGATE_LOG_LEVEL", level),
        ];
        let world = world("info", &variables).await;
        for (path, _) in cases {
            world.function.invoke(&rest_event("GET", path, &[])).await;
        }
        let lines = measured_after(&world, cases.len()).await;
        for ((path, fault), line) in cases.iter().zip(&lines) {
            let sources = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
            let counted = sources.get(1).map(|of_faults| {
                assert_eq!(of_faults["Dimensions"], json!([["stage", "fault"]]));
                assert_eq!(
                    of_faults["Metrics"],
                    json!([{"Name": "faults", "Unit": "Count"}])
                );
                assert_eq!(
                    (&line["faults"], &line["stage"]),
                    (&json!(1), &json!("dev"))
                );
                line["fault"].as_str().unwrap()
            });
            assert_eq!(counted, *fault, "{level}, {path}: {line}");
            assert_eq!(line.get("faults").is_some(), fault.is_some());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_told_apart_only_where_the_stage_says_so() {
    for level in ["info", "error"] {
        let variables = [
            ("OATHGATE_METRICS_NAMESPACE", "Gate"),
            ("OATHGATE_METRICS_BY_RULE", "true"),
            ("OATHGATE_LOG_LEVEL", level),
        ];
        let world = world("info", &variables).await;
        for path in ["/noop/a", "/nowhere"] {
            world.function.invoke(&rest_event("GET", path, &[])).await;
        }
        let lines = measured_after(&world, 2).await;
        let dimensions: Vec<_> = lines
            .iter()
            .map(|line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"].clone())
            .collect();
        assert_eq!(
            dimensions,
            [
                json!([["stage", "outcome"], ["stage", "outcome", "rule"]]),
                json!([["stage", "outcome"]])
            ],
            "{level}"
        );
        assert_eq!(
            (&lines[0]["rule"], &lines[0]["stage"]),
            (&json!("noop"), &json!("unnamed"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_to_a_service_carries_the_trace() {
    let world = world("info", &[]).await;
    let headers = [COOKIE, ("Authorization", "Bearer opaque")];
    for handler in [
        "cookie_session",
        "bearer_token",
        "oauth2_introspection",
        "remote",
        "remote_json",
        "hydrator",
    ] {
        world
            .function
            .invoke(&rest_event("GET", &format!("/{handler}/a"), &headers))
            .await;
    }
    let basic = ("Authorization", "Basic YTpi");
    world
        .function
        .invoke(&rest_event("GET", "/oauth2_client_credentials/a", &[basic]))
        .await;
    world
        .function
        .invoke(&rest_event("GET", "/keto_engine_acp_ory/a", &[]))
        .await;
    let asked = world.asked.lock().unwrap().clone();
    let paths: Vec<_> = asked.iter().map(|question| &question.path).collect();
    assert_eq!(asked.len(), 10, "{paths:?} {}", world.function.printed());
    for question in asked {
        let trace = question.header("x-amzn-trace-id");
        assert_eq!(
            trace,
            Some("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"),
            "{}",
            question.path
        );
    }
}
