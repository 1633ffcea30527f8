//! What of a request may follow a redirect to another origin
//! ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454#section-4)): nothing that may be a credential.

use oathgate_gostd::{Url, query_unescape};

/// The headers that are never credentials, whoever set them. All others stay with the first origin.
const NO_CREDENTIALS: [&str; 4] = ["Accept", "Accept-Encoding", "Accept-Language", "User-Agent"];

/// Whether two URLs are of one origin: the same scheme, host and port.
pub(super) fn is_same(one: &Url, other: &Url) -> bool {
    one.scheme.eq_ignore_ascii_case(&other.scheme)
        && one.hostname().eq_ignore_ascii_case(other.hostname())
        && port(one) == port(other)
}

/// The port of a URL, with the scheme's own where it names none.
fn port(url: &Url) -> &str {
    match (url.port(), url.scheme.as_str()) {
        ("", "http") => "80",
        ("", "https") => "443",
        (port, _) => port,
    }
}

/// Whether another origin may receive a header, by its canonical name.
pub(super) fn may_receive(header: &str) -> bool {
    NO_CREDENTIALS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(header))
}

/// Whether a redirect to another origin may be followed at all. `asked` are the URL of the request
/// and the one that redirects `to` the address `location`; `has_body` says whether a body would have
/// to be sent there.
///
/// # Errors
/// Why it is not followed.
pub(super) fn may_follow(
    asked: &[&Url],
    to: &Url,
    location: &str,
    has_body: bool,
) -> Result<(), &'static str> {
    if has_body {
        return Err("which must not receive the request's body");
    }
    if to.scheme != "https" && asked.iter().any(|url| url.scheme == "https") {
        return Err("which is not encrypted as the first one is");
    }
    if asked.iter().any(|url| repeats_query(url, location)) {
        return Err("with what the request's query holds in the address");
    }
    Ok(())
}

/// Whether an address repeats a value of a URL's query, or a name that has no value. An address whose
/// escapes are broken cannot be compared, and counts as one that does.
fn repeats_query(url: &Url, location: &str) -> bool {
    if url.raw_query.is_empty() {
        return false;
    }
    let Some(decoded) = query_unescape(location) else {
        return true;
    };
    url.raw_query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, "")) => name,
            Some((_, value)) => value,
            None => pair,
        })
        .filter(|part| !part.is_empty())
        .any(|part| {
            location.contains(part)
                || query_unescape(part).is_none_or(|part| decoded.contains(&part))
        })
}
