//! The order in which one method is changed, so that it is safe at every step.
//!
//! Another deployment than ours may be made from the API at any moment. So at no step a header is mapped from the answer of
//! an authorizer that does not set it: mappings go before their authorizer does, and come after it.

use std::collections::BTreeMap;

use crate::{
    api::{Authorization, Method, Patch},
    contract::HEADER_PARAMETER,
    target::{Decider, Target, parameters_of},
};

/// One request to API Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Changes the method.
    Method(Vec<Patch>),
    /// Changes its integration.
    Integration(Vec<Patch>),
}

/// The steps from a method as it was seen to what it is to be like; `authorizer` is the id of the gate's.
#[must_use]
pub(crate) fn steps(seen: &Method, target: &Target, authorizer: &str) -> Vec<Step> {
    let wanted = match &target.decider {
        Decider::Gate => Authorization::by(authorizer),
        Decider::As(authorization) => authorization.clone(),
    };
    let authorization = authorization_patches(&seen.authorization, &wanted);
    let parameters = parameters_of(seen);
    let steps = if target.decider == Decider::Gate {
        // What the new version does not set goes first, what only it sets comes last.
        let kept = without_stale(parameters, &target.parameters);
        vec![
            Step::Integration(parameter_patches(parameters, &kept)),
            Step::Method(authorization),
            Step::Integration(parameter_patches(&kept, &target.parameters)),
        ]
    } else {
        vec![
            Step::Integration(parameter_patches(parameters, &target.parameters)),
            Step::Method(authorization),
        ]
    };
    steps
        .into_iter()
        .filter(|step| match step {
            Step::Method(patches) | Step::Integration(patches) => !patches.is_empty(),
        })
        .collect()
}

/// The parameters without mappings from an authorizer's answer that are to go or to change.
fn without_stale(
    found: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut kept = found.clone();
    kept.retain(|name, value| {
        !value.starts_with("context.authorizer.") || wanted.get(name) == Some(value)
    });
    kept
}

fn authorization_patches(found: &Authorization, wanted: &Authorization) -> Vec<Patch> {
    let mut patches = Vec::new();
    if found.kind != wanted.kind {
        patches.push(Patch::Replace(
            "/authorizationType".to_owned(),
            wanted.kind.clone(),
        ));
    }
    if found.authorizer_id != wanted.authorizer_id {
        // An empty id takes the authorizer off.
        patches.push(Patch::Replace(
            "/authorizerId".to_owned(),
            wanted.authorizer_id.clone().unwrap_or_default(),
        ));
    }
    let scopes = "/authorizationScopes".to_owned();
    for scope in found
        .scopes
        .iter()
        .filter(|scope| !wanted.scopes.contains(scope))
    {
        patches.push(Patch::RemoveValue(scopes.clone(), scope.clone()));
    }
    for scope in wanted
        .scopes
        .iter()
        .filter(|scope| !found.scopes.contains(scope))
    {
        patches.push(Patch::Add(scopes.clone(), scope.clone()));
    }
    patches
}

fn parameter_patches(
    found: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Vec<Patch> {
    let path = |name: &str| format!("/requestParameters/{}", escaped(name));
    let removed = found
        .keys()
        .filter(|name| !wanted.contains_key(*name))
        .map(|name| Patch::Remove(path(name)));
    let set = wanted
        .iter()
        .filter_map(|(name, value)| match found.get(name) {
            None => Some(Patch::Add(path(name), value.clone())),
            Some(there) if there != value => Some(Patch::Replace(path(name), value.clone())),
            Some(_) => None,
        });
    removed.chain(set).collect()
}

/// A name as it stands in a JSON Pointer: <https://www.rfc-editor.org/rfc/rfc6901#section-3>.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A parameter as people know it: the header's name, else the parameter's.
#[must_use]
pub(crate) fn shown_parameter(name: &str) -> &str {
    name.strip_prefix(HEADER_PARAMETER).unwrap_or(name)
}
