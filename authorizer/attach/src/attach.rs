//! The plan that attaches the gate to an API.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{Answer, Authorization, Method, MethodId},
    change::Change,
    contract::{Contract, header_parameter},
    plan::{
        Options, Plan, RECORD_MISSING, RecordChange, current, decide, free_name, ours, stage_notes,
        stage_refusals,
    },
    record::{Before, Record, RecordedAnswer, digest_of},
    seen::Seen,
    served::ServedMethod,
    target::{Decider, Role, Target, other_spellings, parameters_of},
};

/// A method and its target.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The method.
    pub method: &'a Method,
    /// Its role.
    pub role: Role,
    /// Its target.
    pub target: Target,
}

/// The target of the whole API, and the record that belongs to it.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// Every method.
    pub methods: Vec<Wanted<'a>>,
    /// The record to write before the first change.
    pub record: Record,
    /// Notes for the user.
    pub notes: Vec<String>,
    /// Why the target cannot be reached.
    pub refusals: Vec<String>,
}

/// The target of an API under a contract.
#[must_use]
pub fn wish<'a>(
    seen: &'a Seen,
    contract: &Contract,
    record: Option<&Record>,
    options: &Options,
) -> Wish<'a> {
    let mut refusals = Vec::new();
    let mut notes = Vec::new();
    let old = record.cloned().unwrap_or_default();
    let exclude = excluded(seen, contract, &old, options, &mut refusals);
    let gate = ours(seen, contract);
    let mut new = old.clone();
    let recorded = old.methods();
    let mut befores: BTreeMap<MethodId, Before> = BTreeMap::new();
    let headers = |role| match role {
        Role::Excluded => &contract.placeholders,
        Role::Decided | Role::Preflight => &contract.headers,
    };
    for (id, method) in &seen.methods {
        let role = Role::of(method, &exclude);
        if role == Role::Preflight && !recorded.contains_key(id) {
            continue;
        }
        let known = recorded.get(id);
        let mut before = known.cloned().unwrap_or_else(|| Before::of(method));
        if !decide(&gate, method) {
            // An authorizer that someone else has set meanwhile is restored on detaching.
            if role != Role::Decided || !method.authorization.is_none() {
                before.authorization = method.authorization.clone();
            }
            if role == Role::Decided
                && !method.authorization.is_none()
                && !options.replace_authorizers
            {
                refusals.push(other_authorizer(seen, method));
            }
        } else if known.is_none() {
            before.authorization = Authorization::none();
            notes.push(format!(
                "{} was given the gate's authorizer by someone else: --detach leaves it without one",
                method.name()
            ));
        }
        let takes = method
            .integration
            .as_ref()
            .is_some_and(|integration| integration.takes_mappings());
        if takes {
            let headers = headers(role);
            let named: BTreeSet<String> =
                headers.keys().map(|name| header_parameter(name)).collect();
            let spelled: BTreeSet<String> = other_spellings(method, headers).cloned().collect();
            for name in named.union(&spelled) {
                let touched = known.is_some() && old.written.contains_key(name);
                if let Some(value) = parameters_of(method).get(name)
                    && !touched
                    && !old.wrote(name, value)
                {
                    before.parameters.insert(name.clone(), value.clone());
                }
            }
            for name in &spelled {
                new.note_written(name, None);
            }
        } else if role == Role::Decided
            && let Some(reads) = reads_context(method)
        {
            if contract.replaces_forged_headers {
                refusals.push(format!(
                    "{} passes the client's headers on unchanged, and the gate's stage has `forgedHeaders: replace`, so forged ones would reach the backend: exclude the method, or set `forgedHeaders: refuse`",
                    method.name()
                ));
            }
            notes.push(format!("{} {reads}", method.name()));
        }
        befores.insert(id.clone(), before);
    }
    for headers in [&contract.headers, &contract.placeholders] {
        for (header, source) in headers {
            new.note_written(&header_parameter(header), Some(source));
        }
    }
    new.exclude = exclude;
    // A deleted method needs no record: a new one with its name has another id.
    new.set_methods(&befores);
    for (response_type, response) in &contract.gateway_responses {
        let recorded = new
            .gateway_responses
            .entry(response_type.clone())
            .or_insert_with(|| RecordedAnswer {
                before: seen.gateway_response(response_type).clone(),
                written: BTreeSet::new(),
            });
        recorded.written.insert(digest_of(response));
    }

    let methods = seen
        .methods
        .values()
        .map(|method| {
            let role = Role::of(method, &new.exclude);
            let before = befores
                .get(&method.id)
                .cloned()
                .unwrap_or_else(|| Before::of(method));
            Wanted {
                method,
                role,
                target: Target::attached(method, role, contract, &new, &before),
            }
        })
        .collect();
    Wish {
        methods,
        record: new,
        notes,
        refusals,
    }
}

