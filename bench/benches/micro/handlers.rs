//! Whole decisions that differ in one handler.

use oathgate_engine::Outcome;
use serde_json::{Value, json};

use crate::{
    Parts,
    world::{Shown, gate_of},
};

fn decide(
    criterion: &mut Parts,
    group: &str,
    name: &str,
    rule: &Value,
    shown: Shown,
    granted: bool,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let (gate, request) = gate_of(rule, shown);
    let is_right = |outcome: &Outcome| matches!(outcome, Outcome::Granted(_)) == granted;
    let first = runtime.block_on(gate.decide(request.clone()));
    assert!(is_right(&first.outcome), "{name}: {first:?}");
    let mut group = criterion.benchmark_group(group);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let decision = runtime.block_on(gate.decide(request.clone()));
            assert!(is_right(&decision.outcome));
            decision
        });
    });
    group.finish();
}

fn rule_of(authenticator: &str, authorizer: &str, mutator: &str) -> Value {
    json!({"authenticators": [{"handler": authenticator}], "authorizer": {"handler": authorizer},
        "mutators": [{"handler": mutator}]})
}

pub(crate) fn authenticators(criterion: &mut Parts) {
    for (handler, name, shown, granted) in [
        ("noop", "noop", Shown::Bearer, true),
        ("unauthorized", "unauthorized", Shown::Bearer, false),
        ("anonymous", "anonymous", Shown::Nothing, true),
        // Credentials, where there are some, are not anonymous.
        (
            "anonymous",
            "anonymous, not responsible",
            Shown::Bearer,
            false,
        ),
        ("cookie_session", "cookie_session", Shown::Bearer, true),
        ("bearer_token", "bearer_token", Shown::Bearer, true),
        ("jwt", "jwt, seen before", Shown::Bearer, true),
        (
            "oauth2_introspection",
            "oauth2_introspection, kept",
            Shown::Bearer,
            true,
        ),
        (
            "oauth2_client_credentials",
            "oauth2_client_credentials, kept",
            Shown::Basic,
            true,
        ),
    ] {
        let rule = rule_of(handler, "allow", "noop");
        decide(criterion, "authenticator", name, &rule, shown, granted);
    }
}

pub(crate) fn authorizers(criterion: &mut Parts) {
    for (name, granted) in [
        ("allow", true),
        ("deny", false),
        ("remote", true),
        ("remote_json", true),
        ("keto_engine_acp_ory", true),
    ] {
        let rule = rule_of("noop", name, "noop");
        decide(criterion, "authorizer", name, &rule, Shown::Bearer, granted);
    }
}

pub(crate) fn mutators(criterion: &mut Parts) {
    for name in ["noop", "header", "cookie", "id_token", "hydrator"] {
        let rule = rule_of("cookie_session", "allow", name);
        let group = "mutator, after cookie_session";
        decide(criterion, group, name, &rule, Shown::Bearer, true);
    }
}
