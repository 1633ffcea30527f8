//! Fetches tokens for client credentials, RFC 6749 section 4.4, as Go's
//! [`golang.org/x/oauth2`](https://pkg.go.dev/golang.org/x/oauth2/clientcredentials) does.

use std::time::Duration;

use bytes::Bytes;
use oathgate_gostd::{Query, Url, UserInfo, folded_member_name, query_escape};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use thiserror::Error;

use crate::{
    ports::{HttpClient, HttpError, HttpResponse},
    service_request::{DEFAULT_TIMEOUT, ServiceRequest, basic_auth},
};

/// The client that requests a token.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// How a client shows its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// In the `Authorization` header.
    InHeader,
    /// As parameters of the body.
    InBody,
}

/// A token that was granted.
#[derive(Clone)]
pub(crate) struct Token {
    /// What to show; never empty.
    pub(crate) access_token: String,
    /// What kind of token it is, as the endpoint wrote it; empty where it did not say.
    pub(crate) token_type: String,
    /// The seconds it lives from now on, which may be over already; `None` where it has no end.
    pub(crate) expires_in: Option<i64>,
}

/// Why there is no token. The texts have neither address nor credentials.
#[derive(Debug, Error)]
pub(crate) enum TokenError {
    /// The request could not be sent.
    #[error("the request to the token endpoint failed: {0}")]
    Unreachable(#[from] HttpError),
    /// The endpoint refused, by its status or by an `error` in its answer.
    #[error("the token endpoint refused with {}", .0.status)]
    Refused(HttpResponse),
    /// The answer holds no token.
    #[error("the token endpoint's response {0}")]
    Unreadable(&'static str),
}

/// The request for a token. `parameters` are sent beside the grant type; one named `scope` is left
/// to the caller.
pub(crate) fn request(
    endpoint: &Url,
    client: &Client,
    credentials: Credentials,
    parameters: &Query,
) -> ServiceRequest {
    let mut form = parameters.clone();
    form.set("grant_type", "client_credentials");
    let mut request = ServiceRequest::new("POST", endpoint.clone(), DEFAULT_TIMEOUT);
    request
        .header
        .set("Content-Type", "application/x-www-form-urlencoded");
    match credentials {
        Credentials::InHeader => {
            let user = UserInfo {
                username: query_escape(&client.id),
                password: Some(query_escape(&client.secret)),
            };
            request.header.set("Authorization", basic_auth(&user));
        }
        Credentials::InBody => {
            for (name, value) in [("client_id", &client.id), ("client_secret", &client.secret)] {
                if !value.is_empty() {
                    form.set(name, value);
                }
            }
        }
    }
    request.body = Bytes::from(form.encode());
    request
}

/// Sends a request for a token.
///
/// # Errors
/// See [`TokenError`].
pub(crate) async fn fetch(
    http: &dyn HttpClient,
    request: ServiceRequest,
) -> Result<Token, TokenError> {
    read(request.send(http).await?)
}

fn read(answer: HttpResponse) -> Result<Token, TokenError> {
    let refused = !(200..300).contains(&answer.status);
    let parsed = match media_type(&answer).as_str() {
        "application/x-www-form-urlencoded" | "text/plain" => read_form(&answer.body),
        _ => read_json(&answer.body),
    };
    match parsed {
        Err(_) if refused => Err(TokenError::Refused(answer)),
        Err(why) => Err(TokenError::Unreadable(why)),
        Ok(parsed) if refused || !parsed.error.is_empty() => Err(TokenError::Refused(answer)),
        Ok(parsed) if parsed.access_token.is_empty() => {
            Err(TokenError::Unreadable("names no access_token"))
        }
        Ok(Parsed {
            access_token,
            token_type,
            expires_in,
            ..
        }) => {
            let expires_in = Some(expires_in).filter(|seconds| *seconds != 0);
            Ok(Token {
                access_token,
                token_type,
                expires_in,
            })
        }
    }
}

fn media_type(answer: &HttpResponse) -> String {
    let content_type = answer.header("Content-Type").unwrap_or_default();
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

#[derive(Default)]
struct Parsed {
    access_token: String,
    token_type: String,
    /// In seconds; 0 where there is no end.
    expires_in: i64,
    error: String,
}

fn read_form(body: &[u8]) -> Result<Parsed, &'static str> {
    let text = oathgate_gostd::text_from_bytes(body);
    let form = Query::parse_strictly(&text).ok_or("is not a valid form")?;
    Ok(Parsed {
        access_token: form.get("access_token").to_owned(),
        token_type: form.get("token_type").to_owned(),
        expires_in: form.get("expires_in").parse().unwrap_or(0),
        error: form.get("error").to_owned(),
    })
}

fn read_json(body: &[u8]) -> Result<Parsed, &'static str> {
    let parsed: Option<Parsed> = serde_json::from_slice(body)
        .map_err(|_| "is not valid JSON, or has members of other types than a token")?;
    Ok(parsed.unwrap_or_default())
}

/// As Go reads JSON into a struct: names in any case, `null` as if not there, the last of several
/// counts.
impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Parsed;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the members of a token")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Parsed, A::Error> {
                let mut parsed = Parsed::default();
                while let Some(name) = members.next_key::<String>()? {
                    let mut ignored = String::new();
                    match folded_member_name(&name).as_str() {
                        "access_token" => set(&mut members, &mut parsed.access_token)?,
                        "error" => set(&mut members, &mut parsed.error)?,
                        "token_type" => set(&mut members, &mut parsed.token_type)?,
                        "refresh_token" | "error_description" | "error_uri" => {
                            set(&mut members, &mut ignored)?;
                        }
                        "expires_in" => {
                            if let Some(Seconds(seconds)) = members.next_value()? {
                                parsed.expires_in = seconds;
                            }
                        }
                        _ => _ = members.next_value::<IgnoredAny>()?,
                    }
                }
                Ok(parsed)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

fn set<'de, A: MapAccess<'de>>(members: &mut A, place: &mut String) -> Result<(), A::Error> {
    if let Some(text) = members.next_value::<Option<String>>()? {
        *place = text;
    }
    Ok(())
}

/// A whole number of seconds, written as a number or as a string of one.
struct Seconds(i64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Text(String),
        }
        let seconds = match Written::deserialize(deserializer)? {
            Written::Number(seconds) => seconds,
            // The string must hold a number as JSON writes it.
            Written::Text(text) if !text.contains(char::is_whitespace) => {
                serde_json::from_str(&text).map_err(serde::de::Error::custom)?
            }
            Written::Text(_) => return Err(serde::de::Error::custom("no number")),
        };
        Ok(Self(seconds.min(i32::MAX.into())))
    }
}