/// The plan that attaches the gate, or that repairs its attachment.
#[must_use]
pub fn plan(seen: &Seen, contract: &Contract, record: Option<&Record>, options: &Options) -> Plan {
    let wish = wish(seen, contract, record, options);
    let authorizer = current(seen, contract);
    let mut changes = Vec::new();
    if authorizer.is_none() {
        changes.push(Change::CreateAuthorizer {
            name: free_name(seen, contract),
            settings: contract.authorizer(),
        });
    }
    for (response_type, response) in &contract.gateway_responses {
        let found = seen.gateway_response(response_type);
        let target = Answer::Own(response.clone());
        // If this was its former state too, detaching must restore the same: nothing to do.
        if *found != target {
            changes.push(Change::GatewayResponse {
                response_type: response_type.clone(),
                seen: found.clone(),
                target,
            });
        }
    }
    let authorizer_id = authorizer.map(|authorizer| authorizer.id.clone());
    for wanted in &wish.methods {
        if differs(wanted, authorizer_id.as_deref()) {
            changes.push(Change::Method {
                seen: wanted.method.clone(),
                target: wanted.target.clone(),
                role: wanted.role,
            });
        }
    }
    let pending = record.is_some_and(|record| record.pending);
    if !changes.is_empty() || pending || !unserved(seen, contract, &wish).is_empty() {
        changes.push(Change::Deploy {
            description: format!("oathgate {} version {}", contract.gate, contract.version()),
        });
    }
    changes.extend(stale_authorizers(seen, contract, authorizer_id.as_deref()));

    let mut refusals = wish.refusals;
    if record.is_none() && !ours(seen, contract).is_empty() {
        refusals.push(RECORD_MISSING.to_owned());
    }
    let mut notes = wish.notes;
    if changes
        .iter()
        .any(|change| matches!(change, Change::Deploy { .. }))
    {
        refusals.extend(stage_refusals(seen, options));
        notes.extend(stage_notes(seen));
    }
    let unchanged = changes.is_empty() && record == Some(&wish.record);
    Plan {
        refusals,
        notes,
        changes,
        record: if unchanged {
            RecordChange::Keep
        } else {
            RecordChange::Save(Box::new(wish.record))
        },
        authorizer: authorizer_id,
    }
}

/// The methods that the stage serves differently from their target, by name.
pub fn unserved<'a>(
    seen: &'a Seen,
    contract: &Contract,
    wish: &'a Wish<'_>,
) -> Vec<(&'a Wanted<'a>, Option<&'a ServedMethod>)> {
    wish.methods
        .iter()
        .filter_map(|wanted| {
            let served = seen.served.methods.get(&wanted.method.name());
            let fine =
                served.is_some_and(|served| is_served_as(served, wanted, contract, &wish.record));
            (!fine).then_some((wanted, served))
        })
        .collect()
}

