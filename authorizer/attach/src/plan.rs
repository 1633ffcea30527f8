//! The changes to an API, computed from its present state alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{Authorizer, Method},
    change::{Change, Wording},
    contract::Contract,
    record::Record,
    seen::Seen,
};

/// The options of a run, besides the contract.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Methods to leave without the authorizer: `GET /health`. Where there are none, those of the last run are kept.
    pub exclude: Vec<String>,
    /// Drop the methods that an earlier run excluded.
    pub exclude_none: bool,
    /// Replace other authorizers by the gate's.
    pub replace_authorizers: bool,
    /// Deploy changes that others have made to the API and not deployed yet.
    pub deploy_pending: bool,
}

/// What happens to the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordChange {
    /// It is not changed.
    Keep,
    /// It is written before the first change.
    Save(Box<Record>),
    /// It is removed after the last change.
    Remove(Box<Record>),
}

/// Changes to an API in their order, or why they cannot be made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Why nothing may be changed; empty if the changes can be made.
    pub refusals: Vec<String>,
    /// Notes for the user.
    pub notes: Vec<String>,
    /// The changes.
    pub changes: Vec<Change>,
    /// What happens to the record.
    pub record: RecordChange,
    /// The id of the gate's authorizer, if it exists already.
    pub authorizer: Option<String>,
}

impl Plan {
    /// The plan as lines of text.
    #[must_use]
    pub fn lines(&self, seen: &Seen, contract: &Contract) -> Vec<String> {
        let names: BTreeMap<String, String> = seen
            .authorizers
            .iter()
            .map(|authorizer| (authorizer.id.clone(), authorizer.name.clone()))
            .collect();
        let created = self.changes.iter().find_map(|change| match change {
            Change::CreateAuthorizer { name, .. } => Some(name.clone()),
            _ => None,
        });
        let authorizer = created
            .or_else(|| {
                self.authorizer
                    .as_ref()
                    .and_then(|id| names.get(id))
                    .cloned()
            })
            .unwrap_or_else(|| contract.authorizer_name());
        let wording = Wording {
            authorizer: &authorizer,
            names: &names,
            stage: &seen.stage.name,
            deployment: &seen.stage.deployment_id,
        };
        let changes = self.changes.iter().flat_map(|change| change.lines(wording));
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let refusals = self
            .refusals
            .iter()
            .map(|refusal| format!("error: {refusal}"));
        changes.chain(notes).chain(refusals).collect()
    }
}

/// The refusal where the gate is attached and the record is missing.
pub(crate) const RECORD_MISSING: &str = "the API has an authorizer of this gate, and the record of the API's former state is missing: restore it, or remove the authorizer by hand. An API that is deployed from code needs only --format and --verify";

/// The authorizers of a gate among those of an API.
pub(crate) fn ours<'a>(seen: &'a Seen, contract: &Contract) -> Vec<&'a Authorizer> {
    let prefix = contract.authorizer_prefix();
    let of_gate = |authorizer: &&Authorizer| authorizer.name.starts_with(&prefix);
    seen.authorizers.iter().filter(of_gate).collect()
}

/// Whether one of these authorizers decides a method.
pub(crate) fn decide(authorizers: &[&Authorizer], method: &Method) -> bool {
    let id = method.authorization.authorizer_id.as_deref();
    id.is_some_and(|id| authorizers.iter().any(|authorizer| authorizer.id == id))
}

/// The authorizer with the settings that the contract requires.
pub(crate) fn current<'a>(seen: &'a Seen, contract: &Contract) -> Option<&'a Authorizer> {
    let settings = contract.authorizer();
    ours(seen, contract)
        .into_iter()
        .find(|authorizer| authorizer.settings == settings)
}

/// A name for the authorizer that no other has: one that others have changed is not touched.
pub(crate) fn free_name(seen: &Seen, contract: &Contract) -> String {
    let name = contract.authorizer_name();
    let taken: BTreeSet<&str> = seen
        .authorizers
        .iter()
        .map(|authorizer| authorizer.name.as_str())
        .collect();
    let mut free = name.clone();
    let mut number = 2;
    while taken.contains(free.as_str()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

/// The changes of others to the API that its stage does not serve yet: a deployment would include them.
pub(crate) fn pending(seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    let by_name: BTreeMap<String, &Method> = seen
        .methods
        .values()
        .map(|method| (method.name(), method))
        .collect();
    for (name, method) in &by_name {
        let Some(served) = seen.served.methods.get(name) else {
            found.push(format!("{name} is new"));
            continue;
        };
        let integration = method.integration.as_ref();
        let kind = integration.map(|integration| integration.kind.as_str());
        let uri = integration
            .and_then(|integration| integration.uri.as_deref())
            .filter(|uri| !uri.is_empty());
        let served_uri = served.uri.as_deref().filter(|uri| !uri.is_empty());
        if kind != served.integration.as_deref() || uri != served_uri {
            found.push(format!("{name} has another backend"));
        }
    }
    for name in seen.served.methods.keys() {
        if !by_name.contains_key(name) {
            found.push(format!("{name} was deleted"));
        }
    }
    found
}

/// Notes on the API's stage before it gets another deployment.
pub(crate) fn stage_notes(seen: &Seen) -> Vec<String> {
    let mut notes = Vec::new();
    let names: Vec<&str> = seen.other_stages.keys().map(String::as_str).collect();
    if !names.is_empty() {
        notes.push(format!(
            "the API's other stages ({}) are not changed; the next deployment to them includes these changes",
            names.join(", ")
        ));
    }
    if seen.stage.caches {
        notes.push(format!(
            "stage `{}` caches the backend's responses: a response that depends on the client must not be cached",
            seen.stage.name
        ));
    }
    notes
}

/// Why the stage must not get another deployment.
pub(crate) fn stage_refusals(seen: &Seen, options: &Options) -> Vec<String> {
    let mut refusals = Vec::new();
    if seen.stage.canary {
        refusals.push(format!(
            "stage `{}` serves a canary: promote or delete it first, because some requests would not be decided",
            seen.stage.name
        ));
    }
    for method in seen.methods.values() {
        if method.integration.is_none() {
            refusals.push(format!(
                "{} has no integration, and API Gateway does not deploy an API with such a method: add one, or delete the method",
                method.name()
            ));
        }
    }
    let pending = pending(seen);
    if !pending.is_empty() && !options.deploy_pending {
        refusals.push(format!(
            "the API was changed since its stage `{}` was deployed, and a deployment would include these changes ({}): deploy the API first, or pass --deploy-pending",
            seen.stage.name,
            pending.join(", ")
        ));
    }
    refusals
}
