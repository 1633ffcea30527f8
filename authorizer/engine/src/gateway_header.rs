//! Headers that no rule can set for a backend behind API Gateway.

use std::fmt::{self, Display, Formatter};

/// Why a rule cannot set a header for a backend behind API Gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmappable {
    /// The name is not one that a mapping can have
    /// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html)).
    Name,
    /// AWS keeps the name for itself. A mapping to one of these is refused when the API is deployed, or
    /// turns every request into a 500.
    Reserved,
    /// The header belongs to one connection or to one message. API Gateway removes it or writes its own
    /// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html)).
    Connection,
    /// API Gateway, or what AWS has in front of it, adds the header to requests: whether its value is
    /// the rule's cannot be known.
    Added,
}

/// Names in lower case, in alphabetical order.
const CONNECTION: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
];
const RESERVED_PREFIXES: &[&str] = &["x-amz"];
const ADDED: &[&str] = &["forwarded", "user-agent"];
const ADDED_PREFIXES: &[&str] = &["cloudfront-", "x-forwarded-"];

impl Unmappable {
    /// Why the header cannot be set; `None` for one that can. Names are the same in any case.
    #[must_use]
    pub fn of(header: &str) -> Option<Self> {
        let name = header.to_ascii_lowercase();
        let is_in = |names: &[&str]| names.contains(&name.as_str());
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let takes = |byte: u8| byte.is_ascii_alphanumeric() || b"._$-".contains(&byte);
        if name.is_empty() || !name.bytes().all(takes) {
            Some(Self::Name)
        } else if begins(RESERVED_PREFIXES) {
            Some(Self::Reserved)
        } else if is_in(CONNECTION) {
            Some(Self::Connection)
        } else if is_in(ADDED) || begins(ADDED_PREFIXES) {
            Some(Self::Added)
        } else {
            None
        }
    }
}

/// A header, or every header whose name begins with the same letters; in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderPattern {
    /// The header of this name.
    Name(&'static str),
    /// The headers whose names begin so.
    Prefix(&'static str),
}

fn patterns(
    names: &'static [&'static str],
    prefixes: &'static [&'static str],
) -> impl Iterator<Item = HeaderPattern> {
    let names = names.iter().copied().map(HeaderPattern::Name);
    names.chain(prefixes.iter().copied().map(HeaderPattern::Prefix))
}

/// Every header whose name API Gateway takes in a mapping and that no rule can set all the same, with the reason.
pub fn unmappable_headers() -> impl Iterator<Item = (HeaderPattern, Unmappable)> {
    [
        (Unmappable::Reserved, &[][..], RESERVED_PREFIXES),
        (Unmappable::Connection, CONNECTION, &[]),
        (Unmappable::Added, ADDED, ADDED_PREFIXES),
    ]
    .into_iter()
    .flat_map(|(why, names, prefixes)| patterns(names, prefixes).map(move |known| (known, why)))
}

/// Every header that clients send of their own accord: see [`is_sent_by_clients`].
pub fn headers_sent_by_clients() -> impl Iterator<Item = HeaderPattern> {
    patterns(SENT_BY_CLIENTS, SENT_BY_CLIENTS_PREFIXES)
}

/// Headers that browsers and other clients send of their own accord, whatever they ask for.
const SENT_BY_CLIENTS: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-type",
    "dnt",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "upgrade-insecure-requests",
    "x-requested-with",
];
const SENT_BY_CLIENTS_PREFIXES: &[&str] = &["sec-"];

