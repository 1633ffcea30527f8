//! The page that a request comes from, as far as it may read a refusal.
//!
//! API Gateway's answers can name one fixed origin or repeat a value of the context, so where a stage
//! allows several, the response names the one that the request comes from
//! ([CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol)).

use crate::event::Headers;

/// The one of `allowed` that the client's `Origin` names, letter by letter. `None` for any other origin,
/// and for several, which no browser sends.
pub(crate) fn allowed<'a>(allowed: &'a [String], client: &Headers<'_>) -> Option<&'a str> {
    let mut origins = client
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Origin"));
    let (_, origin) = origins.next()?;
    if origins.next().is_some() {
        return None;
    }
    allowed
        .iter()
        .find(|known| *known == origin)
        .map(String::as_str)
}

/// Whether a text is an origin as browsers write it: a scheme, a host, perhaps a port.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    let part = |part: &str, more: &[u8]| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    text.split_once("://")
        .is_some_and(|(scheme, host)| part(scheme, b"+-.") && part(host, b"-._:[]"))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn named(sent: &[(&str, &str)]) -> Option<String> {
        let known = ["https://app.example.com", "https://admin.example.com:8443"];
        let known = known.map(str::to_owned);
        let client: Vec<(Cow<'_, str>, Cow<'_, str>)> = sent
            .iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect();
        allowed(&known, &client).map(str::to_owned)
    }

    #[test]
    fn an_allowed_origin_is_found_however_the_header_is_spelled() {
        for name in ["Origin", "origin", "ORIGIN"] {
            assert_eq!(
                named(&[("Accept", "*/*"), (name, "https://admin.example.com:8443")]),
                Some("https://admin.example.com:8443".to_owned())
            );
        }
    }

    #[test]
    fn no_other_origin_is() {
        for origin in [
            "https://admin.example.com",
            "https://app.example.com.evil.test",
            "https://app.example.co",
            "http://app.example.com",
            "https://APP.example.com",
            "https://app.example.com/",
            " https://app.example.com",
            "https://app.example.com, https://evil.test",
            "null",
            "*",
            "",
        ] {
            assert_eq!(named(&[("Origin", origin)]), None, "{origin}");
        }
        assert_eq!(named(&[]), None);
        assert_eq!(named(&[("X-Origin", "https://app.example.com")]), None);
    }

    #[test]
    fn several_are_none() {
        let two = [
            ("Origin", "https://app.example.com"),
            ("origin", "https://app.example.com"),
        ];
        assert_eq!(named(&two), None);
    }

    #[test]
    fn an_origin_has_a_scheme_and_a_host_and_nothing_else() {
        for text in [
            "https://app.example.com",
            "http://localhost:3000",
            "http://[::1]:8080",
            "app://app",
        ] {
            assert!(is_origin(text), "{text}");
        }
        for text in [
            "*",
            "null",
            "app.example.com",
            "https://",
            "://app",
            "https://app.example.com/",
            "https://a b",
            "https://a'b",
            "",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
