//! The request a gate decides about.

use std::net::IpAddr;

use bytes::Bytes;
use oathgate_gostd::{Header, Url};

use crate::{AddressHeaders, safety::normalize_host};

/// One request, as the client sent it to the gateway.
///
/// It mirrors what Oathkeeper's decision handler makes of Go's `http.Request`: `url` is what rules
/// match and templates see, while `request_uri` keeps the request target as the client wrote it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The HTTP method, in the case the client used.
    pub method: String,
    /// Scheme, host and raw (undecoded) path; `raw_query` is the query that templates and
    /// `preserve_query: false` see.
    pub url: Url,
    /// Every header with its repeats, under canonical names.
    pub header: Header,
    /// The `Host` of the request that asked for the decision; what `preserve_host` hands on.
    pub host: String,
    /// Path and query exactly as the client asked for them, for `return_to`.
    pub request_uri: String,
    /// The address of the peer: of the client, or of a gateway in front.
    pub remote_addr: Option<IpAddr>,
    /// Whether headers may name the client's address.
    pub address_headers: AddressHeaders,
    /// The body sent along with the request for a decision; empty behind API Gateway.
    pub body: Bytes,
    /// Headers that the gateway sets for the backend: no client may send them. Canonical names.
    pub set_by_gateway: &'static [&'static str],
}

impl Request {
    /// What rules are matched against: `scheme://host/path` with the path cleaned, the host in lower case and
    /// without the scheme's default port or a dot at its end, without query.
    #[must_use]
    pub fn match_url(&self) -> String {
        let path = oathgate_router::clean_path(&self.url.path);
        self.match_url_of(if self.url.path.is_empty() { "" } else { &path })
    }

    /// What rules would be matched against if the request asked for another path, written just so.
    pub(crate) fn match_url_of(&self, path: &str) -> String {
        let scheme = &self.url.scheme;
        let host = normalize_host(scheme, &self.url.host);
        let mut url = String::with_capacity(scheme.len() + host.len() + path.len() + 3);
        url.push_str(scheme);
        url.push_str("://");
        url.push_str(&host);
        url.push_str(path);
        url
    }
}