/// Whether clients send a header of their own accord: where a rule vouches for it, their requests are
/// taken for forged ones. `Authorization` and `Cookie` are not among them, as they never are.
#[must_use]
pub fn is_sent_by_clients(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    SENT_BY_CLIENTS.contains(&name.as_str())
        || SENT_BY_CLIENTS_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Why a header cannot be one that the gate alone sets, such as the one with the backend's secret, as a
/// sentence about the header goes on; `None` for one that can. Names are the same in any case.
#[must_use]
pub fn unfit_for_gate_alone(header: &str) -> Option<String> {
    let sent_in_good_faith = ["authorization", "cookie"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(header));
    if let Some(why) = Unmappable::of(header) {
        Some(why.to_string())
    } else if sent_in_good_faith || is_sent_by_clients(header) {
        Some("is one that clients send of their own accord".to_owned())
    } else {
        None
    }
}

/// Whether a value can be the secret by which a backend knows the gate: 32 to 1024 visible ASCII characters. Fewer can
/// be guessed, and more leave too little of what API Gateway takes for the headers of the rules.
#[must_use]
pub fn fits_as_secret(value: &[u8]) -> bool {
    (32..=1024).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic)
}

/// What is said of a header behind its name.
impl Display for Unmappable {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Name => {
                "cannot be mapped by API Gateway: names of letters, digits, `.`, `_`, `$` and `-` can"
            }
            Self::Reserved => "is reserved by AWS: API Gateway maps nothing to it",
            Self::Connection => {
                "belongs to a connection or a message: API Gateway removes it or sets its own"
            }
            Self::Added => {
                "is added by API Gateway or in front of it: its value is not known to be the rule's"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_held_by_a_header_that_nobody_else_sets() {
        for name in ["X-Gate-Secret", "x-origin-verify", "X_Odd", "gate"] {
            assert_eq!(unfit_for_gate_alone(name), None, "{name}");
        }
        for (name, why) in [
            ("", "cannot be mapped"),
            ("X Gate", "cannot be mapped"),
            ("X-Amz-Gate", "is reserved by AWS"),
            ("Host", "belongs to a connection"),
            ("X-Forwarded-Gate", "is added by API Gateway"),
            ("authorization", "is one that clients send"),
            ("Cookie", "is one that clients send"),
            ("Accept", "is one that clients send"),
        ] {
            let said = unfit_for_gate_alone(name).unwrap();
            assert!(said.starts_with(why), "{name}: {said}");
        }
    }

    #[test]
    fn a_header_that_the_way_to_the_backend_sets_or_removes_is_told_by_its_kind() {
        for (kind, names) in [
            (Unmappable::Name, "X!User|X User|X~User|X#|Ü|"),
            (
                Unmappable::Reserved,
                "X-Amzn-Trace-Id|x-amzn-apigateway-api-id|X-Amz-Cf-Id|X-AMZ-DATE|X-Amzn-Remapped-Host",
            ),
            (
                Unmappable::Connection,
                "Host|content-length|Transfer-Encoding|TE|Upgrade|Via|Connection|Keep-Alive|Proxy-Authorization",
            ),
            (
                Unmappable::Added,
                "X-Forwarded-For|x-forwarded-host|X-Forwarded-User|Forwarded|User-Agent|CloudFront-Viewer-Country",
            ),
        ] {
            for name in names.split('|') {
                assert_eq!(Unmappable::of(name), Some(kind), "{name}");
            }
        }
    }

    #[test]
    fn headers_of_the_client_s_own_are_known_in_any_case() {
        for name in [
            "Accept",
            "content-type",
            "ORIGIN",
            "Sec-Fetch-Mode",
            "If-None-Match",
        ] {
            assert!(is_sent_by_clients(name), "{name}");
        }
        for name in ["Authorization", "Cookie", "X-User", "Accepted"] {
            assert!(!is_sent_by_clients(name), "{name}");
        }
    }

    #[test]
    fn every_other_header_can_be_set() {
        for name in [
            "Authorization",
            "Cookie",
            "X-User",
            "X_Odd.Name$",
            "X-Real-Ip",
            "Content-Type",
            "Amz-User",
            "X-Forwarded",
            "X-Host",
        ] {
            assert_eq!(Unmappable::of(name), None, "{name}");
        }
    }
}
