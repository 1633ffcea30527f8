//! The order in which one method is changed, which is safe at every step.
//!
//! Others may deploy the API at any moment. So at no step is a header mapped from the context of an authorizer that does not
//! set it: mappings are removed before their authorizer, and added after it.

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

/// The steps from a method's state to its target; `authorizer` is the id of the gate's authorizer.
#[must_use]
pub(crate) fn steps(seen: &Method, target: &Target, authorizer: &str) -> Vec<Step> {
    let wanted = match &target.decider {
        Decider::Gate => Authorization::by(authorizer),
        Decider::As(authorization) => authorization.clone(),
    };
    let authorization = authorization_patches(&seen.authorization, &wanted);
    let parameters = parameters_of(seen);
    let steps = if target.decider == Decider::Gate {
        // Headers that the new version does not set are removed first, those that only it sets are added last.
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

/// The parameters without the mappings from an authorizer's context that are to be removed or changed.
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
        // An empty id removes the authorizer.
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

/// A name as a token of a JSON Pointer: <https://www.rfc-editor.org/rfc/rfc6901#section-3>.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name of a parameter in messages: the header's, else its own.
#[must_use]
pub(crate) fn shown_parameter(name: &str) -> &str {
    name.strip_prefix(HEADER_PARAMETER).unwrap_or(name)
}
