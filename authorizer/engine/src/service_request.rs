//! Requests of the gate's own: sent, and sent on where the service redirects them, by the rules of
//! Go's [`http.Client`](https://pkg.go.dev/net/http#Client).

mod other_origin;

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use oathgate_gostd::{Header, Url, UserInfo, bytes_of_text, canonical_header_name, is_token};

use crate::ports::{HttpClient, HttpError, HttpRequest, HttpResponse};

/// How long a service may take that has no time of its own in the configuration. Shorter than the
/// time a decision has as a whole, so that a slow service leads to a refusal that says so.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(8);

/// How many requests one exchange may take, redirects included.
const MOST_HOPS: usize = 10;

/// A request to a service, before any redirect.
///
/// What a service answered is kept under the cache_key of the whole request: equal ones only may
/// share an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceRequest {
    /// The method; empty means `GET`.
    pub method: String,
    /// Where to; a user and password in it become an `Authorization` header.
    pub url: Url,
    /// What to send along. `Host`, `Content-Length`, `Transfer-Encoding` and `Trailer` are left
    /// out: they follow from the request itself.
    pub header: Header,
    /// The `Host` to name instead of the URL's.
    pub host: Option<String>,
    /// The body; empty sends none.
    pub body: Bytes,
    /// Whether 307 and 308 are followed with a body; where not, they are final.
    pub resends_body: bool,
    /// How long the whole exchange may take, redirects included.
    pub timeout: Duration,
}

impl ServiceRequest {
    /// A request without body, `Host` of its own and headers.
    #[must_use]
    pub fn new(method: impl Into<String>, url: Url, timeout: Duration) -> Self {
        Self {
            method: method.into(),
            url,
            header: Header::default(),
            host: None,
            body: Bytes::new(),
            resends_body: true,
            timeout,
        }
    }

    /// Sends the request, follows redirects, and gives the first answer that is none.
    ///
    /// 301, 302 and 303 are followed with `GET` (a `HEAD` stays one) and without body, 307 and 308
    /// with method and body; an answer without `Location` is final. Beyond the origin of the first
    /// request (scheme, host and port) nothing follows that may be a credential: no header but those
    /// that never are one, no body, no query, and nothing goes from https to http.
    ///
    /// # Errors
    /// A request that HTTP does not allow, a service that cannot be reached, is too slow or too
    /// broken, a redirect that would disclose a credential, and more than ten requests.
    pub async fn send(self, http: &dyn HttpClient) -> Result<HttpResponse, HttpError> {
        let started = Instant::now();
        let mut hop = Hop {
            method: match self.method.as_str() {
                "" => "GET",
                method => method,
            },
            url: Cow::Borrowed(&self.url),
            header: self.header.clone(),
            host: self.host.as_deref(),
            with_body: true,
            with_credentials: true,
        };
        for _ in 0..MOST_HOPS {
            let body = if hop.with_body {
                self.body.clone()
            } else {
                Bytes::new()
            };
            let left = self
                .timeout
                .checked_sub(started.elapsed())
                .ok_or(HttpError::Timeout)?;
            let response = http.send(hop.request(body, left)?).await?;
            match self.next_hop(&hop, &response)? {
                Some(next) => hop = next,
                None => return Ok(response),
            }
        }
        Err(HttpError::Redirects)
    }

    /// Where an answer sends on to, if it does.
    fn next_hop<'a>(
        &'a self,
        hop: &Hop<'a>,
        response: &HttpResponse,
    ) -> Result<Option<Hop<'a>>, HttpError> {
        let keeps_method = match response.status {
            301..=303 => false,
            307 | 308 if self.resends_body || self.body.is_empty() => true,
            _ => return Ok(None),
        };
        let Some(location) = response
            .header("Location")
            .filter(|location| !location.is_empty())
        else {
            return Ok(None);
        };
        let reference = Url::parse(location).map_err(|_| HttpError::Address)?;
        let is_absolute = reference.is_absolute();
        let url = hop.url.resolve(reference);
        let with_credentials = hop.with_credentials && other_origin::is_same(&self.url, &url);
        let own_host = hop.host.filter(|_| with_credentials && !is_absolute);
        let method = if keeps_method || matches!(hop.method, "GET" | "HEAD") {
            hop.method
        } else {
            "GET"
        };
        let with_body = hop.with_body && keeps_method;
        if !with_credentials {
            let has_body = with_body && !self.body.is_empty();
            other_origin::may_follow(&[&self.url, &hop.url], &url, location, has_body)
                .map_err(HttpError::ForeignRedirect)?;
        }
        let mut header: Header = self
            .header
            .iter()
            .filter(|(name, _)| with_credentials || other_origin::may_receive(name))
            .filter(|(name, _)| with_body || !describes_body(name))
            .collect();
        if with_credentials {
            header.set("Referer", referer(&hop.url, &header));
        }
        Ok(Some(Hop {
            method,
            url: Cow::Owned(url),
            header,
            host: own_host,
            with_body,
            with_credentials,
        }))
    }
}

