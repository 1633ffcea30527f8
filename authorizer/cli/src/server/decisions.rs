//! `/decisions`: a gateway's HTTP request as the request to decide, and the decision as an HTTP response.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Response, StatusCode, request::Parts};
use oathgate_engine::{AddressHeaders, Decision, Grant, Outcome, Request, steers_servers};
use oathgate_gostd::{Header, Url, bytes_of_text, text_from_bytes};

/// The path of the decision API.
pub(crate) const PATH: &str = "/decisions";

/// The request that a gateway describes, as Oathkeeper reads it: by `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`
/// if they are set and not empty, else by the HTTP request itself, with the decoded path after `/decisions`.
pub(crate) fn request(parts: &Parts, body: Bytes, peer: SocketAddr, encrypted: bool) -> Request {
    let header: Header = parts
        .headers
        .iter()
        .filter(|(name, _)| *name != http::header::HOST)
        .map(|(name, value)| (name.as_str(), text_from_bytes(value.as_bytes())))
        .collect();
    let forwarded = |name| {
        header
            .get(name)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let host = parts
        .headers
        .get(http::header::HOST)
        .map(|value| text_from_bytes(value.as_bytes()).into_owned())
        .or_else(|| parts.uri.authority().map(ToString::to_string))
        .unwrap_or_default();
    let own_path = parts.uri.path().strip_prefix(PATH).unwrap_or_default();
    let own_query = parts.uri.query().unwrap_or_default();
    let forwarded_uri = forwarded("X-Forwarded-Uri");
    let forwarded_path = forwarded_uri
        .as_deref()
        .map(|uri| uri.split('?').next().unwrap_or_default())
        .filter(|path| !path.is_empty());
    Request {
        method: forwarded("X-Forwarded-Method").unwrap_or_else(|| parts.method.to_string()),
        url: Url {
            scheme: forwarded("X-Forwarded-Proto")
                .unwrap_or_else(|| if encrypted { "https" } else { "http" }.to_owned()),
            host: forwarded("X-Forwarded-Host").unwrap_or_else(|| host.clone()),
            path: forwarded_path.map_or_else(|| decoded(own_path), str::to_owned),
            raw_query: own_query.to_owned(),
            ..Url::default()
        },
        request_uri: forwarded_uri.unwrap_or_else(|| {
            let mut uri = own_path.to_owned();
            if !own_query.is_empty() {
                uri.push('?');
                uri.push_str(own_query);
            }
            uri
        }),
        header,
        host,
        // A port that is open on every address sees IPv4 clients as `::ffff:203.0.113.9`.
        remote_addr: Some(peer.ip().to_canonical()),
        // The peer is the gateway.
        address_headers: AddressHeaders::Believed,
        body,
        ..Request::default()
    }
}

/// The path as Go's server decodes it; invalid escapes stay as they are.
fn decoded(path: &str) -> String {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
    text_from_bytes(&bytes).into_owned()
}

/// The response to the gateway: 200 with the headers to pass on to the backend, or the refusal for the client.
pub(crate) fn response(decision: Decision) -> Response<Bytes> {
    let (status, header, body, granted, vouched) = match decision.outcome {
        Outcome::Granted(grant) => {
            let (header, vouched) = for_backend(grant);
            (200, header, Bytes::new(), true, vouched)
        }
        Outcome::Refused(refusal) => (
            refusal.status,
            refusal.header,
            refusal.body,
            false,
            Vec::new(),
        ),
    };
    let connection: String = header.values("Connection").collect::<Vec<_>>().join(",");
    // A client's header that its `Connection` names is not passed on; one that the rule sets is.
    let ends_here = |name: &str| {
        let mut named = connection.split(',').map(str::trim);
        !vouched.iter().any(|known| known == name)
            && named.any(|named| named.eq_ignore_ascii_case(name))
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in header.iter() {
        // The client's length is that of another body, and headers that `noop` copies from a client must not direct the
        // gateway.
        if name.eq_ignore_ascii_case("content-length") || steers_servers(name) || ends_here(name) {
            continue;
        }
        let (Ok(name), Ok(value)) = (
            http::HeaderName::from_bytes(name.as_bytes()),
            http::HeaderValue::from_bytes(&printable(value)),
        ) else {
            continue;
        };
        // A gateway receives only the first value of each header.
        if granted && response.headers().contains_key(&name) {
            continue;
        }
        response.headers_mut().append(name, value);
    }
    response
}

/// The headers of a grant, and which of them are vouched. With a stage the backend receives each vouched header with the
/// gate's value, and no header that a rule has set under another name.
fn for_backend(grant: Grant) -> (Header, Vec<String>) {
    let (mut header, mut vouched) = (grant.header, grant.vouched);
    if let Some(received) = grant.for_backend {
        for name in &vouched {
            header.remove(name);
        }
        vouched.clear();
        for (name, value) in received {
            header.set(&name, value);
            vouched.push(name.to_string());
        }
    }
    (header, vouched)
}

/// Go's server writes line breaks in header values as spaces, so that no header can be injected.
fn printable(value: &str) -> Vec<u8> {
    let blank = |byte| {
        if matches!(byte, b'\r' | b'\n') {
            b' '
        } else {
            byte
        }
    };
    let value = value.trim_matches([' ', '\t', '\r', '\n']);
    let bytes = bytes_of_text(value);
    bytes.iter().copied().map(blank).collect()
}

#[cfg(test)]
mod tests {
    use oathgate_engine::{DecisionTrace, Refusal};

    use super::*;

    fn names(outcome: Outcome) -> Vec<String> {
        let trace = DecisionTrace::default();
        let response = response(Decision { outcome, trace });
        let names = response.headers().keys();
        let mut names: Vec<_> = names.map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn no_response_directs_the_gateway_or_describes_its_connection() {
        let header: Header = [
            ("X-User", "ada"),
            ("Connection", "close, X-Custom , x-user"),
            ("X-Custom", "1"),
            ("X-Other", "1"),
            ("Keep-Alive", "timeout=1"),
            ("Proxy-Authenticate", "Basic"),
            ("Te", "trailers"),
            ("Trailer", "X-User"),
            ("Transfer-Encoding", "chunked"),
            ("Upgrade", "h2c"),
            ("X-Accel-Redirect", "/internal"),
            ("X-Accel-Buffering", "no"),
            ("X-Sendfile", "/etc/passwd"),
            ("X-Lighttpd-Send-File", "/etc/passwd"),
            ("X_Accel_Redirect", "/internal"),
        ]
        .into_iter()
        .collect();
        let grant = Grant {
            header: header.clone(),
            vouched: vec!["X-User".to_owned()],
            for_backend: None,
        };
        assert_eq!(names(Outcome::Granted(grant)), ["x-other", "x-user"]);
        let refusal = Refusal {
            status: 403,
            header,
            body: Bytes::new(),
        };
        assert_eq!(names(Outcome::Refused(refusal)), ["x-other"]);
    }

    #[test]
    fn with_a_stage_the_gateway_is_told_what_the_backend_receives() {
        let grant = Grant {
            header: [
                ("Accept", "*/*"),
                ("Authorization", "Bearer a"),
                ("X-Role", "root"),
                ("Connection", "x-role"),
            ]
            .into_iter()
            .collect(),
            vouched: vec!["Authorization".to_owned()],
            for_backend: Some(vec![
                ("X-Role".into(), "none".to_owned()),
                ("X-Token".into(), "Bearer a".to_owned()),
            ]),
        };
        let response = response(Decision {
            outcome: Outcome::Granted(grant),
            trace: DecisionTrace::default(),
        });
        let header = |name| {
            let value = response.headers().get(name);
            value.map(|value| value.to_str().unwrap())
        };
        assert_eq!(header("X-Role"), Some("none"));
        assert_eq!(header("X-Token"), Some("Bearer a"));
        assert_eq!(header("Accept"), Some("*/*"));
        assert_eq!(header("Authorization"), None);
    }

    #[test]
    fn an_ipv4_client_has_an_ipv4_address_on_every_port() {
        let (parts, ()) = http::Request::new(()).into_parts();
        for (peer, address) in [
            ("[::ffff:203.0.113.9]:1", "203.0.113.9"),
            ("203.0.113.9:1", "203.0.113.9"),
            ("[2001:db8::9]:1", "2001:db8::9"),
        ] {
            let described = request(&parts, Bytes::new(), peer.parse().unwrap(), false);
            assert_eq!(described.remote_addr.unwrap().to_string(), address);
        }
    }
}
