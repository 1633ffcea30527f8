//! The request a gate decides about.

use std::net::IpAddr;

use bytes::Bytes;

use crate::go::{Header, Url};

/// One request, as the client sent it to the gateway.
///
/// It mirrors what Oathkeeper's decision handler makes of Go's `http.Request`: `url` is what rules
/// match and templates see, while `asked_uri` keeps the request target as the client wrote it.
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
    pub asked_uri: String,
    /// The address of the peer, for `when.request.cidr`.
    pub remote_addr: Option<IpAddr>,
    /// The body sent along with the request for a decision; empty behind API Gateway.
    pub body: Bytes,
}

impl Request {
    /// What rules are matched against: `scheme://host/path` with the path cleaned, without query.
    #[must_use]
    pub fn match_url(&self) -> String {
        let path = oathgate_matching::clean_path(&self.url.path);
        let path = if self.url.path.is_empty() { "" } else { &path };
        let mut url =
            String::with_capacity(self.url.scheme.len() + self.url.host.len() + path.len() + 3);
        url.push_str(&self.url.scheme);
        url.push_str("://");
        url.push_str(&self.url.host);
        url.push_str(path);
        url
    }
}

/// Refuses a path that a backend could read as another one: percent-decoding it, once or more
/// often, must not bring up a dot segment that was not there before, and the target as the client
/// wrote it must not hold a `#`, where a URL's path ends (RFC 3986, section 3.5), before its query.
///
/// # Errors
/// 400, answered by the error handlers.
pub(crate) fn path_is_unambiguous(request: &Request) -> Result<(), crate::Failure> {
    let asked_path = request.asked_uri.split('?').next().unwrap_or_default();
    if asked_path.contains('#') {
        return Err(crate::Failure::bad_request()
            .because(crate::ReasonCode::UnsafePath)
            .with_cause("the path holds a bare `#`"));
    }
    let mut text = request.url.path.as_bytes().to_vec();
    let dots = dot_segments(&text);
    while let Some(decoded) = decode_once(&text) {
        text = decoded;
        if dot_segments(&text) > dots {
            return Err(crate::Failure::bad_request()
                .because(crate::ReasonCode::UnsafePath)
                .with_cause("the path gains a dot segment when it is decoded"));
        }
    }
    Ok(())
}

fn dot_segments(path: &[u8]) -> usize {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .filter(|segment| matches!(segment, [b'.'] | [b'.', b'.']))
        .count()
}

/// One round of percent-decoding; `None` where there is nothing left to decode.
fn decode_once(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some((&byte, behind)) = rest.split_first() {
        if let (b'%', [high, low, after @ ..]) = (byte, behind)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high << 4 | low);
            rest = after;
            changed = true;
        } else {
            out.push(byte);
            rest = behind;
        }
    }
    changed.then_some(out)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(uri: &str) -> Request {
        Request {
            url: Url {
                path: uri.split('?').next().unwrap_or_default().to_owned(),
                ..Url::default()
            },
            asked_uri: uri.to_owned(),
            ..Request::default()
        }
    }

    #[test]
    fn it_refuses_a_path_that_a_backend_could_cut_off_or_decode_into_another() {
        for uri in [
            "/account#/../health",
            "/account/7#.css",
            "/#",
            "/public/%2e%2e/account",
            "/public/%252e%252e/account",
            "/public/..%2faccount",
        ] {
            let refused = path_is_unambiguous(&asking(uri));
            assert_eq!(
                refused.map_err(|failure| failure.status()),
                Err(400),
                "{uri}"
            );
        }
    }

    #[test]
    fn it_takes_a_path_that_means_one_thing() {
        for uri in ["/a/../b", "/a%23b", "/a%2Fb", "/a?next=#top", "/100%25", ""] {
            assert!(path_is_unambiguous(&asking(uri)).is_ok(), "{uri}");
        }
    }
}