/// Whether a stage serves a method's target.
fn is_served_as(
    served: &ServedMethod,
    wanted: &Wanted<'_>,
    contract: &Contract,
    record: &Record,
) -> bool {
    let settings = contract.authorizer();
    let decided = match wanted.target.decider {
        Decider::Gate => served.authorizers.iter().any(|authorizer| {
            authorizer.uri == settings.uri
                && authorizer.ttl.is_none_or(|ttl| ttl == 0)
                && authorizer.identity_source.is_empty()
        }),
        Decider::As(_) => !served
            .authorizers
            .iter()
            .any(|authorizer| authorizer.name.starts_with(&contract.authorizer_prefix())),
    };
    decided
        && record
            .written
            .keys()
            .all(|name| served.parameters.get(name) == wanted.target.parameters.get(name))
}

fn differs(wanted: &Wanted<'_>, authorizer: Option<&str>) -> bool {
    let decided = match &wanted.target.decider {
        Decider::Gate => {
            authorizer.is_some_and(|id| wanted.method.authorization == Authorization::by(id))
        }
        Decider::As(authorization) => wanted.method.authorization == *authorization,
    };
    !decided || *parameters_of(wanted.method) != wanted.target.parameters
}

/// Earlier authorizers of the gate that neither the API nor its stage uses any more. The one that is served is kept for a
/// while, because a deployment takes a moment to propagate.
fn stale_authorizers(seen: &Seen, contract: &Contract, current: Option<&str>) -> Vec<Change> {
    if current.is_some() {
        // The previous one is kept until the next version, so that a second run changes nothing.
        return Vec::new();
    }
    let served = seen.served_authorizers();
    ours(seen, contract)
        .into_iter()
        .filter(|authorizer| !served.contains(authorizer.name.as_str()))
        .map(|authorizer| Change::DeleteAuthorizer {
            id: authorizer.id.clone(),
            name: authorizer.name.clone(),
        })
        .collect()
}

/// The methods that stay without the authorizer.
fn excluded(
    seen: &Seen,
    contract: &Contract,
    record: &Record,
    options: &Options,
    refusals: &mut Vec<String>,
) -> BTreeSet<String> {
    let requested = if options.exclude_none || !options.exclude.is_empty() {
        options.exclude.iter().cloned().collect()
    } else {
        record.exclude.clone()
    };
    let names: BTreeSet<String> = seen.methods.values().map(Method::name).collect();
    let mut exclude = BTreeSet::new();
    for text in requested.union(&contract.exclude) {
        let name = match text.trim().split_once(' ') {
            Some((verb, path)) => format!("{} {}", verb.to_uppercase(), path.trim()),
            None => text.clone(),
        };
        if names.contains(&name) {
            exclude.insert(name);
        } else if !record.exclude.contains(&name) {
            let meant = names
                .iter()
                .max_by(|one, other| {
                    let near = |known: &str| strsim::jaro_winkler(known, &name);
                    near(one).total_cmp(&near(other))
                })
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            refusals.push(format!("the API has no method `{text}` to exclude{meant}"));
        }
    }
    exclude
}

fn other_authorizer(seen: &Seen, method: &Method) -> String {
    let by = match &method.authorization.authorizer_id {
        Some(id) => format!("the authorizer `{}`", seen.authorizer_name(id)),
        None => format!("`{}`", method.authorization.kind),
    };
    let name = method.name();
    format!(
        "{by} decides {name}: exclude it with --exclude '{name}', or replace its authorizer with --replace-authorizers"
    )
}

/// How a backend whose headers cannot be set receives the gate's values; `None` for other backends.
fn reads_context(method: &Method) -> Option<&'static str> {
    match method.integration.as_ref()?.kind.as_str() {
        "AWS_PROXY" => Some(
            "is a Lambda proxy, whose headers cannot be set: the function reads `event.requestContext.authorizer`",
        ),
        "AWS" => Some(
            "calls an AWS service, whose headers are not set: its template reads `$context.authorizer`",
        ),
        _ => None,
    }
}
