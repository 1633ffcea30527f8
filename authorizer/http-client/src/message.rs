//! The port's requests and responses as HTTP messages.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Uri,
    header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, TRAILER, TRANSFER_ENCODING, USER_AGENT},
    response,
};
use http_body_util::Full;
use oathgate_engine::ports::{HttpError, HttpRequest, HttpResponse};
use oathgate_gostd::{bytes_of_text, text_from_bytes};

/// The `User-Agent` of requests that have none of their own.
const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("oathgate/", env!("CARGO_PKG_VERSION")));

/// Checks a request of the port and writes it as an HTTP message. Headers that frame the message on
/// its connection are left to the connection.
pub(crate) fn outgoing(request: HttpRequest) -> Result<Request<Full<Bytes>>, HttpError> {
    let (address, user) = address(&request.url)?;
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| HttpError::Method)?;
    let mut message = Request::new(Full::new(request.body));
    *message.method_mut() = method;
    *message.uri_mut() = address;
    let headers = message.headers_mut();
    for (name, value) in request.headers {
        let invalid = || HttpError::Header(name.clone());
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        if [CONNECTION, CONTENT_LENGTH, TRAILER, TRANSFER_ENCODING].contains(&known) {
            continue;
        }
        let value = HeaderValue::from_bytes(&bytes_of_text(&value)).map_err(|_| invalid())?;
        headers.append(known, value);
    }
    if let Some(user) = user
        && !headers.contains_key(AUTHORIZATION)
    {
        headers.insert(AUTHORIZATION, user);
    }
    headers.entry(USER_AGENT).or_insert(AGENT);
    Ok(message)
}

/// The URL without the parts that HTTP does not send, and the credentials that it contained.
fn address(url: &str) -> Result<(Uri, Option<HeaderValue>), HttpError> {
    let parsed: Uri = url.parse().map_err(|_| HttpError::Address)?;
    let mut parts = parsed.into_parts();
    let scheme = parts.scheme.as_ref().map(http::uri::Scheme::as_str);
    let authority = parts.authority.take().ok_or(HttpError::Address)?;
    if !matches!(scheme, Some("http" | "https")) || authority.host().is_empty() {
        return Err(HttpError::Address);
    }
    let mut credentials = None;
    parts.authority = Some(match authority.as_str().rsplit_once('@') {
        None => authority,
        Some((user, host)) => {
            credentials = Some(basic(user).ok_or(HttpError::Address)?);
            host.parse().map_err(|_| HttpError::Address)?
        }
    });
    let address = Uri::from_parts(parts).map_err(|_| HttpError::Address)?;
    Ok((address, credentials))
}

/// The user and password of a URL as an `Authorization` header (RFC 7617).
fn basic(user: &str) -> Option<HeaderValue> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let mut plain = decode(name)?;
    plain.push(b':');
    plain.extend(decode(password)?);
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    Some(out)
}

/// A response in the form of the port. Bytes of a header that are not UTF-8 are
/// kept as [`text_from_bytes`] keeps them.
pub(crate) fn incoming(head: response::Parts, body: Bytes) -> HttpResponse {
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                text_from_bytes(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    HttpResponse {
        status: head.status.as_u16(),
        headers,
        body,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn to(url: &str, headers: &[(&str, &str)]) -> HttpRequest {
        HttpRequest {
            method: "GET".into(),
            url: url.into(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            body: Bytes::new(),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn it_refuses_urls_that_are_not_valid_http_urls() {
        for url in [
            "",
            "/whoami",
            "ftp://a/b",
            "http://",
            "http://a b/",
            "https:///x",
            "http://:1\n",
        ] {
            assert_eq!(
                outgoing(to(url, &[])).unwrap_err(),
                HttpError::Address,
                "{url:?}"
            );
        }
    }

    #[test]
    fn it_refuses_headers_that_would_split_the_message() {
        for (name, value) in [
            ("x", "a\r\nb: c"),
            ("x", "a\nb"),
            ("x", "a\0"),
            ("x y", "a"),
            ("", "a"),
        ] {
            let error = outgoing(to("http://a/", &[(name, value)])).unwrap_err();
            assert_eq!(error, HttpError::Header(name.into()), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn it_refuses_methods_that_are_not_valid() {
        let request = HttpRequest {
            method: "GET /x".into(),
            ..to("http://a/", &[])
        };
        assert_eq!(outgoing(request).unwrap_err(), HttpError::Method);
    }

    #[test]
    fn it_keeps_the_order_and_repetitions_of_headers_and_the_callers_host() {
        let message = outgoing(to(
            "http://a/",
            &[("X-A", "1"), ("Host", "b"), ("x-a", "2")],
        ))
        .unwrap();
        let values: Vec<_> = message.headers().get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"]);
        assert_eq!(message.headers()["host"], "b");
    }

    #[test]
    fn it_leaves_framing_to_the_connection() {
        let message = outgoing(to(
            "http://a/",
            &[
                ("Content-Length", "9"),
                ("Transfer-Encoding", "chunked"),
                ("Connection", "close"),
            ],
        ))
        .unwrap();
        assert_eq!(message.headers().len(), 1, "{:?}", message.headers());
    }

    #[test]
    fn it_sends_its_own_user_agent_unless_the_caller_has_one() {
        assert_eq!(
            outgoing(to("http://a/", &[])).unwrap().headers()["user-agent"],
            AGENT
        );
        let own = outgoing(to("http://a/", &[("User-Agent", "b")])).unwrap();
        assert_eq!(own.headers()["user-agent"], "b");
    }

    #[test]
    fn it_turns_the_user_of_a_url_into_a_header() {
        let message = outgoing(to("http://al%20ice:s%3Acret@host:1/p?q", &[])).unwrap();
        assert_eq!(message.uri(), "http://host:1/p?q");
        assert_eq!(
            message.headers()["authorization"],
            "Basic YWwgaWNlOnM6Y3JldA=="
        );
    }
}
