//! The secret by which a backend knows the gate: on every grant, on nothing else, and in no line of the log.

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

use harness::{
    Function, Outcome,
    services::{Secret, SecretsManager},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use oathgate_lambda::Settings;
use serde_json::json;

const FIRST: &str = "first-0123456789abcdefghijklmnopqrstuv";
const SECOND: &str = "second-0123456789abcdefghijklmnopqrstu";

/// Rules that let everybody in, nobody in, and those in who bring a token that nobody has; one sets `header`.
fn package(folder: &Path, header: &str) {
    let config = json!({
        "authenticators": {
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "unauthorized": {"enabled": true},
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": {header: "{{ print .Subject }}"}}},
        },
        "errors": {"fallback": ["json"], "handlers": {
            "json": {"enabled": true, "config": {"verbose": true}},
            "redirect": {"enabled": true, "config": {"to": "https://login.example/"}},
        }},
    });
    let rule = |id: &str, authenticator: &str, authorizer: &str, mutator: &str| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com/{id}"), "methods": ["GET"]},
            "authenticators": [{"handler": authenticator}],
            "authorizer": {"handler": authorizer},
            "mutators": [{"handler": mutator}],
        })
    };
    let mut sent_on = rule("sent-on", "unauthorized", "allow", "noop");
    sent_on["errors"] = json!([{"handler": "redirect"}]);
    let rules = json!([
        rule("open", "anonymous", "allow", "noop"),
        rule("named", "anonymous", "allow", "header"),
        rule("closed", "anonymous", "deny", "noop"),
        rule("unknown", "unauthorized", "allow", "noop"),
        sent_on,
    ]);
    write_package(folder, &config, &rules);
}

struct World {
    _folder: tempfile::TempDir,
    function: Function,
    secrets: SecretsManager,
}

