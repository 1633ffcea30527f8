//! The record: the state of an API before the gate was attached, and what attaching has written.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    api::{Answer, Authorization, GatewayResponse, Method, MethodId},
    digest::short_digest,
};

/// The format of the record that this program reads and writes.
const FORMAT: u32 = 1;

/// The state of an API before the gate was attached, and what attaching has written since.
///
/// It is written before the first change, so that a run that was interrupted can be continued or undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    format: u32,
    /// Whether there are changes that the stage may not serve yet.
    pub pending: bool,
    /// The methods that stay without the authorizer.
    pub exclude: BTreeSet<String>,
    /// Every value that attaching has written to an integration's parameter; `None` where it removed one.
    pub written: BTreeMap<String, BTreeSet<String>>,
    /// The methods, grouped by their former state.
    methods: Vec<Alike>,
    /// The gateway responses by type.
    pub gateway_responses: BTreeMap<String, RecordedAnswer>,
}

/// The former state of a method, as far as attaching changes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Before {
    /// Its authorization.
    pub authorization: Authorization,
    /// The former values of the integration's parameters that attaching has written or removed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// Methods with the same former state, so that the record of a large API stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Alike {
    before: Before,
    /// HTTP methods by the resource's id.
    methods: BTreeMap<String, BTreeSet<String>>,
}

/// A gateway response before attaching, and what attaching has written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedAnswer {
    /// Its former state.
    pub before: Answer,
    /// Digests of all that attaching has written.
    pub written: BTreeSet<String>,
}

impl Record {
    /// A record of an API to which nothing was attached.
    #[must_use]
    pub fn new() -> Self {
        Self {
            format: FORMAT,
            pending: false,
            exclude: BTreeSet::new(),
            written: BTreeMap::new(),
            methods: Vec::new(),
            gateway_responses: BTreeMap::new(),
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Why this program cannot use it, as a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let record: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if record.format == FORMAT {
            Ok(record)
        } else {
            Err("it was written by another release of oathgate: use that one".to_owned())
        }
    }

    /// The former state of each method.
    #[must_use]
    pub fn methods(&self) -> BTreeMap<MethodId, Before> {
        let mut found = BTreeMap::new();
        for alike in &self.methods {
            for (resource, verbs) in &alike.methods {
                for verb in verbs {
                    let id = MethodId {
                        resource: resource.clone(),
                        verb: verb.clone(),
                    };
                    found.insert(id, alike.before.clone());
                }
            }
        }
        found
    }

    /// Sets the former state of each method.
    pub fn set_methods(&mut self, methods: &BTreeMap<MethodId, Before>) {
        let mut groups: BTreeMap<&Before, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (id, before) in methods {
            groups
                .entry(before)
                .or_default()
                .entry(id.resource.clone())
                .or_default()
                .insert(id.verb.clone());
        }
        self.methods = groups
            .into_iter()
            .map(|(before, methods)| Alike {
                before: before.clone(),
                methods,
            })
            .collect();
    }

    /// Records that a value may be written to a parameter; `None` if the parameter may be removed.
    pub fn note_written(&mut self, parameter: &str, value: Option<&str>) {
        let values = self.written.entry(parameter.to_owned()).or_default();
        values.extend(value.map(str::to_owned));
    }

    /// Whether attaching has written this value to this parameter.
    #[must_use]
    pub fn wrote(&self, parameter: &str, value: &str) -> bool {
        self.written
            .get(parameter)
            .is_some_and(|values| values.contains(value))
    }

    /// Whether attaching has written this gateway response.
    #[must_use]
    pub fn wrote_response(&self, response_type: &str, found: &Answer) -> bool {
        let Answer::Own(response) = found else {
            return false;
        };
        self.gateway_responses
            .get(response_type)
            .is_some_and(|recorded| recorded.written.contains(&digest_of(response)))
    }
}

impl Default for Record {
    fn default() -> Self {
        Self::new()
    }
}

impl Before {
    /// The state of a method that attaching has not changed.
    #[must_use]
    pub fn of(method: &Method) -> Self {
        Self {
            authorization: method.authorization.clone(),
            parameters: BTreeMap::new(),
        }
    }
}

/// A digest of a gateway response, which does not depend on the order of its members.
#[must_use]
pub(crate) fn digest_of(response: &GatewayResponse) -> String {
    // Its maps are sorted, so equal responses have the same text.
    let text = serde_json::to_string(response).unwrap_or_default();
    short_digest(&text, 8)
}
