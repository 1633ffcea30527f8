//! Properties of every answer, whatever the event: no event makes the gate allow more than was asked
//! for, leave a vouched header to the client, or say what it should not.
//!
//! Events are real ones that were changed a little, in their meaning or in their text. `make properties`
//! sets `PROPTEST_CASES` so that a million are tried.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod events;
mod gates;
mod parts;

use std::collections::BTreeMap;

use oathgate_apigateway::AuthorizerError;
use oathgate_apigateway::testing::add_header;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{TestCaseError, TestRunner},
};
use serde_json::Value;

use gates::{BACKEND_SECRET, GATES, Gate, HAS_SECRET, REFUSES_FORGED, SECRET_KEY, VOUCHED};

/// How many events each property is tried with.
fn cases() -> u32 {
    let given = std::env::var("PROPTEST_CASES").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(1000)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases())
    }
}

/// An answer as API Gateway gets it.
struct Answered {
    answer: Value,
    printed: Vec<String>,
}

/// Whether it lets the request through; nothing where there is an error in place of an answer.
fn ask(gate: &Gate, event: &str) -> Result<Option<Answered>, TestCaseError> {
    let (answer, printed) = gate.answer(event);
    let one_line = printed.len() == 1 && serde_json::from_str::<Value>(&printed[0]).is_ok();
    prop_assert!(one_line, "{:?}", printed);
    for secret in [parts::SECRET, BACKEND_SECRET] {
        prop_assert!(!printed[0].contains(secret), "{}", printed[0]);
    }
    match answer {
        Ok(answer) => Ok(Some(Answered {
            answer: with_hyphens(serde_json::to_value(answer).unwrap()),
            printed,
        })),
        Err(AuthorizerError::Unauthorized | AuthorizerError::Undecided) => Ok(None),
    }
}

/// An answer with the keys that a REST API has: the others' have underscores for hyphens.
fn with_hyphens(mut answer: Value) -> Value {
    let context = answer["context"].as_object_mut().unwrap();
    for key in VOUCHED.iter().chain([&SECRET_KEY]) {
        if let Some(value) = context.remove(&key.replace('-', "_")) {
            context.insert((*key).to_owned(), value);
        }
    }
    answer
}

/// What holds of every answer that there is.
fn is_sound(answered: &Answered, event: &str) -> Result<(), TestCaseError> {
    let Answered { answer, printed } = answered;
    let context = answer["context"].as_object().unwrap();
    let texts: BTreeMap<&str, &str> = context
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str().expect("nothing but texts")))
        .collect();
    let allows = match &answer["isAuthorized"] {
        Value::Bool(allows) => *allows,
        _ => {
            let statement = &answer["policyDocument"]["Statement"][0];
            prop_assert_eq!(&statement["Action"], "execute-api:Invoke");
            prop_assert!(!answer["principalId"].as_str().unwrap().is_empty());
            let resource = statement["Resource"].as_str().unwrap();
            prop_assert!(resource.chars().count() <= 512);
            prop_assert_eq!(resource.find("${"), None);
            let allows = statement["Effect"] == "Allow";
            prop_assert!(allows || statement["Effect"] == "Deny");
            if allows {
                prop_assert!(!resource.contains(['*', '?']), "{}", resource);
                names_what_was_asked_for(resource, event)?;
            }
            allows
        }
    };
    prop_assert_eq!(allows, printed[0].contains("\"outcome\":\"allow\""));
    // The backend's secret is the value of one key of a grant, and stands nowhere else.
    let mut without = answer.clone();
    let shown = without["context"]
        .as_object_mut()
        .and_then(|context| context.remove(SECRET_KEY));
    prop_assert!(!without.to_string().contains(BACKEND_SECRET));
    prop_assert!(allows || shown.is_none());
    prop_assert!(shown.is_none_or(|shown| shown == BACKEND_SECRET));
    let mut size = 0;
    for (key, value) in &texts {
        prop_assert!(
            !value.chars().any(|one| one.is_control() && one != '\t'),
            "{}",
            key
        );
        size += key.len() + value.len();
    }
    if allows {
        prop_assert!(size <= 10_240, "{}", size);
        for key in VOUCHED {
            let value = texts.get(key).copied().unwrap_or_default();
            prop_assert!(!value.trim().is_empty(), "{} is missing", key);
        }
        // Two rules set it, to the subject and to nothing: whatever a client sends is none of these.
        prop_assert!(
            ["guest", "none"].contains(&texts["x-user"]),
            "{}",
            texts["x-user"]
        );
        let token = texts["authorization"];
        prop_assert!(
            token == "none" || token.starts_with("Bearer eyJ"),
            "{}",
            token
        );
    }
    Ok(())
}

