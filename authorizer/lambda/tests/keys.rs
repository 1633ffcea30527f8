//! Signing keys from a secret, and verification keys from an issuer: kept, refreshed, rotated.

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
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::{
    Function,
    http::{Answer, serve},
    services::{Secret, SecretsManager},
    write_package,
};
use oathgate_apigateway::testing::rest_event;
use oathgate_engine::ports::{Clock, KeySource};
use oathgate_http_client::{
    Client, UrlKeys,
    aws::{Account, Secrets},
};
use oathgate_lambda::{Level, Log, SecretKeys};
use serde_json::json;

const URL: &str = "file:///tmp/jwks.json";

/// Longer than any answer on this machine takes, and shorter than a reading of the secret may.
const AT_ONCE: Duration = Duration::from_secs(2);

fn key_set(id: &str) -> String {
    let key = "AyM1ywQ0jYyUOUaYfxh0uxJV0Kd3GVMxGaT0jyT3lS0";
    json!({"keys": [{"use": "sig", "kty": "oct", "kid": id, "alg": "HS256", "k": key}]}).to_string()
}

/// A clock that moves when told, and a little each time it is looked at.
#[derive(Debug)]
struct Shown(Mutex<SystemTime>);

impl Shown {
    fn advance(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for Shown {
    fn now(&self) -> SystemTime {
        let mut now = self.0.lock().unwrap();
        *now += Duration::from_nanos(1);
        *now
    }
}

struct World {
    keys: SecretKeys,
    clock: Arc<Shown>,
    secrets: SecretsManager,
}

impl World {
    /// A secret that is kept for 300 seconds, and was read once where it is there.
    async fn new(secret: Secret) -> Self {
        let secrets = SecretsManager::start(secret).await;
        let endpoint = format!("http://{}", secrets.address);
        let account = Account::from_variables(|name| {
            let value = match name {
                "AWS_REGION" => "eu-central-1",
                "AWS_ACCESS_KEY_ID" => "AKIAEXAMPLE",
                "AWS_SECRET_ACCESS_KEY" => "example-secret-access-key",
                "AWS_ENDPOINT_URL" => &endpoint,
                _ => return None,
            };
            Some(value.to_owned())
        })
        .unwrap();
        let clock = Arc::new(Shown(Mutex::new(SystemTime::now())));
        let keys = SecretKeys::by_url(UrlKeys::new(Client::default())).with_secret(
            URL.to_owned(),
            "keys".to_owned(),
            Secrets::new(&account, Client::default()),
            Duration::from_secs(300),
            Arc::clone(&clock) as _,
            Log::to(Level::Error, std::io::sink()),
        );
        keys.prefetch().await;
        Self {
            keys,
            clock,
            secrets,
        }
    }

    /// The text of the key set, or that there is none.
    async fn read(&self) -> Option<String> {
        let read = self.keys.read(URL, Duration::from_secs(10)).await;
        read.ok()
            .map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    async fn read_at_once(&self) -> Option<String> {
        tokio::time::timeout(AT_ONCE, self.read())
            .await
            .expect("an answer at once")
    }
}

#[tokio::test]
async fn the_old_set_is_there_at_once_while_a_new_one_is_on_its_way() {
    let world = World::new(Secret::Text(key_set("first"))).await;
    world.clock.advance(200);
    world.read_at_once().await.unwrap();
    assert_eq!(world.secrets.count(), 1, "it is young");
    world.secrets.become_(Secret::Hanging);
    world.clock.advance(40);
    assert_eq!(world.read_at_once().await, Some(key_set("first")));
    assert_eq!(world.read_at_once().await, Some(key_set("first")));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.secrets.count(), 2, "one question is under way");
}

#[tokio::test]
async fn what_comes_in_the_background_is_used_from_then_on() {
    let world = World::new(Secret::Text(key_set("first"))).await;
    world.secrets.become_(Secret::Text(key_set("second")));
    world.clock.advance(240);
    let mut read = world.read_at_once().await;
    assert_eq!(read, Some(key_set("first")));
    for _ in 0..500 {
        if read == Some(key_set("second")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        read = world.read_at_once().await;
    }
    assert_eq!(read, Some(key_set("second")));
    assert_eq!(world.secrets.count(), 2);
}

#[tokio::test]
async fn a_set_that_is_too_old_is_read_anew_first_and_once_for_all() {
    let world = Arc::new(World::new(Secret::Text(key_set("first"))).await);
    world.secrets.become_(Secret::Text(key_set("second")));
    world.clock.advance(300);
    let readers: Vec<_> = (0..50)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.read().await })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), Some(key_set("second")));
    }
    assert_eq!(world.secrets.count(), 2);
}

