//! Requests that are refused before they are routed: those that Go's server refuses, and those that name two hosts.

use http::{HeaderValue, Version, header::HOST, request::Parts};

/// Why the request is not valid: its path has an invalid escape, or its host is missing, ambiguous or not valid.
pub(super) fn defect(parts: &Parts) -> Option<&'static str> {
    if !has_valid_escapes(parts.uri.path()) {
        return Some("the path has an invalid `%` escape");
    }
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if parts.version >= Version::HTTP_11 => Some("the Host header is missing"),
        (Some(_), Some(_)) => Some("there is more than one Host header"),
        (Some(host), None) if !host.as_bytes().iter().all(is_host_byte) => {
            Some("the Host header is not a valid host")
        }
        (Some(host), None) if target_has_another_host(parts, host) => {
            Some("the Host header differs from the host in the request's target")
        }
        _ => None,
    }
}

/// Whether the target is an absolute URL ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2))
/// of another host: a proxy in front may have read either of the two.
fn target_has_another_host(parts: &Parts, host: &HeaderValue) -> bool {
    let authority = parts.uri.authority();
    authority.is_some_and(|authority| {
        !authority
            .as_str()
            .as_bytes()
            .eq_ignore_ascii_case(host.as_bytes())
    })
}

fn has_valid_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|escape| {
        matches!(
            escape.as_bytes(),
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()
        )
    })
}

/// Whether [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.2) allows the byte in host and port.
fn is_host_byte(byte: &u8) -> bool {
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
        defect(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_valid_request_has_no_defect() {
        for target in ["/decisions/a%20b", "/decisions/%E4?x=%zz", "/", "/a%2Fb%25"] {
            assert_eq!(found(target, &["gate.example:4456"]), None, "{target}");
        }
        assert_eq!(found("/", &["[::1]:4456"]), None);
        assert_eq!(found("/", &[""]), None);
    }

    #[test]
    fn an_invalid_escape_in_the_path_is_a_defect() {
        for target in ["/decisions/a%zz", "/%", "/a%2", "/a%%20"] {
            assert!(found(target, &["gate.example"]).is_some(), "{target}");
        }
    }

    #[test]
    fn a_target_with_another_host_is_a_defect() {
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
    fn a_missing_ambiguous_or_invalid_host_is_a_defect() {
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
