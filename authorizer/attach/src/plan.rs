//! What is to be changed of an API, made from what is there alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{Authorizer, Method},
    change::{Change, Wording},
    contract::Contract,
    record::Record,
    seen::Seen,
};

/// What people may say about an API beside the contract.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Methods to leave without the authorizer: `GET /health`. Where there are none, those of the last run stay so.
    pub exclude: Vec<String>,
    /// Forget the methods that an earlier run was told to exclude.
    pub exclude_none: bool,
    /// Put the gate in place of other authorizers.
    pub replace_authorizers: bool,
    /// Deploy changes that others have made to the API and not deployed yet.
    pub deploy_pending: bool,
}

/// What becomes of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordChange {
    /// It stays as it is.
    Keep,
    /// It is written before the first change.
    Save(Box<Record>),
    /// It is removed after the last change.
    Remove(Box<Record>),
}

/// Changes to an API in the order in which they are made, and why they can't be, where they can't.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Why nothing may be changed.
    pub refusals: Vec<String>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// The changes.
    pub changes: Vec<Change>,
    /// What becomes of the record.
    pub record: RecordChange,
    /// The id of the gate's authorizer, where it is there already.
    pub authorizer: Option<String>,
}

impl Plan {
    /// The plan in lines for people.
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

/// Why nothing is changed where the gate is attached and nobody knows what was there before.
pub(crate) const RECORD_MISSING: &str = "the API has an authorizer of this gate, and the record of what was there before is missing: restore it, or take the authorizer off by hand. An API that is deployed from code needs --format and --verify alone";

/// The authorizers of a gate among those of an API.
pub(crate) fn ours<'a>(seen: &'a Seen, contract: &Contract) -> Vec<&'a Authorizer> {
    let prefix = contract.authorizer_prefix();
    let of_gate = |authorizer: &&Authorizer| authorizer.name.starts_with(&prefix);
    seen.authorizers.iter().filter(of_gate).collect()
}

/// Whether one of these authorizers decides about a method.
pub(crate) fn decide(authorizers: &[&Authorizer], method: &Method) -> bool {
    let id = method.authorization.authorizer_id.as_deref();
    id.is_some_and(|id| authorizers.iter().any(|authorizer| authorizer.id == id))
}

/// The authorizer that asks the contract's version, as it has to be asked.
pub(crate) fn current<'a>(seen: &'a Seen, contract: &Contract) -> Option<&'a Authorizer> {
    let settings = contract.authorizer();
    ours(seen, contract)
        .into_iter()
        .find(|authorizer| authorizer.settings == settings)
}

/// A name for the authorizer that no other has: one that was changed by others is left alone.
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

/// What others have changed of the API that its stage does not serve yet: a deployment would take it along.
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
            found.push(format!("{name} is gone"));
        }
    }
    found
}

/// What is worth knowing of the API's stage before it is pointed to another deployment.
pub(crate) fn stage_notes(seen: &Seen) -> Vec<String> {
    let mut notes = Vec::new();
    let names: Vec<&str> = seen.other_stages.keys().map(String::as_str).collect();
    if !names.is_empty() {
        notes.push(format!(
            "the API's other stages ({}) keep serving what they do; the next deployment to them takes these changes along",
            names.join(", ")
        ));
    }
    if seen.stage.caches {
        notes.push(format!(
            "stage `{}` keeps answers of the backend: an answer that depends on who asks must not be kept",
            seen.stage.name
        ));
    }
    notes
}

/// Why the stage may not be pointed to another deployment.
pub(crate) fn stage_refusals(seen: &Seen, options: &Options) -> Vec<String> {
    let mut refusals = Vec::new();
    if seen.stage.canary {
        refusals.push(format!(
            "stage `{}` serves a canary: promote or delete it first, since a part of the requests would not be decided",
            seen.stage.name
        ));
    }
    for method in seen.methods.values() {
        if method.integration.is_none() {
            refusals.push(format!(
                "{} has no integration, and API Gateway deploys no API with such a method: give it one, or delete it",
                method.name()
            ));
        }
    }
    let pending = pending(seen);
    if !pending.is_empty() && !options.deploy_pending {
        refusals.push(format!(
            "the API was changed since its stage `{}` was deployed, and a deployment would take that along ({}): deploy the API first, or say --deploy-pending",
            seen.stage.name,
            pending.join(", ")
        ));
    }
    refusals
}
