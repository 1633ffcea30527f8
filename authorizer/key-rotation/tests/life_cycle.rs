//! Sets that get new keys, read by those who sign and those who verify at different times.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oathgate_credentials::{Algorithm, generate};
use oathgate_key_rotation::{
    Defect, Document, LifeCycleError, Policy, check_successor, renew, revoke,
};
use serde_json::{Value, json};

const START: u64 = 1_750_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START + seconds)
}

fn policy() -> Policy {
    Policy {
        publish_ahead: Duration::from_secs(100),
        retire_after: Duration::from_secs(50),
        algorithm: None,
    }
}

fn first(algorithm: &str) -> Document {
    let keys = generate(algorithm.parse().unwrap(), Some("first"), None).unwrap();
    document(&serde_json::to_value(keys.as_json()).unwrap())
}

fn document(set: &Value) -> Document {
    Document::parse(set.to_string().as_bytes()).unwrap()
}

fn keys(document: &Document) -> Vec<Value> {
    let set: Value = serde_json::from_str(&document.to_text()).unwrap();
    set["keys"].as_array().unwrap().clone()
}

fn signer(document: &Document, now: u64) -> String {
    let set = document.read().unwrap();
    set.signing_key(at(now)).unwrap().key.id().to_owned()
}

fn published(document: &Document, now: u64) -> Vec<String> {
    let shown: Vec<_> = document.read().unwrap().published(at(now)).collect();
    let shown = serde_json::to_value(shown).unwrap();
    let ids = shown.as_array().unwrap().iter();
    ids.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_new_key_is_published_immediately_signs_later_and_ends_the_previous_one() {
    let renewed = renew(Some(&first("ES256")), &policy(), at(0)).unwrap();
    let (set, kid) = (&renewed.document, renewed.kid.as_str());
    assert_eq!(published(set, 0), ["first", kid]);
    // Twice as far ahead as necessary, so that a rotation can take a while.
    assert_eq!(signer(set, 199), "first");
    assert_eq!(signer(set, 200), kid);
    assert_eq!(published(set, 249), ["first", kid]);
    assert_eq!(published(set, 250), [kid]);
    assert_eq!(keys(set)[1]["alg"], "ES256");
    check_successor(Some(&first_of(set)), set, &policy(), at(0)).unwrap();
}

/// The set without its newest key, as it was before.
fn first_of(set: &Document) -> Document {
    let mut keys = keys(set);
    keys.pop();
    for key in &mut keys {
        key.as_object_mut().unwrap().remove("exp");
    }
    document(&json!({ "keys": keys }))
}

#[test]
fn an_expired_key_is_removed_and_one_that_no_longer_signs_loses_its_private_half() {
    let one = renew(Some(&first("RS256")), &policy(), at(0)).unwrap();
    // The first key has signed for the last time at 200, and ends at 250; clocks may differ by 300.
    let long = Policy {
        retire_after: Duration::from_secs(5000),
        ..policy()
    };
    let kept = renew(Some(&first("RS256")), &long, at(0)).unwrap();
    let kept = renew(Some(&kept.document), &long, at(499)).unwrap();
    assert!(keys(&kept.document)[0].get("d").is_some());
    let kept = renew(Some(&kept.document), &long, at(500)).unwrap();
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(keys(&kept.document)[0].get(member).is_none(), "{member}");
    }
    assert!(published(&kept.document, 500).contains(&"first".to_owned()));

    let two = renew(Some(&one.document), &policy(), at(250)).unwrap();
    assert_eq!(published(&two.document, 250), [one.kid, two.kid]);
    assert_eq!(keys(&two.document).len(), 2);
}

#[test]
fn keys_and_members_of_others_are_kept() {
    let other = serde_json::to_value(
        generate(Algorithm::ES256, Some("of another service"), None)
            .unwrap()
            .as_json(),
    )
    .unwrap();
    let mut public = other["keys"][0].clone();
    public.as_object_mut().unwrap().remove("d");
    let mut written: Value = serde_json::from_str(&first("ES256").to_text()).unwrap();
    let mut half = written["keys"][0].clone();
    half.as_object_mut().unwrap().remove("d");
    half["kid"] = json!("half");
    written["keys"][0]["note"] = json!("from the console");
    written["about"] = json!("a set");
    written["keys"]
        .as_array_mut()
        .unwrap()
        .extend([half, public]);

    let renewed = renew(Some(&document(&written)), &policy(), at(0)).unwrap();
    let set: Value = serde_json::from_str(&renewed.document.to_text()).unwrap();
    assert_eq!(set["about"], "a set");
    assert_eq!(set["keys"][0]["note"], "from the console");
    // The public half ends with its private one; the key of another service does not.
    assert_eq!(published(&renewed.document, 249).len(), 4);
    assert_eq!(
        published(&renewed.document, 250),
        ["of another service", renewed.kid.as_str()]
    );
    check_successor(
        Some(&document(&written)),
        &renewed.document,
        &policy(),
        at(0),
    )
    .unwrap();
}