/// An Allow's resource is the ARN of the event, but for what IAM would take for a pattern.
fn names_what_was_asked_for(resource: &str, event: &str) -> Result<(), TestCaseError> {
    let event: Value = serde_json::from_str(event).unwrap();
    let asked: Vec<_> = ["methodArn", "routeArn"]
        .iter()
        .filter_map(|name| event[name].as_str())
        .map(|arn| {
            arn.replace('*', "%2A")
                .replace('?', "%3F")
                .replace("${", "%24{")
        })
        .collect();
    prop_assert!(
        asked.iter().any(|arn| arn == resource),
        "{} of {:?}",
        resource,
        asked
    );
    Ok(())
}

/// Properties of answers that nobody ever gets would hold of anything.
#[test]
fn the_events_lead_to_every_kind_of_answer() {
    let mut runner = TestRunner::deterministic();
    let mut counts = BTreeMap::<String, usize>::new();
    for number in 0..2000 {
        let event = events::from_clients()
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let (_, printed) = gates::gate(number % GATES).answer(&event.to_string());
        let line: Value = serde_json::from_str(&printed[0]).unwrap();
        let rule = line["rule"].as_str().unwrap_or_default();
        let kind = format!(
            "{} {rule} {}",
            line["outcome"].as_str().unwrap(),
            line["status"]
        );
        *counts.entry(kind).or_default() += 1;
    }
    for kind in [
        "allow open 200",
        "allow copied 200",
        "deny closed 403",
        "deny sent-on 401",
        "deny  400",
        "deny  404",
    ] {
        assert!(
            counts.get(kind).is_some_and(|count| *count > 20),
            "{kind}: {counts:?}"
        );
    }
}

#[test]
fn every_grant_of_a_gate_with_a_secret_shows_it() {
    let mut runner = TestRunner::deterministic();
    let mut grants = 0;
    for _ in 0..500 {
        let event = events::from_clients()
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let (answer, printed) = gates::gate(HAS_SECRET).answer(&event.to_string());
        if printed[0].contains("\"outcome\":\"allow\"") {
            let answer = with_hyphens(serde_json::to_value(answer.unwrap()).unwrap());
            assert_eq!(answer["context"][SECRET_KEY], BACKEND_SECRET);
            grants += 1;
        }
    }
    assert!(grants > 20, "{grants}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_a_client_writes_is_answered_soundly(event in events::from_clients(), gate in 0..GATES) {
        let event = event.to_string();
        if let Some(answered) = ask(&gates::gate(gate), &event)? {
            is_sound(&answered, &event)?;
        }
    }

    #[test]
    fn whatever_becomes_of_an_event_is_answered_soundly(event in events::distorted(), gate in 0..GATES) {
        let event = event.to_string();
        if let Some(answered) = ask(&gates::gate(gate), &event)? {
            is_sound(&answered, &event)?;
        }
    }

    #[test]
    fn an_event_whose_text_is_damaged_allows_nothing_wider(text in events::damaged(), gate in 0..GATES) {
        if let Some(answered) = ask(&gates::gate(gate), &text)? {
            is_sound(&answered, &text)?;
        }
    }

    #[test]
    fn a_forged_header_changes_nothing(
        event in events::from_clients(),
        forged in parts::forged_headers(),
        number in 0..GATES,
    ) {
        let gate = gates::gate(number);
        let mut with = event.clone();
        for (name, value) in &forged {
            add_header(&mut with, name, value);
        }
        let (without, with) = (ask(&gate, &event.to_string())?, ask(&gate, &with.to_string())?);
        // A header that is not refused may not show anywhere in what backends get.
        if let (Some(without), Some(with)) = (without, with)
            && with.printed[0].contains("\"outcome\":\"allow\"")
        {
            let is_vouched = |name: &str| VOUCHED.contains(&name.to_ascii_lowercase().as_str());
            let in_good_faith = |name: &str| ["authorization", "cookie"].contains(&name.to_ascii_lowercase().as_str());
            let forgery = forged.iter().find(|(name, _)| is_vouched(name) && !in_good_faith(name));
            prop_assert!(number != REFUSES_FORGED || forgery.is_none(), "{:?}", forgery);
            let names_secret = |name: &str| name.eq_ignore_ascii_case(SECRET_KEY);
            let forgery = forged.iter().find(|(name, _)| names_secret(name));
            prop_assert!(number != HAS_SECRET || forgery.is_none(), "{:?}", forgery);
            for key in ["x-user", "x-none", SECRET_KEY] {
                prop_assert_eq!(&without.answer["context"][key], &with.answer["context"][key]);
            }
        }
    }
}
