//! What the pipeline learns about a request: Oathkeeper's `AuthenticationSession`.

use std::{collections::BTreeMap, sync::Arc};

use oathgate_gotemplate::Value;

use oathgate_gostd::{Header, Url};

/// The state that authenticators fill in, authorizers read and mutators turn into headers.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Who is asking.
    pub subject: String,
    /// What the authenticator learned; `None` is Go's nil map.
    pub extra: Option<Arc<BTreeMap<String, Value>>>,
    /// The headers the granted request will carry.
    pub header: Header,
    /// Canonical names of the headers that handlers set themselves, never those copied from the client.
    pub vouched: Vec<String>,
    /// Set once `noop` made the session's headers the request's own: what later mutators set, the
    /// request then carries too.
    pub shares_request_header: bool,
    /// What the rule matched.
    pub match_context: Arc<MatchContext>,
    /// How many answers of services were known already.
    pub cache_hits: u32,
    /// What failed and was worked around, for the log: never an address or a secret.
    pub worked_around: Option<String>,
}

/// What a template reads as `.MatchContext`.
#[derive(Clone, Debug, Default)]
pub struct MatchContext {
    /// The text each `<…>` of the rule's URL matched; `None` where a hydrator took it away.
    pub regexp_capture_groups: Option<Vec<String>>,
    /// The URL that was asked for; `None` where a hydrator took it away.
    pub url: Option<Url>,
    /// The method of the request.
    pub method: String,
    /// The headers of the request.
    pub header: Header,
}

impl Session {
    /// Sets a header that the gate vouches for, replacing what was there.
    pub fn set_header(&mut self, name: &str, value: impl AsRef<str>) {
        let name = oathgate_gostd::canonical_header_name(name);
        if !self.vouched.iter().any(|known| *known == name) {
            self.vouched.push(name.to_string());
        }
        self.header.set(&name, value);
    }
}
