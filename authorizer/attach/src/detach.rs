//! The plan that detaches the gate from an API and restores what was there before.

use crate::{
    api::Method,
    change::Change,
    contract::Contract,
    plan::{
        Options, Plan, RECORD_MISSING, RecordChange, decide, ours, stage_notes, stage_refusals,
    },
    record::{Before, Record},
    seen::Seen,
    steps::shown_parameter,
    target::{Decider, Role, Target, parameters_of},
};

/// The plan that restores everything that attaching has changed, unless it was changed by others since.
#[must_use]
pub fn plan(seen: &Seen, contract: &Contract, record: Option<&Record>, options: &Options) -> Plan {
    let mut plan = Plan {
        refusals: Vec::new(),
        notes: Vec::new(),
        changes: Vec::new(),
        record: RecordChange::Keep,
        authorizer: None,
    };
    let gate = ours(seen, contract);
    let Some(record) = record else {
        if !gate.is_empty() {
            plan.refusals.push(RECORD_MISSING.to_owned());
        }
        return plan;
    };
    let recorded = record.methods();
    for (id, method) in &seen.methods {
        let is_ours = decide(&gate, method);
        match recorded.get(id) {
            Some(before) => restore(seen, method, is_ours, record, before, &mut plan),
            None if is_ours => plan.refusals.push(format!(
                "{} was given the gate's authorizer by someone else, so its former authorization is not known: set its authorization by hand, or --apply first, after which --detach leaves it without one",
                method.name()
            )),
            None => {}
        }
    }
    for (response_type, recorded) in &record.gateway_responses {
        let found = seen.gateway_response(response_type);
        if *found == recorded.before {
            continue;
        }
        if record.wrote_response(response_type, found) {
            plan.changes.push(Change::GatewayResponse {
                response_type: response_type.clone(),
                seen: found.clone(),
                target: recorded.before.clone(),
            });
        } else {
            plan.notes.push(format!(
                "gateway response {response_type} was changed by someone else and is left unchanged: {found}"
            ));
        }
    }
    let prefix = contract.authorizer_prefix();
    let serves_gate = seen
        .served
        .authorizers()
        .any(|name| name.starts_with(&prefix));
    if !plan.changes.is_empty() || record.pending || serves_gate {
        plan.changes.push(Change::Deploy {
            description: format!("without oathgate {}", contract.gate),
        });
        plan.refusals.extend(stage_refusals(seen, options));
        plan.notes.extend(stage_notes(seen));
    }
    for (stage, served) in &seen.other_stages {
        if served.authorizers().any(|name| name.starts_with(&prefix)) {
            plan.refusals.push(format!(
                "stage `{stage}` of the API also serves the gate's authorizer, which would be deleted: deploy to that stage a version of the API without it, or attach a gate of its own"
            ));
        }
    }
    plan.changes
        .extend(gate.iter().map(|authorizer| Change::DeleteAuthorizer {
            id: authorizer.id.clone(),
            name: authorizer.name.clone(),
        }));
    plan.record = RecordChange::Remove(Box::new(record.clone()));
    plan
}

/// Plans the changes that restore a method, and reports what others have changed of it.
fn restore(
    seen: &Seen,
    method: &Method,
    is_ours: bool,
    record: &Record,
    before: &Before,
    plan: &mut Plan,
) {
    let name = method.name();
    let mut target = Target::detached(method, record, before);
    if !is_ours && method.authorization != before.authorization {
        target.decider = Decider::As(method.authorization.clone());
        plan.notes.push(format!(
            "the authorization of {name} was changed by someone else and is left unchanged: {}",
            method.authorization.kind
        ));
    } else if let Some(id) = &before.authorization.authorizer_id
        && !seen
            .authorizers
            .iter()
            .any(|authorizer| authorizer.id == *id)
    {
        plan.refusals.push(format!(
            "the former authorizer `{id}` of {name} no longer exists: set the method's authorization by hand first"
        ));
    }
    for (parameter, value) in parameters_of(method) {
        let known =
            record.wrote(parameter, value) || before.parameters.get(parameter) == Some(value);
        if record.written.contains_key(parameter) && !known {
            plan.notes.push(format!(
                "{} of {name} was changed by someone else and is left unchanged: {value}",
                shown_parameter(parameter)
            ));
        }
    }
    let authorized = target.decider == Decider::As(method.authorization.clone());
    if !authorized || target.parameters != *parameters_of(method) {
        plan.changes.push(Change::Method {
            seen: method.clone(),
            target,
            role: Role::Decided,
        });
    }
}
