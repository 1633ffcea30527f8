//! A decision with its trace, as JSON and as lines of text.

use oathgate_engine::Outcome;
use serde_json::{Value, json};

use crate::stage::Decided;

/// The decision as one JSON object.
pub(crate) fn json(decided: &Decided) -> Value {
    let decision = &decided.decision;
    let trace = &decision.trace;
    let mut explanation = json!({
        "rule": trace.rule,
        "overlapping": trace.overlapping,
        "step": trace.step.as_str(),
        "handler": trace.handler,
        "passed_over": trace.passed_over,
        "subject": trace.subject,
        "empty_subject": trace.empty_subject,
        "status": trace.status,
        "code": trace.code.as_str(),
        "message": trace.message,
        "cause": trace.cause,
        "worked_around": trace.worked_around,
        "error_handler": trace.error_handler,
    });
    let (granted, status, vouched) = match &decision.outcome {
        Outcome::Granted(grant) => (true, 200, grant.vouched.clone()),
        Outcome::Refused(refusal) => (false, refusal.status, Vec::new()),
    };
    if let Some(members) = explanation.as_object_mut() {
        members.insert("granted".to_owned(), granted.into());
        members.insert("answer".to_owned(), status.into());
        members.insert("vouched".to_owned(), vouched.into());
        if let Some(effect) = decided.effect {
            members.insert("effect".to_owned(), effect.name().into());
        }
    }
    explanation
}

/// The decision as lines of text: the outcome, then one line for each part of the trace that is not empty.
pub(crate) fn lines(decided: &Decided) -> Vec<String> {
    let decision = &decided.decision;
    let trace = &decision.trace;
    let mut lines = vec![match &decision.outcome {
        Outcome::Granted(_) => "granted".to_owned(),
        Outcome::Refused(refusal) => format!("refused with {}", refusal.status),
    }];
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("  {name:<14} {value}"));
        }
    };
    add("rule", trace.rule.as_deref().unwrap_or("none"));
    add("overlapping", &trace.overlapping.join(", "));
    add("skipped", &trace.passed_over.join(", "));
    add("step", trace.step.as_str());
    add("handler", trace.handler.as_deref().unwrap_or_default());
    add(
        "subject",
        if trace.empty_subject {
            "(empty: the authenticator accepted a request without a subject)"
        } else {
            &trace.subject
        },
    );
    if matches!(decision.outcome, Outcome::Refused(_)) {
        add("code", trace.code.as_str());
    }
    add("message", &trace.message);
    add("cause", &trace.cause);
    add(
        "worked around",
        trace.worked_around.as_deref().unwrap_or_default(),
    );
    add(
        "error handler",
        trace.error_handler.as_deref().unwrap_or_default(),
    );
    if let Outcome::Granted(grant) = &decision.outcome {
        add("vouched", &grant.vouched.join(", "));
    }
    if let Some(effect) = decided.effect {
        add("API Gateway", effect.as_text());
    }
    lines
}
