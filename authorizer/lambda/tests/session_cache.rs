//! Answers of session services, kept by the real binary where a stage says so.

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
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use harness::{
    Function, Outcome,
    http::{Answer, Asked, serve},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use serde_json::{Value, json};

/// Rules that ask one session service: by cookie and by token, for everything and for the path, with
/// one subject and with another, letting in and keeping out.
fn package(folder: &Path, service: &str) {
    let session = |more: Value| {
        let mut config = json!({
            "check_session_url": format!("{service}/whoami"),
            "preserve_path": true,
            "extra_from": "@this",
            "subject_from": "id",
        });
        for (key, value) in more.as_object().unwrap() {
            config[key] = value.clone();
        }
        config
    };
    let config = json!({
        "access_rules": {"matching_strategy": "regexp"},
        "authenticators": {
            "cookie_session": {"enabled": true, "config": session(json!({}))},
            "bearer_token": {"enabled": true, "config": session(json!({}))},
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "mutators": {"header": {"enabled": true, "config": {"headers": {"X-User": "{{ print .Subject }}"}}}},
        "errors": {"fallback": ["json"], "handlers": {"json": {"enabled": true}}},
    });
    let rule = |id: &str, authenticator: &str, more: Value, authorizer: &str| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com/{id}/<.*>"), "methods": ["GET"]},
            "authenticators": [{"handler": authenticator, "config": more}],
            "authorizer": {"handler": authorizer},
            "mutators": [{"handler": "header"}],
        })
    };
    let rules = json!([
        rule("cookie", "cookie_session", json!({}), "allow"),
        rule("closed", "cookie_session", json!({}), "deny"),
        rule(
            "mail",
            "cookie_session",
            json!({"subject_from": "mail"}),
            "allow"
        ),
        rule(
            "path",
            "cookie_session",
            json!({"preserve_path": false}),
            "allow"
        ),
        rule("token", "bearer_token", json!({}), "allow"),
    ]);
    write_package(folder, &config, &rules);
}

#[derive(Clone, Copy, Debug)]
enum Service {
    Well,
    SignedOut,
    Failing,
    AskingForPatience,
    ShowingAPage,
    /// Answers after everybody has given up.
    Silent,
}

