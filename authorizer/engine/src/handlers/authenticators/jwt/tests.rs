use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{
        GeneralPurpose,
        general_purpose::{NO_PAD, URL_SAFE_NO_PAD},
    },
};
use bytes::Bytes;
use oathgate_gostd::text_from_bytes;
use oathgate_gotemplate::Value;
use oathgate_jose::{JwkSet, testing::fixture};
use proptest::prelude::*;
use serde_json::json;

use crate::{
    Failure, Ports, ReasonCode, Session,
    handlers::authenticators::{
        Authentication, Authenticator,
        probe::{build, request, run},
    },
    ports::KeySourceError,
    testing::{ChangingKeys, FixedClock, MapKeys, ScriptedHttp, ports},
};

/// As Go decodes: the spare bits of the last character are ignored.
const GO_BASE64: GeneralPurpose =
    GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

const KEYS: &str = "https://id.example/keys";
const SETS: [&str; 8] = [
    "rs.json",
    "rs512.json",
    "ps256.json",
    "es.json",
    "es384.json",
    "es512.json",
    "hs.json",
    "hs512.json",
];

/// The set of a file, its keys for signatures, and a token of its claims.
fn signed(file: &str, claims: &str) -> (String, String) {
    let mut set: serde_json::Value = serde_json::from_str(&fixture(file)).unwrap();
    for key in set["keys"].as_array_mut().unwrap() {
        key["use"] = json!("sig");
    }
    let set = set.to_string();
    let parsed = JwkSet::parse(set.as_bytes()).unwrap();
    let token = parsed
        .signing_key(SystemTime::now())
        .unwrap()
        .key
        .sign(claims)
        .unwrap();
    (set, token)
}

fn with_keys(set: &str) -> Ports {
    let keys = BTreeMap::from([(KEYS.to_owned(), set.to_owned().into())]);
    Ports {
        keys: Arc::new(MapKeys(keys)),
        ..ports(&ScriptedHttp::answering(500, ""))
    }
}

fn jwt(mut rule: serde_json::Value) -> Authenticator {
    let all = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256",
        "HS384", "HS512", "EdDSA", "none",
    ];
    if rule.get("allowed_algorithms").is_none() {
        rule["allowed_algorithms"] = json!(all);
    }
    build("jwt", &format!("{{ jwks_urls: ['{KEYS}'] }}"), rule)
}

async fn outcome(
    rule: serde_json::Value,
    claims: &str,
) -> (Result<Authentication, Failure>, Session) {
    let (set, token) = signed("hs.json", claims);
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    run(&jwt(rule), &request, &with_keys(&set)).await
}

