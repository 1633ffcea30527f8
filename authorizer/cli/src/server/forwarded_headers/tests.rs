use http::Request;

use super::*;

fn conflicting_in(headers: &[(&str, &str)]) -> Option<&'static str> {
    let mut request = Request::builder();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    conflicting(&request.body(()).unwrap().into_parts().0)
}

#[test]
fn two_different_values_of_a_header_conflict() {
    for name in HEADERS {
        assert_eq!(conflicting_in(&[(name, "a"), (name, "b")]), Some(name));
        assert_eq!(
            conflicting_in(&[(name, "a"), (name, "a"), (name, "")]),
            Some(name)
        );
        assert_eq!(conflicting_in(&[(name, "a"), (name, "a")]), None);
        assert_eq!(conflicting_in(&[(name, "a")]), None);
    }
    assert_eq!(
        conflicting_in(&[("X-Forwarded-For", "a"), ("X-Forwarded-For", "b")]),
        None
    );
}

fn invalid_in(name: &str, value: &[u8]) -> Option<&'static str> {
    let value = HeaderValue::from_bytes(value).unwrap();
    let request = Request::builder().header(name, value);
    invalid(&request.body(()).unwrap().into_parts().0)
}

#[test]
fn a_gateway_sends_a_valid_scheme_and_a_valid_host() {
    for scheme in ["https", "http", "HTTPS", "wss", "coap+tcp", ""] {
        assert_eq!(
            invalid_in("X-Forwarded-Proto", scheme.as_bytes()),
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
            invalid_in("X-Forwarded-Proto", scheme.as_bytes()).is_some(),
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
            invalid_in("X-Forwarded-Host", host.as_bytes()),
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
            invalid_in("X-Forwarded-Host", host.as_bytes()).is_some(),
            "{host}"
        );
    }
}