impl Token {
    /// The value of an `Authorization` header that shows the token.
    pub(crate) fn authorization(&self) -> String {
        let scheme = match self.token_type.to_ascii_lowercase().as_str() {
            "" | "bearer" => "Bearer",
            "mac" => "MAC",
            "basic" => "Basic",
            _ => &self.token_type,
        };
        format!("{scheme} {}", self.access_token)
    }

    /// How long the token lives from now on; `None` where it has no end.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        let seconds = self.expires_in?;
        Some(u64::try_from(seconds).map_or(Duration::ZERO, Duration::from_secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ScriptedHttp, answer};

    const JSON: &str = "application/json";

    async fn fetch_token(status: u16, content_type: &str, body: &str) -> Result<Token, TokenError> {
        let headers = [("content-type", content_type)];
        let http = ScriptedHttp::new([Ok(answer(status, &headers, body.to_owned()))]);
        let client = Client {
            id: "a b".into(),
            secret: "s:é".into(),
        };
        let url = Url::parse("http://id/token").unwrap();
        let request = request(&url, &client, Credentials::InHeader, &Query::default());
        fetch(&*http, request).await
    }

    #[tokio::test]
    async fn it_reads_a_token() {
        for (content_type, body, expires_in) in [
            (
                JSON,
                r#"{"access_token":"t","expires_in":3600}"#,
                Some(3600),
            ),
            (JSON, r#"{"Access_Token":"t","EXPIRES_IN":"60"}"#, Some(60)),
            (
                JSON,
                r#"{"access_token":"x","access_token":"t","expires_in":0}"#,
                None,
            ),
            (
                JSON,
                r#"{"access_token":"t","expires_in":null,"error":null,"scope":[1]}"#,
                None,
            ),
            (JSON, r#"{"access_token":"t","expires_in":-5}"#, Some(-5)),
            (
                JSON,
                r#"{"access_token":"t","expires_in":9999999999}"#,
                Some(2_147_483_647),
            ),
            (
                "text/PLAIN; charset=utf-8",
                "access_token=t&expires_in=7",
                Some(7),
            ),
            (
                "application/x-www-form-urlencoded",
                "access_token=t&expires_in=x",
                None,
            ),
            ("weird", r#"{"access_token":"t"}"#, None),
        ] {
            for status in [200, 201, 299] {
                let token = fetch_token(status, content_type, body).await.unwrap();
                assert_eq!(
                    (token.access_token.as_str(), token.expires_in),
                    ("t", expires_in),
                    "{body}"
                );
            }
        }
    }

    #[tokio::test]
    async fn it_tells_a_refusal_from_an_answer_it_cannot_read() {
        for (status, content_type, body) in [
            (401, JSON, ""),
            (400, JSON, r#"{"error":"x"}"#),
            (302, JSON, r#"{"access_token":"t"}"#),
            (200, JSON, r#"{"error":"x","access_token":"t"}"#),
            (500, "text/plain", "%zz"),
        ] {
            let outcome = fetch_token(status, content_type, body).await;
            assert!(matches!(outcome, Err(TokenError::Refused(_))), "{body}");
        }
        for (content_type, body) in [
            (JSON, ""),
            (JSON, "hello"),
            (JSON, "[]"),
            (JSON, "null"),
            (JSON, "{}"),
            (JSON, r#"{"access_token":7}"#),
            (JSON, r#"{"access_token":"t","expires_in":1.5}"#),
            (JSON, r#"{"access_token":"t","error":{}}"#),
            (JSON, r#"{"access_token":"t","token_type":1}"#),
            (JSON, r#"{"access_token":"t"} x"#),
            (JSON, r#"{"access_token":"t","expires_in":"soon"}"#),
            (JSON, r#"{"access_token":"t","expires_in":"05"}"#),
            (JSON, r#"{"access_token":"t","expires_in":" 5"}"#),
            ("text/plain", r#"{"access_token":"t"}"#),
            ("text/plain", "access_token=%zz"),
        ] {
            let outcome = fetch_token(200, content_type, body).await;
            assert!(matches!(outcome, Err(TokenError::Unreadable(_))), "{body}");
        }
    }

    #[tokio::test]
    async fn it_shows_credentials_in_the_header_or_in_the_body() {
        let http = ScriptedHttp::answering(200, r#"{"access_token":"t"}"#);
        let client = Client {
            id: "a b".into(),
            secret: "s:é".into(),
        };
        let url = Url::parse("http://id/token?x=1").unwrap();
        let mut parameters = Query::default();
        parameters.set("scope", "r w");
        for credentials in [Credentials::InHeader, Credentials::InBody] {
            let request = request(&url, &client, credentials, &parameters);
            fetch(&*http, request).await.unwrap();
        }
        let requests = http.sent();
        assert_eq!(requests[0].url, "http://id/token?x=1");
        assert_eq!(requests[0].body, "grant_type=client_credentials&scope=r+w");
        assert!(
            requests[0]
                .headers
                .contains(&("Authorization".into(), "Basic YStiOnMlM0ElQzMlQTk=".into()))
        );
        assert_eq!(
            requests[1].body,
            "client_id=a+b&client_secret=s%3A%C3%A9&grant_type=client_credentials&scope=r+w"
        );
        assert!(
            requests[1]
                .headers
                .iter()
                .all(|(name, _)| name != "Authorization")
        );
    }
}