#[tokio::test]
async fn it_verifies_every_algorithm_and_takes_the_claims_over() {
    for file in SETS {
        let (set, token) = signed(file, r#"{"sub":"ada","scope":"r w","n":1}"#);
        let request = request(&[("Authorization", &format!("Bearer {token}"))]);
        let (outcome, session) = run(&jwt(json!({})), &request, &with_keys(&set)).await;
        assert_eq!(outcome.ok(), Some(Authentication::Authenticated), "{file}");
        assert_eq!(session.subject, "ada");
        let extra = Value::map([
            ("sub", "ada".into()),
            ("n", 1.0.into()),
            ("scp", Value::strings(["r", "w"])),
        ]);
        assert_eq!(session.extra.map(Value::Map), Some(extra));
    }
}

/// What a handler that has let a token pass says to what else follows.
#[tokio::test]
async fn a_token_that_passed_passes_for_as_long_as_everything_else_holds() {
    let now = 1_750_000_000;
    let claims = json!({"sub": "ada", "exp": now + 120}).to_string();
    let other = json!({"sub": "eve", "exp": now + 120}).to_string();
    for file in SETS {
        let (set, token) = signed(file, &claims);
        let keys = ChangingKeys::new(set.clone());
        let clock = FixedClock::at(now);
        let ports = Ports {
            http: ScriptedHttp::answering(500, ""),
            keys: Arc::clone(&keys) as _,
            clock: Arc::clone(&clock) as _,
        };
        let handler = jwt(json!({}));
        let status = async |token: &str| {
            let request = request(&[("Authorization", &format!("Bearer {token}"))]);
            let (outcome, session) = run(&handler, &request, &ports).await;
            outcome
                .map_or_else(|failure| failure.status, |_| Some(200))
                .map(|status| (status, session.subject))
        };
        let passed = Some((200, "ada".to_owned()));
        let refused = Some((401, String::new()));
        for _ in 0..3 {
            assert_eq!(status(&token).await, passed, "{file}");
        }
        // Another payload or another signature is another token.
        let (_, others) = signed(file, &other);
        let parts: Vec<_> = token.split('.').collect();
        let others: Vec<_> = others.split('.').collect();
        let swapped = format!("{}.{}.{}", parts[0], others[1], parts[2]);
        assert_eq!(status(&swapped).await, refused, "{file}");
        assert_eq!(
            status(&format!("{}.{}.AAAA", parts[0], parts[1])).await,
            refused,
            "{file}"
        );
        assert_eq!(status(&token).await, passed, "{file}");
        // A key of the same id that is another one, and then none.
        let mut changed: serde_json::Value = serde_json::from_str(&set).unwrap();
        let id = changed["keys"][0]["kid"].clone();
        let strange = if file == "rs.json" {
            "es.json"
        } else {
            "rs.json"
        };
        let strange: serde_json::Value = serde_json::from_str(&signed(strange, "{}").0).unwrap();
        for (place, key) in changed["keys"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .enumerate()
        {
            let known = key["kid"].clone();
            *key = strange["keys"][0].clone();
            key["kid"] = if place == 0 { id.clone() } else { known };
        }
        keys.set(Ok(changed.to_string().into()));
        clock.advance(Duration::from_secs(31));
        assert_eq!(status(&token).await, refused, "{file}");
        keys.set(Ok(json!({"keys": []}).to_string().into()));
        clock.advance(Duration::from_secs(31));
        assert_eq!(status(&token).await, refused, "{file}");
        // The key is back, and in the end the token's time is over.
        keys.set(Ok(set.into()));
        clock.advance(Duration::from_secs(31));
        assert_eq!(status(&token).await, passed, "{file}");
        clock.advance(Duration::from_secs(31));
        assert_eq!(status(&token).await, refused, "{file}");
    }
}

#[tokio::test]
async fn a_key_verifies_no_token_of_another_algorithm() {
    for (file, claimed) in [
        (
            "rs.json",
            ["RS384", "PS256", "ES256", "HS256", "EdDSA", "none"],
        ),
        (
            "es.json",
            ["ES384", "ES512", "RS256", "HS256", "EdDSA", "none"],
        ),
        (
            "hs.json",
            ["HS384", "HS512", "RS256", "ES256", "EdDSA", "none"],
        ),
        (
            "ed.json",
            ["RS256", "ES256", "HS256", "PS256", "EdDSA", "none"],
        ),
    ] {
        let (set, token) = signed(file, "{}");
        let parts: Vec<_> = token.split('.').collect();
        let header = URL_SAFE_NO_PAD.decode(parts[0]).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        for claimed in claimed {
            let mut header = header.clone();
            header["alg"] = json!(claimed);
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            let token = format!("{header}.{}.{}", parts[1], parts[2]);
            let request = request(&[("Authorization", &format!("Bearer {token}"))]);
            let (outcome, _) = run(&jwt(json!({})), &request, &with_keys(&set)).await;
            let status = outcome.err().and_then(|failure| failure.status);
            assert_eq!(status, Some(401), "{file} {claimed}");
        }
    }
}

#[tokio::test]
async fn nobody_signs_with_the_empty_secret() {
    let set = r#"{"keys":[{"kty":"oct","k":"","kid":"a","use":"sig"}]}"#;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"a"}"#);
    let message = format!("{header}.e30");
    let empty = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"");
    let signature = aws_lc_rs::hmac::sign(&empty, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    let (outcome, _) = run(&jwt(json!({})), &request, &with_keys(set)).await;
    assert_eq!(outcome.err().and_then(|failure| failure.status), Some(401));
}

#[tokio::test]
async fn each_rule_checks_audience_issuer_and_scope_on_its_own() {
    let claims = r#"{"aud":["a","b"],"iss":"me","scp":["r","w.x"]}"#;
    for (rule, granted) in [
        (json!({}), true),
        (json!({"target_audience": ["b", "a"]}), true),
        (json!({"target_audience": ["a", "c"]}), false),
        (json!({"trusted_issuers": ["you", "me"]}), true),
        (json!({"trusted_issuers": ["you"]}), false),
        (
            json!({"required_scope": ["r"], "scope_strategy": "exact"}),
            true,
        ),
        (
            json!({"required_scope": ["w"], "scope_strategy": "exact"}),
            false,
        ),
        (
            json!({"required_scope": ["r.a"], "scope_strategy": "hierarchic"}),
            true,
        ),
        (
            json!({"required_scope": ["r", "x"], "scope_strategy": "hierarchic"}),
            false,
        ),
        (
            json!({"required_scope": ["r"], "scope_strategy": "none"}),
            false,
        ),
        (json!({"required_scope": ["r"]}), false),
        (json!({"allowed_algorithms": ["HS256"]}), true),
        (json!({"allowed_algorithms": ["HS512"]}), false),
        (json!({"allowed_algorithms": []}), false),
    ] {
        let (outcome, session) = outcome(rule.clone(), claims).await;
        assert_eq!(outcome.is_ok(), granted, "{rule}");
        assert_eq!(session.extra.is_some(), granted, "{rule}");
    }
}

#[tokio::test]
async fn an_audience_that_is_no_list_of_strings_is_none() {
    let rule = json!({"target_audience": ["a"]});
    for claims in [
        "{}",
        r#"{"aud":null}"#,
        r#"{"aud":["a",1]}"#,
        r#"{"aud":{"a":1}}"#,
    ] {
        assert!(outcome(rule.clone(), claims).await.0.is_err(), "{claims}");
    }
    assert!(outcome(rule, r#"{"aud":"a"}"#).await.0.is_ok());
}

#[tokio::test]
async fn only_three_parts_are_its_business() {
    for token in ["", "opaque", "a.b", "a.b.c.d", "a.b.c.d.e"] {
        let request = request(&[("Authorization", &format!("Bearer {token}"))]);
        let (outcome, _) = run(&jwt(json!({})), &request, &with_keys("{}")).await;
        assert_eq!(
            outcome.ok(),
            Some(Authentication::NotResponsible),
            "{token}"
        );
    }
}

#[tokio::test]
async fn a_refusal_says_nothing_of_the_token() {
    let claims = r#"{"sub":"private-sub","iss":"private-iss","aud":"private-aud","exp":1}"#;
    for (rule, claims) in [
        (json!({}), claims.to_owned()),
        (
            json!({"target_audience": ["x"]}),
            claims.replace("\"exp\":1", "\"z\":1"),
        ),
        (
            json!({"trusted_issuers": ["x"]}),
            claims.replace("\"exp\":1", "\"z\":1"),
        ),
        (
            json!({"required_scope": ["x"]}),
            claims.replace("\"exp\":1", "\"scp\":\"private-scope\""),
        ),
    ] {
        let (outcome, session) = outcome(rule, &claims).await;
        let shown = format!("{:?} {session:?}", outcome.unwrap_err());
        assert!(!shown.contains("private"), "{shown}");
        assert!(!shown.contains("eyJ"), "{shown}");
    }
}

#[tokio::test]
async fn any_bit_flip_in_a_signed_token_is_refused() {
    for file in ["hs.json", "es.json", "rs.json"] {
        let (set, token) = signed(file, r#"{"sub":"ada"}"#);
        let (jwt, ports) = (jwt(json!({})), with_keys(&set));
        let signature = |token: &[u8]| {
            let text = String::from_utf8_lossy(token).into_owned();
            let (message, signature) = text.rsplit_once('.')?;
            // A last character may have bits to spare, which mean nothing.
            let decoded = GO_BASE64.decode(signature).ok()?;
            Some((message.to_owned(), decoded))
        };
        let genuine = signature(token.as_bytes());
        assert!(genuine.is_some());
        for bit in 0..token.len() * 8 {
            let mut flipped = token.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let text = text_from_bytes(&flipped).into_owned();
            let request = request(&[("Authorization", &format!("Bearer {text}"))]);
            let (outcome, _) = run(&jwt, &request, &ports).await;
            if outcome == Ok(Authentication::Authenticated) {
                assert_eq!(signature(&flipped), genuine, "{file}, bit {bit}");
            }
        }
    }
}

/// Header values that look like tokens, and some that are nearly good.
fn token_text() -> impl Strategy<Value = String> {
    let json = prop_oneof![
        Just(r#"{"alg":"HS256","kid":"hs-key"}"#.to_owned()),
        Just(r#"{"alg":"none","kid":"hs-key"}"#.to_owned()),
        Just("{}".to_owned()),
        "\\PC{0,12}",
    ];
    let part = prop_oneof![
        json.prop_map(|text| URL_SAFE_NO_PAD.encode(text)),
        "[A-Za-z0-9_=+/-]{0,50}",
        "\\PC{0,8}",
    ];
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(part, 3).prop_map(|parts| parts.join(".")),
    ]
}

proptest! {
    #[test]
    fn no_text_that_was_not_signed_is_accepted(text in token_text()) {
        let (set, _) = signed("hs.json", "{}");
        let ports = with_keys(&set);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let request = request(&[("X-Token", &text)]);
        let jwt = jwt(json!({"token_from": {"header": "X-Token"}}));
        let (outcome, session) = runtime.block_on(run(&jwt, &request, &ports));
        prop_assert_ne!(outcome.ok(), Some(Authentication::Authenticated));
        prop_assert!(session.extra.is_none());
    }
}

/// Whatever keeps a key set from being read is said, by the set's place and never by its address.
#[tokio::test(start_paused = true)]
async fn a_key_set_that_cannot_be_used_is_the_cause() {
    let unreadable = |why: &str| Err(KeySourceError::Unreadable(why.to_owned()));
    let (set, token) = signed("hs.json", "{}");
    let utf16: Vec<u8> = set.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let discovery = r#"{"issuer":"https://id.example/","jwks_uri":"https://id.example/keys"}"#;
    let broken = set.replace("\"oct\"", "\"unheard of\"");
    let cases: [(Result<Bytes, KeySourceError>, &str); 9] = [
        (
            unreadable("the service answered with status 404"),
            "status 404",
        ),
        (
            Err(KeySourceError::Unavailable(
                "the connection was refused".into(),
            )),
            "the connection was refused",
        ),
        (Ok("<html>".into()), "it is not a JSON Web Key Set"),
        (Ok("".into()), "it is not a JSON Web Key Set"),
        (Ok("[]".into()), "it is not a JSON Web Key Set"),
        (Ok(discovery.into()), "it is not a JSON Web Key Set"),
        (Ok(utf16.into()), "encoded in UTF-16"),
        (Ok(r#"{"keys":[]}"#.into()), "it contains no key"),
        (Ok(broken.into()), "key 1 of the set cannot be read"),
    ];
    for (read, why) in cases {
        for (rule, place) in [
            (json!({}), "`authenticators.jwt.config.jwks_urls[0]`: "),
            (
                json!({"jwks_urls": [KEYS]}),
                "the rule's own `jwks_urls[0]`: ",
            ),
        ] {
            let keys = ChangingKeys::new("");
            keys.set(read.clone());
            let refused = refusal(&rule, &token, keys).await;
            let told = (refused.status, refused.code);
            assert_eq!(told, (Some(401), ReasonCode::ServiceFailed), "{refused:?}");
            assert!(refused.cause.contains(place), "{refused:?}");
            assert!(refused.cause.contains(why), "{refused:?}");
            assert!(
                !format!("{refused:?}").contains("id.example"),
                "{refused:?}"
            );
        }
    }
    let late = ChangingKeys::new(set.clone());
    late.take(Duration::from_secs(5));
    let refused = refusal(&json!({}), &token, late).await;
    assert_eq!(refused.code, ReasonCode::ServiceFailed);
    assert!(
        refused.cause.contains("did not arrive in time"),
        "{refused:?}"
    );

    let healthy = ChangingKeys::new(set.replace("hs-key", "another"));
    let refused = refusal(&json!({}), &token, healthy).await;
    assert_eq!(refused.code, ReasonCode::InvalidCredentials, "{refused:?}");
}

/// While an issuer is out of order its last keys count, and the log says so.
#[tokio::test]
async fn an_outage_that_an_old_key_set_bridges_is_told() {
    let (set, token) = signed("hs.json", r#"{"sub":"ada"}"#);
    let (keys, clock) = (ChangingKeys::new(set), FixedClock::at(1_750_000_000));
    let ports = Ports {
        keys: keys.clone(),
        clock: clock.clone(),
        ..ports(&ScriptedHttp::answering(500, ""))
    };
    let handler = jwt(json!({}));
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    let (outcome, session) = run(&handler, &request, &ports).await;
    assert_eq!(outcome.ok(), Some(Authentication::Authenticated));
    assert_eq!(session.worked_around, None);
    clock.advance(Duration::from_secs(31));
    let ill = "the service answered with status 503";
    keys.set(Err(KeySourceError::Unavailable(ill.to_owned())));
    for _ in 0..2 {
        let (outcome, session) = run(&handler, &request, &ports).await;
        assert_eq!(outcome.ok(), Some(Authentication::Authenticated));
        let told = session.worked_around.expect("an outage");
        assert!(
            told.contains("`authenticators.jwt.config.jwks_urls[0]`"),
            "{told}"
        );
        assert!(told.ends_with(ill), "{told}");
    }
}

/// A token is looked for in all sets, and those that cannot be read are named alone.
#[tokio::test]
async fn of_several_key_sets_those_that_cannot_be_used_are_named() {
    let (set, token) = signed("hs.json", "{}");
    let other = set.replace("hs-key", "another");
    let (healthy, gone) = ("https://id.example/healthy", "https://id.example/gone");
    let keys = BTreeMap::from([(healthy.to_owned(), other.into())]);
    let ports = Ports {
        keys: Arc::new(MapKeys(keys)),
        ..ports(&ScriptedHttp::answering(500, ""))
    };
    let handler = jwt(json!({"jwks_urls": [gone, healthy, gone]}));
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    let refused = run(&handler, &request, &ports).await.0.unwrap_err();
    let named = |index| refused.cause.contains(&format!("jwks_urls[{index}]"));
    assert_eq!([0, 1, 2].map(named), [true, false, true], "{refused:?}");
}

async fn refusal(rule: &serde_json::Value, token: &str, keys: Arc<ChangingKeys>) -> Failure {
    let ports = Ports {
        keys,
        ..ports(&ScriptedHttp::answering(500, ""))
    };
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    run(&jwt(rule.clone()), &request, &ports)
        .await
        .0
        .unwrap_err()
}

#[tokio::test]
async fn a_key_set_behind_a_byte_order_mark_is_read() {
    let (set, token) = signed("hs.json", "{}");
    let request = request(&[("Authorization", &format!("Bearer {token}"))]);
    let ports = with_keys(&format!("\u{feff}{set}"));
    let (outcome, _) = run(&jwt(json!({})), &request, &ports).await;
    assert_eq!(outcome.ok(), Some(Authentication::Authenticated));
}