#[test]
fn the_algorithm_and_the_size_are_those_of_the_newest_key_unless_the_policy_sets_others() {
    let keys_of = |bits| generate(Algorithm::PS384, Some("a"), bits).unwrap();
    let set = |bits| document(&serde_json::to_value(keys_of(bits).as_json()).unwrap());
    let renewed = |document: &Document, policy: &Policy| {
        let renewed = renew(Some(document), policy, at(0)).unwrap();
        let key = keys(&renewed.document)[1].clone();
        (
            key["alg"].as_str().unwrap().to_owned(),
            key["n"].as_str().map(str::len),
        )
    };
    assert_eq!(
        renewed(&set(Some(3072)), &policy()),
        ("PS384".into(), Some(512))
    );
    assert_eq!(renewed(&set(None), &policy()), ("PS384".into(), Some(342)));
    let es = Policy {
        algorithm: Some(Algorithm::ES384),
        ..policy()
    };
    assert_eq!(renewed(&set(None), &es), ("ES384".into(), None));
    for algorithm in ["HS256", "EdDSA", "ES512"] {
        let before = first(algorithm);
        let renewed = renew(Some(&before), &policy(), at(0)).unwrap();
        check_successor(Some(&before), &renewed.document, &policy(), at(0)).unwrap();
    }
}