struct World {
    _folder: tempfile::TempDir,
    function: Function,
    state: Arc<Mutex<Service>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl World {
    fn become_(&self, state: Service) {
        *self.state.lock().unwrap() = state;
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (String, Option<String>) {
        let outcome = self
            .function
            .invoke(&rest_event("GET", path, headers))
            .await;
        (outcome.verdict(), outcome.context("x-user").map(Into::into))
    }
}

async fn world(variables: &[(&str, &str)]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let state = Arc::new(Mutex::new(Service::Well));
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let (current, seen) = (Arc::clone(&state), Arc::clone(&asked));
    let address = serve(move |request: Asked| {
        let who = [request.header("cookie"), request.header("authorization")];
        let who = who.into_iter().flatten().collect::<String>();
        let id: String = who
            .chars()
            .rev()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        seen.lock().unwrap().push(request);
        let state = *current.lock().unwrap();
        async move {
            match state {
                Service::Well => Answer::ok(json!({"id": id, "mail": "m@example.com"}).to_string()),
                Service::SignedOut => Answer::ok("{}".into()).status(401),
                Service::Failing => Answer::ok("{}".into()).status(500),
                Service::AskingForPatience => Answer::ok("{}".into()).status(429),
                Service::ShowingAPage => Answer::ok("<html>".into()),
                Service::Silent => {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    Answer::ok("{}".into())
                }
            }
        }
    })
    .await;
    package(folder.path(), &format!("http://{address}"));
    let function = Function::start(folder.path(), variables).await;
    World {
        _folder: folder,
        function,
        state,
        asked,
    }
}

const ON: (&str, &str) = ("OATHGATE_SESSION_CACHE_TTL_SECONDS", "60");
const ADA: (&str, &str) = ("Cookie", "sid=ada");

fn allowed(user: &str) -> (String, Option<String>) {
    ("Allow".to_owned(), Some(user.chars().rev().collect()))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_each_time_where_the_stage_says_nothing() {
    let world = world(&[]).await;
    for count in 1..=3 {
        assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
        assert_eq!(world.count(), count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_once_for_the_same_question_and_anew_for_another() {
    let world = world(&[ON]).await;
    let token = ("Authorization", "Bearer ada");
    for (path, header, user, questions) in [
        ("/cookie/a", ADA, "ada", 1),
        ("/cookie/b", ADA, "ada", 0),
        ("/cookie/a", ("Cookie", "sid=bob"), "bob", 1),
        ("/cookie/a", ("Cookie", "theme=dark; sid=ada"), "ada", 1),
        ("/cookie/a", ADA, "ada", 0),
        ("/token/a", token, "ada", 1),
        ("/token/b", token, "ada", 0),
        ("/token/b", ("Authorization", "Bearer bob"), "bob", 1),
        // Here the service is asked about the path, so it may answer otherwise for each.
        ("/path/a", ADA, "ada", 1),
        ("/path/a", ADA, "ada", 0),
        ("/path/b", ADA, "ada", 1),
    ] {
        let before = world.count();
        assert_eq!(
            world.ask(path, &[header]).await,
            allowed(user),
            "{path} {header:?}"
        );
        assert_eq!(world.count() - before, questions, "{path} {header:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_what_was_said_and_not_what_a_rule_made_of_it() {
    let world = world(&[ON]).await;
    assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
    assert_eq!(world.ask("/closed/a", &[ADA]).await.0, "Deny");
    let (verdict, user) = world.ask("/mail/a", &[ADA]).await;
    assert_eq!(
        (&*verdict, user.as_deref()),
        ("Allow", Some("m@example.com"))
    );
    assert_eq!(world.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_here_at_most_its_life_time_after_it_ended_there() {
    let world = world(&[("OATHGATE_SESSION_CACHE_TTL_SECONDS", "2")]).await;
    assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
    world.become_(Service::SignedOut);
    assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(world.ask("/cookie/a", &[ADA]).await.0, "Unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_a_refusal_for_a_shorter_time() {
    let negative = ("OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS", "1");
    let world = world(&[ON, negative]).await;
    world.become_(Service::SignedOut);
    assert_eq!(world.ask("/cookie/a", &[ADA]).await.0, "Unauthorized");
    world.become_(Service::Well);
    assert_eq!(world.ask("/cookie/a", &[ADA]).await.0, "Unauthorized");
    assert_eq!(world.count(), 1);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_can_be_asked_about_each_time() {
    let negative = ("OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS", "0");
    let world = world(&[ON, negative]).await;
    world.become_(Service::SignedOut);
    assert_eq!(world.ask("/cookie/a", &[ADA]).await.0, "Unauthorized");
    world.become_(Service::Well);
    assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_trouble_of_the_service_is_kept() {
    let world = world(&[ON]).await;
    for (number, state) in [
        Service::Failing,
        Service::AskingForPatience,
        Service::ShowingAPage,
    ]
    .into_iter()
    .enumerate()
    {
        let letters = ["x", "y", "z"][number];
        let cookie = format!("sid={letters}");
        world.become_(state);
        let (verdict, _) = world.ask("/cookie/a", &[("Cookie", &cookie)]).await;
        assert_ne!(verdict, "Allow", "{state:?}");
        world.become_(Service::Well);
        let answer = world.ask("/cookie/a", &[("Cookie", &cookie)]).await;
        assert_eq!(answer, allowed(letters), "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_what_was_spared() {
    let namespace = ("OATHGATE_METRICS_NAMESPACE", "Oathgate");
    let world = world(&[ON, namespace]).await;
    for _ in 0..2 {
        world.ask("/cookie/a", &[ADA]).await;
    }
    let lines = world.function.decisions_after(2).await;
    let spared: Vec<_> = lines
        .iter()
        .map(|line| (line["cacheHits"].clone(), line["upstreamCalls"].clone()))
        .collect();
    assert_eq!(spared, [(json!(0), json!(1)), (json!(1), json!(0))]);
    let metrics = &lines[1]["_aws"]["CloudWatchMetrics"][0]["Metrics"];
    let names: Vec<_> = metrics
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| &metric["Name"])
        .collect();
    assert!(names.contains(&&json!("cacheHits")), "{names:?}");
    assert!(
        !names.contains(&&json!("upstreamMs")),
        "nothing was asked: {names:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_settings_that_cannot_be_meant() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "http://127.0.0.1:1");
    let negative = "OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS";
    let entries = "OATHGATE_SESSION_CACHE_MAX_ENTRIES";
    for (variables, said) in [
        (
            &[("OATHGATE_SESSION_CACHE_TTL_SECONDS", "0")][..],
            "from 1 to 3600",
        ),
        (
            &[("OATHGATE_SESSION_CACHE_TTL_SECONDS", "1m")],
            "from 1 to 3600",
        ),
        (&[(negative, "5")], "is not set"),
        (&[ON, (negative, "61")], "must not be longer"),
        (&[ON, (entries, "1000000")], "from 10 to 10000"),
    ] {
        let (told, _) = Function::start(folder.path(), variables)
            .await
            .not_started()
            .await;
        assert!(told.contains(said), "{variables:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_ran_out_of_time_harms_nobody_after_it() {
    let world = world(&[ON]).await;
    let event = rest_event("GET", "/cookie/a", &[ADA]);
    world.become_(Service::Silent);
    // 250 ms before the deadline the answer has to be there, and what comes of none is a refusal.
    let outcome = world
        .function
        .invoke_within(&event, Duration::from_millis(500))
        .await;
    assert_eq!(outcome.verdict(), "Deny");
    // 125 ms before it, nothing is decided any more.
    let outcome = world
        .function
        .invoke_within(&event, Duration::from_millis(100))
        .await;
    assert_eq!(
        outcome,
        Outcome::Error("the request could not be decided".into())
    );
    world.become_(Service::Well);
    assert_eq!(world.ask("/cookie/a", &[ADA]).await, allowed("ada"));
}
