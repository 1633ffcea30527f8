//! Whole decisions that differ in one handler.

use oathgate_engine::Outcome;
use serde_json::{Value, json};

use crate::{Parts, world::gate_of};

fn decide(criterion: &mut Parts, group: &str, name: &str, rule: &Value, granted: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let (gate, request) = gate_of(rule);
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

pub(crate) fn authenticators(criterion: &mut Parts) {
    for (name, granted) in [
        ("noop", true),
        ("unauthorized", false),
        ("cookie_session", true),
        ("bearer_token", true),
        ("jwt", true),
        ("oauth2_introspection", true),
    ] {
        let rule = json!({"authenticators": [{"handler": name}], "authorizer": {"handler": "allow"},
            "mutators": [{"handler": "noop"}]});
        decide(criterion, "authenticator", name, &rule, granted);
    }
    // Credentials, where there are some, are not anonymous.
    let rule = json!({"authenticators": [{"handler": "anonymous"}], "authorizer": {"handler": "allow"},
        "mutators": [{"handler": "noop"}]});
    decide(
        criterion,
        "authenticator",
        "anonymous, not responsible",
        &rule,
        false,
    );
}

pub(crate) fn authorizers(criterion: &mut Parts) {
    for (name, granted) in [("allow", true), ("deny", false), ("remote_json", true)] {
        let rule = json!({"authenticators": [{"handler": "noop"}], "authorizer": {"handler": name},
            "mutators": [{"handler": "noop"}]});
        decide(criterion, "authorizer", name, &rule, granted);
    }
}

pub(crate) fn mutators(criterion: &mut Parts) {
    for name in ["noop", "header", "cookie", "id_token", "hydrator"] {
        let rule = json!({"authenticators": [{"handler": "cookie_session"}],
            "authorizer": {"handler": "allow"}, "mutators": [{"handler": name}]});
        decide(
            criterion,
            "mutator, after cookie_session",
            name,
            &rule,
            true,
        );
    }
}
