//! Verifies that an API has what the gate needs, and that its stage serves it.

use crate::{
    api::{Answer, Authorization, Method},
    attach::{Wanted, unserved, wish},
    contract::Contract,
    plan::{Options, current, ours},
    record::Record,
    seen::Seen,
    served::ServedMethod,
    steps::shown_parameter,
    target::{Decider, parameters_of},
};

/// Everything that differs from what the gate needs, one line each: first in the API, then in its stage.
#[must_use]
pub fn findings(
    seen: &Seen,
    contract: &Contract,
    record: Option<&Record>,
    options: &Options,
) -> Vec<String> {
    // Another authorizer is reported below, with the methods that it decides.
    let options = Options {
        replace_authorizers: true,
        ..options.clone()
    };
    let wish = wish(seen, contract, record, &options);
    let mut findings = wish.refusals.clone();
    let authorizer = current(seen, contract);
    if authorizer.is_none() {
        findings.push(no_authorizer(seen, contract));
    }
    for wanted in &wish.methods {
        let id = authorizer.map(|authorizer| authorizer.id.as_str());
        findings.extend(live(seen, wanted, id));
    }
    for (response_type, response) in &contract.gateway_responses {
        let found = seen.gateway_response(response_type);
        if *found != Answer::Own(response.clone()) {
            findings.push(format!(
                "gateway response {response_type} is not the gate's: it is {found}"
            ));
        }
    }
    for (wanted, served) in unserved(seen, contract, &wish) {
        findings.push(stale(seen, contract, wanted, served));
    }
    if record.is_some_and(|record| record.pending) {
        findings.push(format!(
            "stage `{}` serves a deployment from before the last changes: their run did not finish",
            seen.stage.name
        ));
    }
    findings
}

fn no_authorizer(seen: &Seen, contract: &Contract) -> String {
    let wanted = contract.authorizer();
    let changed = ours(seen, contract)
        .into_iter()
        .find(|authorizer| authorizer.settings.uri == wanted.uri);
    match changed {
        Some(authorizer) => format!(
            "the authorizer `{}` was changed: it caches results for {} seconds and requires `{}`, but it must cache none and require nothing",
            authorizer.name,
            authorizer.settings.ttl.unwrap_or(300),
            authorizer.settings.identity_source
        ),
        None => format!(
            "the API has no authorizer that calls version {} of the gate `{}`",
            contract.version(),
            contract.gate
        ),
    }
}

fn live(seen: &Seen, wanted: &Wanted<'_>, authorizer: Option<&str>) -> Vec<String> {
    let method = wanted.method;
    let name = method.name();
    let mut findings = Vec::new();
    match &wanted.target.decider {
        Decider::Gate => {
            let decided =
                authorizer.is_some_and(|id| method.authorization == Authorization::by(id));
            if !decided {
                findings.push(decided_by(seen, method));
            }
        }
        Decider::As(before) if method.authorization != *before => findings.push(format!(
            "{name} is excluded, but the gate's authorizer decides it"
        )),
        Decider::As(_) => {}
    }
    let found = parameters_of(method);
    for (parameter, value) in &wanted.target.parameters {
        let header = shown_parameter(parameter);
        match found.get(parameter) {
            None => findings.push(format!("{name} does not set {header} from {value}")),
            Some(other) if other != value => {
                findings.push(format!(
                    "{name} sets {header} from {other} instead of {value}"
                ));
            }
            Some(_) => {}
        }
    }
    for parameter in found.keys() {
        if !wanted.target.parameters.contains_key(parameter) {
            let header = shown_parameter(parameter);
            findings.push(format!(
                "{name} still sets {header}, which the gate does not set"
            ));
        }
    }
    findings
}

fn decided_by(seen: &Seen, method: &Method) -> String {
    let name = method.name();
    match &method.authorization.authorizer_id {
        Some(id) => format!(
            "{name} is decided by the authorizer `{}`",
            seen.authorizer_name(id)
        ),
        None if method.authorization.is_none() => format!("{name} has no authorizer"),
        None => format!("{name} is decided by `{}`", method.authorization.kind),
    }
}

fn stale(
    seen: &Seen,
    contract: &Contract,
    wanted: &Wanted<'_>,
    served: Option<&ServedMethod>,
) -> String {
    let stage = format!(
        "stage `{}` (deployment {})",
        seen.stage.name, seen.stage.deployment_id
    );
    let name = wanted.method.name();
    let Some(served) = served else {
        return format!("{stage} does not serve {name} yet");
    };
    let expected = contract.authorizer();
    let decided = served
        .authorizers
        .iter()
        .any(|authorizer| authorizer.uri == expected.uri);
    match (&wanted.target.decider, served.authorizers.first()) {
        (Decider::Gate, None) => format!("{stage} serves {name} without an authorizer"),
        (Decider::Gate, Some(other)) if !decided => {
            format!("{stage} serves {name} with the authorizer `{}`", other.name)
        }
        _ => format!(
            "{stage} serves {name} with other headers or another authorizer than the API has now"
        ),
    }
}
