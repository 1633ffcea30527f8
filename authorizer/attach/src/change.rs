//! One change to an API, with what was seen when it was planned.

use std::collections::BTreeMap;

use crate::{
    api::{Answer, Authorization, AuthorizerSettings, Method},
    steps::shown_parameter,
    target::{Decider, Role, Target, parameters_of},
};

/// One change of a plan, in the order in which they are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Creates the authorizer of the version that is attached.
    CreateAuthorizer {
        /// Its name.
        name: String,
        /// What it calls, and how.
        settings: AuthorizerSettings,
    },
    /// Sets what API Gateway answers itself in one case.
    GatewayResponse {
        /// The case.
        response_type: String,
        /// What it is.
        seen: Answer,
        /// What it is to be.
        target: Answer,
    },
    /// Changes a method and its integration.
    Method {
        /// What it is.
        seen: Method,
        /// What it is to be.
        target: Target,
        /// What the gate has to do with it.
        role: Role,
    },
    /// Makes a deployment and points the stage to it.
    Deploy {
        /// The deployment's description.
        description: String,
    },
    /// Deletes an authorizer that no stage needs any more.
    DeleteAuthorizer {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
}

/// What the lines of a plan need besides the change.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// The name of the gate's authorizer.
    pub authorizer: &'a str,
    /// The names of the API's authorizers by id.
    pub names: &'a BTreeMap<String, String>,
    /// The stage that is pointed to a new deployment.
    pub stage: &'a str,
    /// The deployment that it serves.
    pub deployment: &'a str,
}

impl Change {
    /// The change in lines for people: what it is about, and below it what becomes of what.
    #[must_use]
    pub fn lines(&self, wording: Wording<'_>) -> Vec<String> {
        match self {
            Self::CreateAuthorizer { name, settings } => vec![
                format!("+ authorizer {name}"),
                format!(
                    "    calls          {}",
                    settings.uri.as_deref().unwrap_or_default()
                ),
                "    keeps answers  never".to_owned(),
            ],
            Self::GatewayResponse {
                response_type,
                seen,
                target,
            } => vec![
                format!("~ gateway response {response_type}"),
                format!("    {seen} -> {target}"),
            ],
            Self::Method { seen, target, role } => method_lines(seen, target, *role, wording),
            Self::Deploy { .. } => vec![
                "+ deployment".to_owned(),
                format!(
                    "    stage {}  {} -> the new deployment, when everything else is done",
                    wording.stage, wording.deployment
                ),
            ],
            Self::DeleteAuthorizer { name, .. } => vec![format!("- authorizer {name}")],
        }
    }
}

fn method_lines(seen: &Method, target: &Target, role: Role, wording: Wording<'_>) -> Vec<String> {
    let excluded = if role == Role::Excluded {
        "  (excluded)"
    } else {
        ""
    };
    let mut lines = vec![format!("~ {}{excluded}", seen.name())];
    let wanted = match &target.decider {
        Decider::Gate => wording.authorizer.to_owned(),
        Decider::As(authorization) => shown(authorization, wording.names),
    };
    let found = shown(&seen.authorization, wording.names);
    if found != wanted {
        lines.push(format!("    authorization  {found} -> {wanted}"));
    }
    let parameters = parameters_of(seen);
    for (name, value) in parameters {
        if !target.parameters.contains_key(name) {
            lines.push(format!(
                "    {}  {value} -> the client's own",
                shown_parameter(name)
            ));
        }
    }
    for (name, value) in &target.parameters {
        let found = parameters.get(name);
        if found != Some(value) {
            let found = found.map_or("the client's own", String::as_str);
            lines.push(format!("    {}  {found} -> {value}", shown_parameter(name)));
        }
    }
    lines
}

/// Who may call a method, for people.
fn shown(authorization: &Authorization, names: &BTreeMap<String, String>) -> String {
    match &authorization.authorizer_id {
        Some(id) => names.get(id).unwrap_or(id).clone(),
        None => authorization.kind.clone(),
    }
}
