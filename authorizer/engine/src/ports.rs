//! The three things a gate needs from outside: an HTTP client, key sets by URL, and a clock.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use thiserror::Error;

use oathgate_jose::ports::KeyPorts;

pub use oathgate_jose::ports::{BoxFuture, Clock, KeySource, KeySourceError, SystemClock};

/// A request of the gate's own, to a session, token or authorisation service.
///
/// URL and header values are text as [`oathgate_gostd::bytes_of_text`] turns into the bytes to send.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Headers in order, with repeats. `Host` may be among them and then wins over the URL's.
    pub headers: Vec<(String, String)>,
    /// The body; empty sends none.
    pub body: Bytes,
    /// How long connecting, sending and reading the whole answer may take together.
    pub timeout: Duration,
}

/// Shows no header, body or query: they hold tokens and cookies.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split(['?', '#']).next().unwrap_or_default();
        write!(f, "HttpRequest({} {address})", self.method)
    }
}

/// What a service answered. Redirects are not followed by the port.
///
/// Header values are text that [`oathgate_gostd::text_from_bytes`] read from the bytes received.
#[derive(Clone, Default)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Headers in order, with repeats.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
}

/// Shows the status only: headers and bodies hold tokens and claims.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({})", self.status)
    }
}

impl HttpResponse {
    /// The first value of a header, by name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why a service could not be asked. The texts name neither address nor credentials.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HttpError {
    /// The URL is none that can be asked.
    #[error("the address is not a usable http or https URL")]
    Address,
    /// The method is none.
    #[error("the method contains a character that HTTP forbids")]
    Method,
    /// A header's name or value cannot be sent.
    #[error(
        "the header `{0}` cannot be sent: its name or value holds a character that HTTP forbids"
    )]
    Header(String),
    /// The service sends on for ever.
    #[error("the service redirected too often")]
    Redirects,
    /// The service sends on to another origin, where the request must not go: why.
    #[error("the service redirects to another origin, {0}")]
    ForeignRedirect(&'static str),
    /// No connection came about: refused, unknown name, or a certificate not to be trusted.
    #[error("no connection to the service: {0}")]
    Connect(String),
    /// The time allowed ran out.
    #[error("the service did not answer in time")]
    Timeout,
    /// The answer was cut short or is no HTTP.
    #[error("the service's response could not be read: {0}")]
    Broken(String),
    /// The answer is larger than the gate is willing to hold.
    #[error("the service's response is larger than {0} bytes")]
    TooLarge(usize),
}

/// Sends HTTP requests, one hop each.
pub trait HttpClient: Send + Sync + fmt::Debug {
    /// Sends a request and reads the whole answer within the request's time-out.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>>;
}

impl<T: HttpClient + ?Sized> HttpClient for Arc<T> {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        (**self).send(request)
    }
}

/// Everything a gate reaches outside with.
#[derive(Clone, Debug)]
pub struct Ports {
    /// For session, token and authorisation services.
    pub http: Arc<dyn HttpClient>,
    /// For verification and signing keys.
    pub keys: Arc<dyn KeySource>,
    /// For token life-times and caches.
    pub clock: Arc<dyn Clock>,
}

impl Ports {
    /// Those that a key set is fetched with.
    pub(crate) fn for_keys(&self) -> KeyPorts<'_> {
        KeyPorts {
            source: &self.keys,
            clock: &self.clock,
        }
    }
}