impl World {
    /// A function that shows the backend a secret in `X-Gate-Secret`, and writes every line it has.
    async fn new(secret: Secret, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        package(folder.path(), "X-User");
        let secrets = SecretsManager::start(secret).await;
        let endpoint = format!("http://{}", secrets.address);
        let mut all = vec![
            ("OATHGATE_BACKEND_SECRET", "backend"),
            ("OATHGATE_BACKEND_SECRET_HEADER", "x-gate-secret"),
            ("OATHGATE_LOG_LEVEL", "debug"),
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ];
        all.extend_from_slice(variables);
        Self {
            function: Function::start(folder.path(), &all).await,
            _folder: folder,
            secrets,
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Outcome {
        self.function
            .invoke(&rest_event("GET", path, headers))
            .await
    }

    /// Asks until the backend is shown something else than before, or for five seconds.
    async fn shown_after(&self, before: &str) -> String {
        let mut shown = before.to_owned();
        for _ in 0..100 {
            if shown != before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            let outcome = self.get("/open", &[]).await;
            shown = outcome.context("x-gate-secret").unwrap().to_owned();
        }
        shown
    }
}

fn undecided() -> Outcome {
    Outcome::Error("the request could not be decided".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_grant_carries_it_and_no_refusal_and_no_line_does() {
    let world = World::new(Secret::Text(FIRST.to_owned()), &[]).await;
    for path in ["/open", "/named"] {
        let outcome = world.get(path, &[]).await;
        assert_eq!(outcome.verdict(), "Allow", "{}", world.function.printed());
        assert_eq!(outcome.context("x-gate-secret"), Some(FIRST), "{path}");
    }
    for path in ["/closed", "/sent-on", "/nowhere", "/unknown", "/a%2Fb"] {
        let outcome = format!("{:?}", world.get(path, &[]).await);
        assert!(!outcome.contains(FIRST), "{path}: {outcome}");
    }
    let lines = world.function.decisions_after(7).await;
    assert_eq!(lines.len(), 7);
    assert!(!world.function.printed().contains(FIRST));
    assert_eq!(
        world.secrets.count(),
        1,
        "read once, before the first event"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_granted_until_it_can_be_read() {
    let world = World::new(Secret::Failing, &[]).await;
    assert_eq!(world.get("/open", &[]).await, undecided());
    assert_eq!(world.get("/closed", &[]).await.verdict(), "Deny");
    let lines = world.function.decisions_after(2).await;
    assert_eq!(lines[0]["code"], "no_backend_secret");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["status"]),
        (&json!("ERROR"), &json!(500))
    );
    let printed = world.function.printed();
    assert!(
        printed.contains("the backend's secret cannot be read"),
        "{printed}"
    );

    for unfit in ["", "too short", &format!("{FIRST}\n"), &"s".repeat(1025)] {
        world.secrets.become_(Secret::Text(unfit.to_owned()));
        assert_eq!(world.get("/open", &[]).await, undecided(), "{unfit:?}");
    }
    world.secrets.become_(Secret::Text(FIRST.to_owned()));
    let outcome = world.get("/open", &[]).await;
    assert_eq!(outcome.context("x-gate-secret"), Some(FIRST));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_one_is_shown_from_its_life_time_on_and_the_last_good_one_stays_in_an_outage() {
    let variables = [("OATHGATE_BACKEND_SECRET_TTL_SECONDS", "1")];
    let world = World::new(Secret::Text(FIRST.to_owned()), &variables).await;
    let outcome = world.get("/open", &[]).await;
    assert_eq!(outcome.context("x-gate-secret"), Some(FIRST));
    world.secrets.become_(Secret::Text(SECOND.to_owned()));
    assert_eq!(world.shown_after(FIRST).await, SECOND);

    for outage in [Secret::Missing, Secret::Text("too short".to_owned())] {
        world.secrets.become_(outage);
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let outcome = world.get("/open", &[]).await;
        assert_eq!(outcome.context("x-gate-secret"), Some(SECOND));
    }
    assert!(!world.function.printed().contains("too short"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_may_send_its_header_whatever_the_stage_lets_them_send() {
    for variables in [
        [("OATHGATE_FORGED_HEADERS", "refuse")],
        [("OATHGATE_FORGED_HEADERS", "replace")],
    ] {
        let world = World::new(Secret::Text(FIRST.to_owned()), &variables).await;
        for name in [
            "X-Gate-Secret",
            "x-gate-secret",
            "X-GATE-SECRET",
            "X_Gate_Secret",
            "X-Gate.Secret",
        ] {
            for path in ["/open", "/named", "/closed"] {
                let outcome = world.get(path, &[(name, FIRST)]).await;
                assert_eq!(
                    (&*outcome.verdict(), outcome.context("status")),
                    ("Deny", Some("400")),
                    "{name} {path}"
                );
            }
        }
        let lines = world.function.decisions_after(15).await;
        assert!(
            lines
                .iter()
                .all(|line| line["code"] == "forged_header" || line["code"] == "mimicking_header")
        );
        assert!(!world.function.printed().contains(FIRST));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_whose_rules_set_its_header_does_not_start() {
    for header in ["X-Gate-Secret", "x-gate-secret"] {
        let folder = tempfile::tempdir().unwrap();
        package(folder.path(), header);
        let variables = [
            ("OATHGATE_BACKEND_SECRET", "backend"),
            ("OATHGATE_BACKEND_SECRET_HEADER", "X-Gate-Secret"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ];
        let function = Function::start(folder.path(), &variables).await;
        let (told, _) = function.started_or_not().await;
        assert_eq!(
            told,
            "the header `X-Gate-Secret` is to hold the backend's secret, and a rule sets `X-Gate-Secret`: name another header"
        );
    }
}

#[test]
fn variables_that_contradict_each_other_are_refused() {
    const SECRET: (&str, &str) = ("OATHGATE_BACKEND_SECRET", "backend");
    const HEADER: &str = "OATHGATE_BACKEND_SECRET_HEADER";
    let refused = |variables: &[(&str, &str)]| {
        let given = |name: &'static str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::from_variables(given).map_err(|error| error.0.join("; "))
    };
    for (variables, why) in [
        (vec![SECRET], "`OATHGATE_BACKEND_SECRET_HEADER` is not set"),
        (
            vec![(HEADER, "X-Gate")],
            "`OATHGATE_BACKEND_SECRET` is not set",
        ),
        (
            vec![("OATHGATE_BACKEND_SECRET_TTL_SECONDS", "5")],
            "`OATHGATE_BACKEND_SECRET` is not set",
        ),
        (
            vec![
                SECRET,
                (HEADER, "X-Gate"),
                ("OATHGATE_BACKEND_SECRET_TTL_SECONDS", "0"),
            ],
            "write a whole number from 1 to 86400",
        ),
        (
            vec![SECRET, (HEADER, "X Gate")],
            "cannot be mapped by API Gateway",
        ),
        (vec![SECRET, (HEADER, "X-Amz-Gate")], "is reserved by AWS"),
        (
            vec![SECRET, (HEADER, "Connection")],
            "belongs to a connection",
        ),
        (
            vec![SECRET, (HEADER, "X-Forwarded-Gate")],
            "is added by API Gateway",
        ),
        (
            vec![SECRET, (HEADER, "authorization")],
            "is one that clients send of their own accord",
        ),
        (
            vec![SECRET, (HEADER, "Cookie")],
            "is one that clients send of their own accord",
        ),
        (
            vec![SECRET, (HEADER, "Accept")],
            "is one that clients send of their own accord",
        ),
        (
            vec![
                SECRET,
                (HEADER, "X-Gate"),
                ("OATHGATE_CLIENT_HEADERS", "x-gate"),
            ],
            "no client may send it",
        ),
    ] {
        let said = refused(&variables).expect_err(why);
        assert!(said.contains(why), "{said}");
    }
    let settings = refused(&[SECRET, (HEADER, "x-gate")]).unwrap();
    let named = settings.backend_secret.unwrap();
    assert_eq!((named.secret.as_str(), named.ttl_seconds), ("backend", 300));
    let header = settings.stage.vouched.secret_header;
    assert_eq!(header.as_deref(), Some("x-gate"));
}