#[tokio::test]
async fn while_the_secret_cannot_be_read_the_old_set_stays_and_nobody_waits_twice() {
    let world = World::new(Secret::Text(key_set("first"))).await;
    for (broken, attempts) in [
        // What may be better a moment later is asked for once more at once.
        (Secret::Failing, 2),
        (Secret::Missing, 1),
        (Secret::Text("{}".to_owned()), 1),
    ] {
        world.secrets.become_(broken.clone());
        world.clock.advance(300);
        let before = world.secrets.count();
        for _ in 0..5 {
            assert_eq!(world.read().await, Some(key_set("first")), "{broken:?}");
        }
        assert_eq!(world.secrets.count() - before, attempts, "{broken:?}");
        world.clock.advance(11);
        world.read().await.unwrap();
        assert_eq!(world.secrets.count() - before, 2 * attempts, "{broken:?}");
    }
    world.secrets.become_(Secret::Text(key_set("second")));
    world.clock.advance(11);
    assert_eq!(world.read().await, Some(key_set("second")));
}

#[tokio::test]
async fn without_a_set_there_is_none() {
    let world = World::new(Secret::Missing).await;
    assert_eq!(world.read().await, None);
    world.secrets.become_(Secret::Text(key_set("first")));
    assert_eq!(world.read().await, Some(key_set("first")));
}

/// Rules that sign a token for a guest, and that let in whoever brings such a token.
fn package(folder: &Path, issuer: &str) {
    let config = json!({
        "authenticators": {
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "jwt": {"enabled": true, "config": {
                "jwks_urls": [format!("{issuer}/jwks")], "allowed_algorithms": ["HS256"],
            }},
        },
        "authorizers": {"allow": {"enabled": true}},
        "mutators": {
            "header": {"enabled": true, "config": {"headers": {"X-User": "{{ print .Subject }}"}}},
            "id_token": {"enabled": true, "config": {"issuer_url": "https://a.example/", "jwks_url": URL}},
        },
    });
    let rule = |id: &str, authenticator: &str, mutator: &str| {
        json!({
            "id": id,
            "match": {"url": format!("https://api.example.com/{id}"), "methods": ["GET"]},
            "authenticators": [{"handler": authenticator}],
            "authorizer": {"handler": "allow"},
            "mutators": [{"handler": mutator}],
        })
    };
    let rules = json!([
        rule("guest", "anonymous", "id_token"),
        rule("token", "jwt", "header")
    ]);
    write_package(folder, &config, &rules);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_new_key_counts_at_once_and_made_up_keys_are_asked_for_a_few_times() {
    let published = Arc::new(Mutex::new((key_set("first"), 0)));
    let current = Arc::clone(&published);
    let issuer = serve(move |_| {
        let mut published = current.lock().unwrap();
        published.1 += 1;
        let answer = Answer::ok(published.0.clone());
        async move { answer }
    })
    .await;
    let asked = || published.lock().unwrap().1;
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), &format!("http://{issuer}"));
    let secrets = SecretsManager::start(Secret::Text(key_set("first"))).await;
    let endpoint = format!("http://{}", secrets.address);
    let variables = [
        ("OATHGATE_JWKS_SECRET", "keys"),
        ("OATHGATE_JWKS_TTL_SECONDS", "1"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
    ];
    let function = Function::start(folder.path(), &variables).await;
    let signed = || async {
        let outcome = function.invoke(&rest_event("GET", "/guest", &[])).await;
        outcome.context("authorization").unwrap().to_owned()
    };
    let verdict = |token: String| {
        let function = &function;
        async move {
            let event = rest_event("GET", "/token", &[("Authorization", &token)]);
            function.invoke(&event).await.verdict()
        }
    };
    let old = signed().await;
    assert_eq!(verdict(old.clone()).await, "Allow");
    assert_eq!(asked(), 1);

    published.lock().unwrap().0 = key_set("second");
    secrets.become_(Secret::Text(key_set("second")));
    let mut new = signed().await;
    for _ in 0..100 {
        if new.split('.').next() != old.split('.').next() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        new = signed().await;
    }
    assert_eq!(
        verdict(new).await,
        "Allow",
        "a key nobody knew a moment ago"
    );
    assert_eq!(asked(), 2, "asked once more");

    let tail = old.split_once('.').unwrap().1;
    for number in 0..60 {
        let header = json!({"alg": "HS256", "kid": format!("made up {number}"), "typ": "JWT"});
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let answer = verdict(format!("Bearer {header}.{tail}")).await;
        assert_eq!(answer, "Unauthorized");
    }
    assert!(asked() <= 2 + 21, "{}", asked());
}
