//! One spelling of a host.

use std::borrow::Cow;

/// A host as rules are matched with it: in lower case, without the dot at its end and without the scheme's
/// default port ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2), sections 6.2.2 and 6.2.3).
/// All of these spellings lead to the same backend, so they lead to the same rule.
#[must_use]
pub fn normalize_host<'h>(scheme: &str, host: &'h str) -> Cow<'h, str> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    };
    let has_port = !port.is_empty() && port.parse::<u64>().ok() != default_port(scheme);
    let name = name.strip_suffix('.').unwrap_or(name);
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        if !has_port {
            return Cow::Borrowed(name);
        }
        if name.len() + port.len() + 1 == host.len() {
            return Cow::Borrowed(host);
        }
    }
    let mut normalized = name.to_ascii_lowercase();
    if has_port {
        normalized.push(':');
        normalized.push_str(port);
    }
    Cow::Owned(normalized)
}

fn default_port(scheme: &str) -> Option<u64> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_host_is_one() {
        for (scheme, host, normalized) in [
            ("https", "api.example.com", "api.example.com"),
            ("https", "API.Example.com", "api.example.com"),
            ("https", "api.example.com.", "api.example.com"),
            ("https", "api.example.com:443", "api.example.com"),
            ("https", "API.example.com.:0443", "api.example.com"),
            ("https", "api.example.com:", "api.example.com"),
            ("http", "api.example.com:80", "api.example.com"),
            ("http", "api.example.com:443", "api.example.com:443"),
            ("https", "api.example.com.:8443", "api.example.com:8443"),
            ("https", "[2001:DB8::1]:443", "[2001:db8::1]"),
            ("https", "[2001:db8::1]", "[2001:db8::1]"),
            ("https", "", ""),
        ] {
            assert_eq!(normalize_host(scheme, host), normalized, "{scheme} {host}");
        }
    }

    #[test]
    fn a_host_that_is_normal_already_is_borrowed() {
        for host in ["api.example.com", "api.example.com:8443", "[::1]:8443"] {
            assert!(
                matches!(normalize_host("https", host), Cow::Borrowed(_)),
                "{host}"
            );
        }
    }
}
