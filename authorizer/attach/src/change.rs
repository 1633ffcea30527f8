//! One change to an API, with the state that it was planned from.

use std::collections::BTreeMap;

use crate::{
    api::{Answer, Authorization, AuthorizerSettings, Method},
    steps::shown_parameter,
    target::{Decider, Role, Target, parameters_of},
};

/// One change of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Creates the authorizer of the attached version.
    CreateAuthorizer {
        /// Its name.
        name: String,
        /// Its settings.
        settings: AuthorizerSettings,
    },
    /// Sets a gateway response.
    GatewayResponse {
        /// Its type.
        response_type: String,
        /// The value that was read.
        seen: Answer,
        /// The value to set.
        target: Answer,
    },
    /// Changes a method and its integration.
    Method {
        /// The value that was read.
        seen: Method,
        /// The value to set.
        target: Target,
        /// The role of the method.
        role: Role,
    },
    /// Makes a deployment and points the stage to it.
    Deploy {
        /// The deployment's description.
        description: String,
    },
    /// Deletes an authorizer that no stage uses any more.
    DeleteAuthorizer {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
}

/// The names that the lines of a plan contain besides those of the change.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// The name of the gate's authorizer.
    pub authorizer: &'a str,
    /// The names of the API's authorizers by id.
    pub names: &'a BTreeMap<String, String>,
    /// The stage that gets a new deployment.
    pub stage: &'a str,
    /// The deployment that it serves now.
    pub deployment: &'a str,
}

impl Change {
    /// The change as lines of text: its subject, and below it each value before and after.
    #[must_use]
    pub fn lines(&self, wording: Wording<'_>) -> Vec<String> {
        match self {
            Self::CreateAuthorizer { name, settings } => vec![
                format!("+ authorizer {name}"),
                format!(
                    "    calls          {}",
                    settings.uri.as_deref().unwrap_or_default()
                ),
                "    caches results  never".to_owned(),
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
                    "    stage {}  {} -> the new deployment, after all other changes",
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

/// The authorization of a method as text.
fn shown(authorization: &Authorization, names: &BTreeMap<String, String>) -> String {
    match &authorization.authorizer_id {
        Some(id) => names.get(id).unwrap_or(id).clone(),
        None => authorization.kind.clone(),
    }
}
