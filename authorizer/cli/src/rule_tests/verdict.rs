//! Compares a decision with what a test expects.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oathgate_engine::{Decision, Grant, Outcome};
use oathgate_gostd::canonical_header_name;
use serde_json::{Map, Value};

use super::file::Expectation;
use crate::stage::{Decided, Effect};

/// The differences between a decision and the expectation, in words.
pub(super) fn differences(expect: &Expectation, decided: &Decided) -> Vec<String> {
    let decision = &decided.decision;
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: &str, is: &str| {
        if expected != is {
            found.push(format!("{what} should be `{expected}`, is `{is}`"));
        }
    };
    let trace = &decision.trace;
    let status = match &decision.outcome {
        Outcome::Granted(_) => 200,
        Outcome::Refused(refusal) => refusal.status,
    };
    compare("status", &expect.status.to_string(), &status.to_string());
    if let Some(code) = &expect.code {
        compare("code", code, trace.code.as_str());
    }
    if let Some(effect) = &expect.effect {
        let is = decided.effect.map(Effect::name);
        compare("effect", effect, is.unwrap_or("(none without a stage)"));
    }
    if let Some(rule) = &expect.rule {
        compare("rule", rule, trace.rule.as_deref().unwrap_or("(none)"));
    }
    if let Some(subject) = &expect.subject {
        compare("subject", subject, &trace.subject);
    }
    for (name, expected) in &expect.headers {
        let is = header(decision, name);
        let or_none = |value: Option<&str>| value.unwrap_or("(absent)").to_owned();
        compare(
            &format!("header {name}"),
            &or_none(expected.as_deref()),
            &or_none(is.as_deref()),
        );
    }
    if !expect.claims.is_empty() {
        let claims = match &decision.outcome {
            Outcome::Granted(grant) => claims(grant),
            Outcome::Refused(_) => None,
        };
        match claims {
            Some(claims) => members("claim", &expect.claims, &claims, &mut found),
            None => found.push("expected a signed token, got none".to_owned()),
        }
    }
    if !expect.body.is_empty() {
        let body = match &decision.outcome {
            Outcome::Granted(_) => None,
            Outcome::Refused(refusal) => serde_json::from_slice(&refusal.body).ok(),
        };
        match body {
            Some(Value::Object(body)) => members("body", &expect.body, &body, &mut found),
            _ => found.push("expected a JSON body, got none".to_owned()),
        }
    }
    found
}

fn header(decision: &Decision, name: &str) -> Option<String> {
    let name = canonical_header_name(name);
    let values: Vec<&str> = match &decision.outcome {
        // Headers that `noop` copies from the client are not the rule's.
        Outcome::Granted(grant) if !grant.vouched.iter().any(|vouched| *vouched == name) => {
            return None;
        }
        Outcome::Granted(grant) => grant.header.values(&name).collect(),
        Outcome::Refused(refusal) => refusal.header.values(&name).collect(),
    };
    (!values.is_empty()).then(|| values.join(", "))
}

/// The claims of the token in `Authorization`.
fn claims(grant: &Grant) -> Option<Map<String, Value>> {
    let token = grant.header.get("Authorization")?.strip_prefix("Bearer ")?;
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Objects are compared member by member, everything else as a whole.
fn members(
    what: &str,
    expected: &Map<String, Value>,
    is: &Map<String, Value>,
    found: &mut Vec<String>,
) {
    for (name, expected) in expected {
        let path = format!("{what} {name}");
        match (expected, is.get(name).unwrap_or(&Value::Null)) {
            (Value::Object(expected), Value::Object(is)) => members(&path, expected, is, found),
            (expected, is) if expected != is => {
                found.push(format!("{path} should be `{expected}`, is `{is}`"));
            }
            _ => {}
        }
    }
}
