//! What `id_token` puts into tokens, and when it signs anew.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::super::Mutator;
use crate::{
    Failure, Ports, Request, Session,
    config::{Config, HandlerSettings},
    handlers::Shared,
    ports::KeySourceError,
    rules::HandlerReference,
    testing::{ChangingKeys, FixedClock, ScriptedHttp},
};

const NOW: u64 = 1_750_000_000;

struct World {
    config: Config,
    shared: Arc<Shared>,
    keys: Arc<ChangingKeys>,
    clock: Arc<FixedClock>,
    ports: Ports,
}

fn key_set(id: &str) -> String {
    let secret = URL_SAFE_NO_PAD.encode([7; 32]);
    json!({"keys": [{"kty": "oct", "kid": id, "alg": "HS256", "k": secret}]}).to_string()
}

impl World {
    fn new() -> Self {
        let global = json!({"issuer_url": "https://gate/", "jwks_url": "file:///keys.json"});
        let settings = HandlerSettings {
            enabled: true,
            config: Some(global),
        };
        let mut config = Config::default();
        config.mutators.0.insert("id_token".to_owned(), settings);
        let keys = ChangingKeys::new(key_set("first"));
        let clock = FixedClock::at(NOW);
        let ports = Ports {
            http: ScriptedHttp::new([]),
            keys: keys.clone(),
            clock: clock.clone(),
        };
        Self {
            config,
            shared: Arc::default(),
            keys,
            clock,
            ports,
        }
    }

    async fn token(&self, rule: Value, subject: &str) -> Result<String, Failure> {
        let reference = HandlerReference {
            handler: "id_token".to_owned(),
            config: Some(rule),
        };
        let mutator = Mutator::build(&reference, &self.config, &self.shared);
        let mut session = Session {
            subject: subject.to_owned(),
            ..Session::default()
        };
        mutator
            .mutate(&mut Request::default(), &mut session, &self.ports)
            .await?;
        assert_eq!(session.vouched, ["Authorization"]);
        let header = session.header.get("Authorization").expect("a token");
        Ok(header
            .strip_prefix("Bearer ")
            .expect("a bearer token")
            .to_owned())
    }
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn it_sets_its_own_claims_over_those_of_the_template() {
    let world = World::new();
    let claims = "{\"sub\":\"root\",\"exp\":9,\"iat\":9,\"nbf\":9,\"iss\":\"x\",\"jti\":\"x\",\"a\":{\"b\":1e3}}";
    let token = world
        .token(json!({"claims": claims, "ttl": "1m"}), "ada")
        .await
        .unwrap();
    assert_eq!(
        part(&token, 0),
        json!({"alg": "HS256", "kid": "first", "typ": "JWT"})
    );
    let mut set = part(&token, 1);
    let jti = set.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(jti.as_str().map(str::len), Some(36));
    let expected = json!({
        "a": {"b": 1000}, "exp": NOW + 60, "iat": NOW, "iss": "https://gate/", "nbf": NOW, "sub": "ada"
    });
    assert_eq!(set, expected);
}

#[tokio::test]
async fn equal_tokens_are_signed_once() {
    let world = World::new();
    let claims = json!({"claims": "{\"a\":1}"});
    let token = world.token(claims.clone(), "ada").await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.token(claims.clone(), "ada").await.unwrap(), token);
    for (rule, subject) in [
        (claims, "bob"),
        (json!({"claims": "{\"a\":2}"}), "ada"),
        (json!({"claims": "{\"a\":1}", "issuer_url": "other"}), "ada"),
        (json!({"claims": "{\"a\":1}", "ttl": "16m"}), "ada"),
    ] {
        assert_ne!(world.token(rule, subject).await.unwrap(), token);
    }
}

#[tokio::test]
async fn a_token_is_signed_anew_when_a_tenth_of_its_life_is_left() {
    let world = World::new();
    let rule = json!({"ttl": "100s"});
    let token = world.token(rule.clone(), "ada").await.unwrap();
    world.clock.advance(Duration::from_secs(90));
    assert_eq!(world.token(rule.clone(), "ada").await.unwrap(), token);
    world.clock.advance(Duration::from_secs(1));
    let next = world.token(rule, "ada").await.unwrap();
    assert_eq!(part(&next, 1)["iat"], json!(NOW + 91));
    let never_kept = json!({"ttl": "0s"});
    let token = world.token(never_kept.clone(), "ada").await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert_ne!(world.token(never_kept, "ada").await.unwrap(), token);
}

