//! The target of a method: its state once the gate is attached.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{Authorization, Integration, Method},
    contract::{Contract, HEADER_PARAMETER, header_parameter},
    record::{Before, Record},
};

/// The role of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The authorizer decides its requests.
    Decided,
    /// Excluded by name: it stays without the authorizer.
    Excluded,
    /// API Gateway answers it itself: a browser's preflight request.
    Preflight,
}

impl Role {
    /// The role of a method among those that were excluded by name.
    #[must_use]
    pub fn of(method: &Method, exclude: &BTreeSet<String>) -> Self {
        let mock = |integration: &Integration| integration.kind == "MOCK";
        if exclude.contains(&method.name()) {
            Self::Excluded
        } else if method.id.verb == "OPTIONS"
            && method.authorization.is_none()
            && method.integration.as_ref().is_some_and(mock)
        {
            Self::Preflight
        } else {
            Self::Decided
        }
    }
}

/// Who decides a method's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The authorizer of the attached version.
    Gate,
    /// The former authorization.
    As(Authorization),
}

/// The target of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Who decides.
    pub decider: Decider,
    /// All of the integration's parameters.
    pub parameters: BTreeMap<String, String>,
}

impl Target {
    /// The target of a method under a contract.
    #[must_use]
    pub fn attached(
        method: &Method,
        role: Role,
        contract: &Contract,
        record: &Record,
        before: &Before,
    ) -> Self {
        let none = BTreeMap::new();
        let headers = match (role, &method.integration) {
            (Role::Decided, Some(integration)) if integration.takes_mappings() => &contract.headers,
            (Role::Excluded, Some(integration)) if integration.takes_mappings() => {
                &contract.placeholders
            }
            _ => &none,
        };
        let mut parameters = as_before(method, record, before);
        // With a mapping of the same header in another case the backend would receive both.
        parameters.retain(|name, _| !same_header_as_one_of(name, headers));
        for (header, source) in headers {
            parameters.insert(header_parameter(header), source.clone());
        }
        Self {
            decider: match role {
                Role::Decided => Decider::Gate,
                Role::Excluded | Role::Preflight => Decider::As(before.authorization.clone()),
            },
            parameters,
        }
    }

    /// The former state of a method.
    #[must_use]
    pub fn detached(method: &Method, record: &Record, before: &Before) -> Self {
        Self {
            decider: Decider::As(before.authorization.clone()),
            parameters: as_before(method, record, before),
        }
    }
}

/// A method's parameters without those that attaching has written, and with those that it replaced.
fn as_before(method: &Method, record: &Record, before: &Before) -> BTreeMap<String, String> {
    let mut parameters = parameters_of(method).clone();
    parameters.retain(|name, value| !record.wrote(name, value));
    for (name, value) in &before.parameters {
        parameters
            .entry(name.clone())
            .or_insert_with(|| value.clone());
    }
    parameters
}

/// The parameters of a method's integration that set one of these headers in another spelling.
pub(crate) fn other_spellings<'a>(
    method: &'a Method,
    headers: &BTreeMap<String, String>,
) -> impl Iterator<Item = &'a String> {
    parameters_of(method).keys().filter(move |name| {
        same_header_as_one_of(name, headers)
            && !headers
                .keys()
                .any(|header| **name == header_parameter(header))
    })
}

/// A method's integration parameters; empty if it has no integration.
pub(crate) fn parameters_of(method: &Method) -> &BTreeMap<String, String> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    method
        .integration
        .as_ref()
        .map_or(&NONE, |integration| &integration.parameters)
}

fn same_header_as_one_of(parameter: &str, headers: &BTreeMap<String, String>) -> bool {
    parameter
        .strip_prefix(HEADER_PARAMETER)
        .is_some_and(|name| {
            headers
                .keys()
                .any(|header| header.eq_ignore_ascii_case(name))
        })
}