#[test]
fn a_set_without_a_private_key_is_not_rotated() {
    let mut set: Value = serde_json::from_str(&first("ES256").to_text()).unwrap();
    set["keys"][0].as_object_mut().unwrap().remove("d");
    let error = renew(Some(&document(&set)), &policy(), at(0)).unwrap_err();
    assert_eq!(error, LifeCycleError::SignsNothing);
    for text in [
        "",
        "{}",
        r#"{"keys":[]}"#,
        "[]",
        r#"{"password":"hunter2"}"#,
    ] {
        let error = Document::parse(text.as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{text}");
    }
    let other_spelling = first("ES256").to_text().replace("\"keys\"", "\"Keys\"");
    let error = Document::parse(other_spelling.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("a list `keys`"), "{error}");
}

#[test]
fn debug_shows_no_private_key() {
    let set = first("ES256");
    let private = keys(&set)[0]["d"].as_str().unwrap().to_owned();
    let renewed = renew(Some(&set), &policy(), at(0)).unwrap();
    assert!(!format!("{set:?} {renewed:?}").contains(&private));
}

#[test]
fn a_revoked_key_is_removed_and_another_signs() {
    let current = renew(Some(&first("ES256")), &policy(), at(0)).unwrap();
    // The key that does not sign yet: the first continues, and another follows later.
    let (set, renewed) = revoke(
        &current.document,
        std::slice::from_ref(&current.kid),
        &policy(),
        at(10),
    )
    .unwrap();
    let next = renewed.unwrap().kid;
    assert_eq!(published(&set, 10), ["first", next.as_str()]);
    assert_eq!(signer(&set, 209), "first");
    assert_eq!(signer(&set, 210), next);
    assert_eq!(published(&set, 259), ["first", next.as_str()]);
    // The only key that signs: a new one signs immediately.
    let (set, renewed) = revoke(&first("ES256"), &["first".to_owned()], &policy(), at(10)).unwrap();
    assert_eq!(signer(&set, 10), renewed.unwrap().kid);
    assert_eq!(published(&set, 10).len(), 1);
    // Every key: as for a set without keys.
    let all = ["first".to_owned(), current.kid.clone()];
    let (set, renewed) = revoke(&current.document, &all, &policy(), at(10)).unwrap();
    assert_eq!(published(&set, 10), [renewed.unwrap().kid]);
    // A key that no longer signs: the others are unchanged.
    let (set, renewed) =
        revoke(&current.document, &["first".to_owned()], &policy(), at(210)).unwrap();
    assert!(renewed.is_none());
    assert_eq!(published(&set, 210), [current.kid]);
    let error = revoke(&set, &["first".to_owned()], &policy(), at(210)).unwrap_err();
    assert!(
        error.to_string().contains("no key with the id `first`"),
        "{error}"
    );
}

#[test]
fn a_revoked_key_is_removed_under_every_id() {
    let mut written: Value = serde_json::from_str(&first("ES256").to_text()).unwrap();
    let mut half = written["keys"][0].clone();
    half.as_object_mut().unwrap().remove("d");
    half["kid"] = json!("half");
    written["keys"].as_array_mut().unwrap().push(half);
    let (set, _) = revoke(&document(&written), &["half".to_owned()], &policy(), at(0)).unwrap();
    assert_eq!(published(&set, 0).len(), 1);
    assert!(
        !set.to_text()
            .contains(written["keys"][0]["x"].as_str().unwrap())
    );
}

#[test]
fn a_set_replaces_only_the_one_that_it_was_made_from_and_only_in_time() {
    let current = first("ES256");
    let pending = renew(Some(&current), &policy(), at(0)).unwrap().document;
    let check = |current: &Document, pending: &Document, now| {
        check_successor(Some(current), pending, &policy(), at(now))
    };
    assert_eq!(check(&current, &pending, 100), Ok(()));
    assert_eq!(check(&current, &pending, 101), Err(Defect::Stale));
    assert_eq!(check(&first("ES256"), &pending, 0), Err(Defect::Unrelated));
    assert_eq!(check(&pending, &pending, 0), Err(Defect::Unrelated));
    assert_eq!(check(&pending, &current, 0), Err(Defect::Unrelated));
    let (revoked, _) = revoke(&current, &["first".to_owned()], &policy(), at(0)).unwrap();
    assert_eq!(check(&revoked, &pending, 0), Err(Defect::Unrelated));
    let twice = renew(Some(&pending), &policy(), at(0)).unwrap().document;
    assert_eq!(check(&current, &twice, 0), Err(Defect::Unrelated));

    let mut abrupt: Value = serde_json::from_str(&pending.to_text()).unwrap();
    abrupt["keys"][1]["nbf"] = json!(START);
    assert_eq!(check(&current, &document(&abrupt), 0), Err(Defect::Abrupt));
    abrupt["keys"][1].as_object_mut().unwrap().remove("nbf");
    assert_eq!(check(&current, &document(&abrupt), 0), Err(Defect::Abrupt));
    let mut lost: Value = serde_json::from_str(&pending.to_text()).unwrap();
    lost["keys"][0]["exp"] = json!(START - 1);
    assert_eq!(check(&current, &document(&lost), 0), Err(Defect::Unrelated));
}

/// Rotations at any times; those who sign cache the set for up to 60 seconds, those who verify have one
/// that is up to 100 seconds old, and a token is valid for 50.
#[test]
fn at_any_frequency_of_rotations_every_token_is_verified_as_long_as_it_is_valid() {
    const SIGNERS_KEEP: u64 = 60;
    const VERIFIERS_KEEP: u64 = 100;
    const TOKENS_LIVE: u64 = 50;
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    for most in [1, 30, 150, 400, 2000] {
        let mut last = first("ES256");
        let mut sets = vec![(0, last.read().unwrap())];
        let mut now = 0;
        for _ in 0..12 {
            now += random(most) + 1;
            let next = renew(Some(&last), &policy(), at(now)).unwrap().document;
            check_successor(Some(&last), &next, &policy(), at(now)).unwrap();
            sets.push((now, next.read().unwrap()));
            last = next;
        }
        let seen = |now: u64| &sets.iter().rev().find(|(from, _)| *from <= now).unwrap().1;
        let mut signers = std::collections::BTreeSet::new();
        let mut moment = 0;
        while moment < now + 500 {
            let set = seen(moment.saturating_sub(random(SIGNERS_KEEP + 1)));
            let signed = set.signing_key(at(moment)).unwrap().key.id().to_owned();
            for verified in [
                moment,
                moment + random(TOKENS_LIVE),
                moment + TOKENS_LIVE - 1,
            ] {
                // A set that was read stays as it was published then.
                let read = verified.saturating_sub(random(VERIFIERS_KEEP + 1));
                let keys = seen(read).keys().iter();
                let mut shown = keys.filter(|key| key.lifetime.is_published(at(read)));
                assert!(
                    shown.any(|key| key.id == signed),
                    "every {most} s: signed at {moment}, verified at {verified}"
                );
            }
            moment += 1 + random(most / 50 + 1);
            signers.insert(signed);
        }
        assert!(signers.len() > 1, "every {most} s");
    }
}