/// One request of an exchange.
struct Hop<'a> {
    method: &'a str,
    url: Cow<'a, Url>,
    header: Header,
    host: Option<&'a str>,
    with_body: bool,
    with_credentials: bool,
}

impl Hop<'_> {
    fn request(&self, body: Bytes, timeout: Duration) -> Result<HttpRequest, HttpError> {
        if !is_token(self.method) {
            return Err(HttpError::Method);
        }
        let url = &self.url;
        if !matches!(url.scheme.as_str(), "http" | "https")
            || url.hostname().is_empty()
            || !url.host.is_ascii()
        {
            return Err(HttpError::Address);
        }
        let mut headers = Vec::new();
        if let Some(host) = self.host.filter(|host| !host.is_empty()) {
            headers.push(("Host".to_owned(), host.to_owned()));
        }
        for (name, value) in self.header.iter() {
            if follows_from_the_request(name) {
                continue;
            }
            let forbidden = |byte: u8| byte.is_ascii_control() && byte != b'\t';
            if !is_token(name) || value.bytes().any(forbidden) {
                return Err(HttpError::Header(name.to_owned()));
            }
            headers.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
        }
        if let Some(user) = &url.user
            && self
                .header
                .get("Authorization")
                .unwrap_or_default()
                .is_empty()
        {
            headers.retain(|(name, _)| name != "Authorization");
            headers.push(("Authorization".to_owned(), basic_auth(user)));
        }
        Ok(HttpRequest {
            method: self.method.to_owned(),
            url: format!(
                "{}://{}{}",
                url.scheme,
                url.host,
                sendable(&url.request_uri())
            ),
            headers,
            body,
            timeout,
        })
    }
}

/// A request target in which nothing is left that would break the request line or that is no UTF-8.
/// Go hands a query on as it came; what is escaped here means the same and reaches every service.
fn sendable(target: &str) -> Cow<'_, str> {
    let breaks = |character: char| {
        character.is_ascii_control() || matches!(character, ' ' | '"' | '<' | '>')
    };
    let bytes = bytes_of_text(target);
    if matches!(bytes, Cow::Borrowed(_)) && !target.contains(breaks) {
        return Cow::Borrowed(target);
    }
    let mut out = String::with_capacity(target.len() + 16);
    let escape = |out: &mut String, byte: u8| out.push_str(&format!("%{byte:02X}"));
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match u8::try_from(character) {
                Ok(byte) if breaks(character) => escape(&mut out, byte),
                _ => out.push(character),
            }
        }
        chunk
            .invalid()
            .iter()
            .for_each(|byte| escape(&mut out, *byte));
    }
    Cow::Owned(out)
}

/// RFC 7617: the value of an `Authorization` header.
pub(crate) fn basic_auth(user: &UserInfo) -> String {
    let pair = format!(
        "{}:{}",
        user.username,
        user.password.as_deref().unwrap_or_default()
    );
    format!("Basic {}", STANDARD.encode(bytes_of_text(&pair)))
}

/// What a request redirected within an origin names as its `Referer`.
fn referer(from: &Url, header: &Header) -> String {
    if let Some(own) = header.get("Referer").filter(|own| !own.is_empty()) {
        return own.to_owned();
    }
    let from = Url {
        user: None,
        ..from.clone()
    };
    from.to_string()
}

fn describes_body(name: &str) -> bool {
    matches!(
        &*canonical_header_name(name),
        "Content-Encoding" | "Content-Language" | "Content-Location" | "Content-Type"
    )
}

fn follows_from_the_request(name: &str) -> bool {
    matches!(
        &*canonical_header_name(name),
        "Host" | "Content-Length" | "Transfer-Encoding" | "Trailer"
    )
}

#[cfg(test)]
mod tests;
