//! Requests that Go's server turns away before anybody reads them, and those that name two hosts.

use http::{HeaderValue, Version, header::HOST, request::Parts};

/// What is wrong with a request as such, if anything: its path is escaped badly, or it names no host,
/// several, or one that cannot be.
pub(super) fn reason(parts: &Parts) -> Option<&'static str> {
    if !is_escaped_well(parts.uri.path()) {
        return Some("the path holds a `%` that escapes nothing");
    }
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if parts.version >= Version::HTTP_11 => Some("the Host header is missing"),
        (Some(_), Some(_)) => Some("there are several Host headers"),
        (Some(host), None) if !host.as_bytes().iter().all(may_stand_in_a_host) => {
            Some("the Host header names no host")
        }
        (Some(host), None) if names_another(parts, host) => {
            Some("the Host header names another host than the request's target")
        }
        _ => None,
    }
}

/// What is wrong with what a gateway says of the request it asks about, if anything: rules are matched with
/// `scheme://host/path`, so that a `/` in a host, for one, would write part of the path.
pub(super) fn forwarded_reason(parts: &Parts) -> Option<&'static str> {
    let all = |name: &str, is_one: fn(&[u8]) -> bool| {
        let mut values = parts
            .headers
            .get_all(name)
            .iter()
            .map(HeaderValue::as_bytes);
        // An empty one counts as none.
        values.all(|value| value.is_empty() || is_one(value))
    };
    if !all("X-Forwarded-Proto", is_scheme) {
        return Some("X-Forwarded-Proto names no scheme");
    }
    if !all("X-Forwarded-Host", is_host) {
        return Some("X-Forwarded-Host names no host");
    }
    None
}

/// [RFC 3986, section 3.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.1).
fn is_scheme(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

/// A name or an address with or without a port: of what
/// [RFC 3986, section 3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2) allows in a host, what names have.
fn is_host(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (text, ""),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_literal = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    let fits = match name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
    {
        Some(literal) => !literal.is_empty() && literal.bytes().all(is_literal),
        // One dot may stand at the end; no label between dots is empty.
        None => {
            let labels = name.strip_suffix('.').unwrap_or(name);
            name.bytes().all(is_name) && labels.split('.').all(|label| !label.is_empty())
        }
    };
    fits && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the target is a whole URL ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2))
/// of another host: what passed it on may have looked at either.
fn names_another(parts: &Parts, host: &HeaderValue) -> bool {
    let authority = parts.uri.authority();
    authority.is_some_and(|authority| {
        !authority
            .as_str()
            .as_bytes()
            .eq_ignore_ascii_case(host.as_bytes())
    })
}

fn is_escaped_well(path: &str) -> bool {
    path.split('%').skip(1).all(|behind| {
        matches!(
            behind.as_bytes(),
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()
        )
    })
}

/// What [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.2) has in host and port.
fn may_stand_in_a_host(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$%&'()*+,-.:;=[]_~".contains(byte)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn found(target: &str, hosts: &[&str]) -> Option<&'static str> {
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        reason(&request.body(()).unwrap().into_parts().0)
    }

    fn forwarded(name: &str, value: &[u8]) -> Option<&'static str> {
        let value = HeaderValue::from_bytes(value).unwrap();
        let request = Request::builder().header(name, value);
        forwarded_reason(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_gateway_names_one_scheme_and_one_host() {
        for scheme in ["https", "http", "HTTPS", "wss", "coap+tcp", ""] {
            assert_eq!(
                forwarded("X-Forwarded-Proto", scheme.as_bytes()),
                None,
                "{scheme}"
            );
        }
        for scheme in [
            "https, http",
            "https://a.example/",
            "://",
            "1",
            "https:",
            "ht tp",
            "https\u{e9}",
        ] {
            assert!(
                forwarded("X-Forwarded-Proto", scheme.as_bytes()).is_some(),
                "{scheme}"
            );
        }
        for host in [
            "a.example",
            "A.example:8443",
            "a.example.",
            "localhost",
            "a_b",
            "127.0.0.1:80",
            "[::1]:443",
            "[::1]",
            "a:",
            "",
        ] {
            assert_eq!(
                forwarded("X-Forwarded-Host", host.as_bytes()),
                None,
                "{host}"
            );
        }
        for host in [
            "a.example, b.example",
            "a.example/v1/public",
            "a.example/..",
            "user@a.example",
            "a.example?",
            "a.example#",
            "a.example\\b",
            "a b",
            "a.example:x",
            "a.example:1:2",
            "https://a.example",
            "[::1",
            "::1",
            "[]",
            "%61.example",
            ".",
            "..",
            ".a.example",
            "a..example",
            "a.example..",
            ":80",
            "\u{e9}.example",
        ] {
            assert!(
                forwarded("X-Forwarded-Host", host.as_bytes()).is_some(),
                "{host}"
            );
        }
    }

    #[test]
    fn a_whole_request_has_nothing_wrong() {
        for target in ["/decisions/a%20b", "/decisions/%E4?x=%zz", "/", "/a%2Fb%25"] {
            assert_eq!(found(target, &["gate.example:4456"]), None, "{target}");
        }
        assert_eq!(found("/", &["[::1]:4456"]), None);
        assert_eq!(found("/", &[""]), None);
    }

    #[test]
    fn a_path_that_is_escaped_badly_is_wrong() {
        for target in ["/decisions/a%zz", "/%", "/a%2", "/a%%20"] {
            assert!(found(target, &["gate.example"]).is_some(), "{target}");
        }
    }

    #[test]
    fn a_target_of_another_host_is_wrong() {
        for (target, hosts, wrong) in [
            ("http://gate.example/a", &["gate.example"][..], false),
            ("http://GATE.example:80/a", &["gate.example:80"], false),
            ("http://gate.example/a", &["other.example"], true),
            ("http://gate.example:81/a", &["gate.example"], true),
            ("http://user@gate.example/a", &["gate.example"], true),
            ("http://gate.example/a", &[""], true),
        ] {
            assert_eq!(found(target, hosts).is_some(), wrong, "{target} {hosts:?}");
        }
    }

    #[test]
    fn a_host_that_is_missing_or_doubtful_is_wrong() {
        for hosts in [
            &[][..],
            &["a.example", "b.example"],
            &["a.example, b.example"],
            &["user@a.example"],
            &["a.example/b"],
        ] {
            assert!(found("/", hosts).is_some(), "{hosts:?}");
        }
    }
}