#[tokio::test]
async fn a_new_key_set_signs_at_once() {
    let world = World::new();
    let token = world.token(json!({}), "ada").await.unwrap();
    world.keys.set(Ok(key_set("second").into()));
    world.clock.advance(Duration::from_secs(2));
    let next = world.token(json!({}), "ada").await.unwrap();
    assert_eq!(part(&token, 0)["kid"], "first");
    assert_eq!(part(&next, 0)["kid"], "second");
    world.keys.set(Ok(key_set("first").into()));
    world.clock.advance(Duration::from_secs(2));
    assert_ne!(world.token(json!({}), "ada").await.unwrap(), token);
}

/// Two keys of one set, the second with these members besides.
fn rotated(nbf: u64, exp: u64) -> String {
    let key = |id: &str, members: Value| {
        let secret = URL_SAFE_NO_PAD.encode([7; 32]);
        let mut key = json!({"kty": "oct", "kid": id, "alg": "HS256", "k": secret});
        for (member, value) in members.as_object().unwrap() {
            key[member] = value.clone();
        }
        key
    };
    let keys = [
        key("first", json!({ "exp": exp })),
        key("second", json!({"nbf": nbf, "exp": exp})),
    ];
    json!({ "keys": keys }).to_string()
}

#[tokio::test]
async fn the_next_key_signs_from_its_moment_on_without_another_reading() {
    let world = World::new();
    // Over the network, so that it is read once in 30 seconds.
    let rule = json!({"jwks_url": "https://keys.example/", "ttl": "1h"});
    world.keys.set(Ok(rotated(NOW + 20, NOW + 25).into()));
    let mut ids = Vec::new();
    for _ in 0..25 {
        let token = world.token(rule.clone(), "ada").await.unwrap();
        ids.push(part(&token, 0)["kid"].as_str().unwrap().to_owned());
        world.clock.advance(Duration::from_secs(1));
    }
    let expected = [vec!["first"; 20], vec!["second"; 5]].concat();
    assert_eq!(ids, expected);
    // Both have ended: neither what they signed nor a new token is handed out.
    let failure = world.token(rule, "ada").await.unwrap_err();
    assert!(failure.message.contains("no key of the set signs now"));
    assert_eq!(world.keys.reads(), 1);
}

#[tokio::test]
async fn a_key_set_over_the_network_is_kept_for_half_a_minute() {
    let world = World::new();
    let rule = json!({"jwks_url": "https://keys.example/"});
    for _ in 0..3 {
        world.token(rule.clone(), "ada").await.unwrap();
        world.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(world.keys.reads(), 1);
    world.clock.advance(Duration::from_secs(1));
    world.token(rule, "ada").await.unwrap();
    assert_eq!(world.keys.reads(), 2);
}

#[tokio::test]
async fn it_refuses_where_it_cannot_sign() {
    let world = World::new();
    // A token without claims is kept; claims that render to nothing must not find it.
    world.token(json!({}), "ada").await.unwrap();
    for claims in [
        "{{ if false }}{}{{ end }}",
        "null",
        "[]",
        "{",
        " ",
        "{\"a\":1}x",
        "\"a\"",
    ] {
        let failure = world
            .token(json!({"claims": claims}), "ada")
            .await
            .unwrap_err();
        assert_eq!(failure.status, None, "{claims}");
        assert_eq!(
            failure.message,
            "the claims of the ID token are not a JSON object"
        );
    }
    for keys in [
        "{}",
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"alg\":\"none\",\"k\":\"AA\"}]}",
    ] {
        let world = World::new();
        world.keys.set(Ok(keys.into()));
        assert_eq!(
            world.token(json!({}), "ada").await.unwrap_err().status,
            None,
            "{keys}"
        );
    }
    for outcome in [
        Ok("a page".into()),
        Err(KeySourceError::Unreadable("no file".to_owned())),
    ] {
        let world = World::new();
        world.keys.set(outcome);
        let failure = world.token(json!({}), "ada").await.unwrap_err();
        assert_eq!(failure.status, Some(500));
        assert!(!failure.cause.contains("keys.json"), "{}", failure.cause);
    }
}

#[tokio::test]
async fn claims_are_a_template_of_the_session() {
    let world = World::new();
    let claims = "{\"who\":{{ toJson .Subject }},\"n\":{{ len .Subject }}}";
    let token = world
        .token(json!({"claims": claims}), "a\"da")
        .await
        .unwrap();
    assert_eq!(part(&token, 1)["who"], "a\"da");
    assert_eq!(part(&token, 1)["n"], 4);
    let failing = json!({"claims": "{\"a\":\"{{ .Nope }}\"}"});
    assert_eq!(world.token(failing, "ada").await.unwrap_err().status, None);
}
