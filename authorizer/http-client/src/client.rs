//! Sends one request and reads the whole response, within one time-out.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_util::{
    client::legacy::{
        Client as Pool,
        connect::{CaptureConnection, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};
use oathgate_engine::ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse};
use oathgate_settings::all::CA_FILE;

use crate::{
    connection::{Dialer, Uses},
    fault,
    interim::Interim,
    message,
    time_limits::TimeLimits,
    tls::{CaFileError, Tls, check_ca_file},
};

/// The client's limits on responses and connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body of a response, in bytes.
    pub answer_bytes: usize,
    /// How long an unused connection is kept, at most.
    pub idle: Duration,
    /// How many unused connections are kept for each service.
    pub idle_per_host: usize,
}

impl Default for Limits {
    /// 4 MiB, and the 90 seconds that Go's client keeps a connection for.
    fn default() -> Self {
        Self {
            answer_bytes: 4 << 20,
            idle: Duration::from_secs(90),
            idle_per_host: 32,
        }
    }
}

/// The HTTP/1.1 client. Cloning it is cheap, and clones share their connections.
///
/// Redirects are not followed and responses are not decompressed: that is the caller's decision. A
/// request that was lost on a kept-alive connection, because the service had closed it meanwhile, is
/// sent once more on a new one where its method allows that (RFC 9110 section 9.2.2), as Go does.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Pool<Dialer, Full<Bytes>>,
    limits: Limits,
    time_limits: Arc<TimeLimits>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(Limits::default(), None)
    }
}

impl Client {
    /// A client that trusts the bundled web roots and the certificates of a PEM file, which is read
    /// at the first request to an `https` URL.
    #[must_use]
    pub fn new(limits: Limits, ca_file: Option<PathBuf>) -> Self {
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limits.idle)
            .pool_max_idle_per_host(limits.idle_per_host)
            .build(Dialer::new(Tls::new(ca_file)));
        Self {
            pool,
            limits,
            time_limits: Arc::default(),
        }
    }

    /// A client with the default limits that also trusts the certificates of the file that
    /// `OATHGATE_CA_FILE` names, else of that in `SSL_CERT_FILE`, which may be set for other programs and
    /// is read when it is first needed.
    ///
    /// # Errors
    /// `OATHGATE_CA_FILE` names a file without usable certificates.
    pub fn from_env() -> Result<Self, CaFileError> {
        let named = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let ours = named(CA_FILE.name).map(PathBuf::from);
        if let Some(path) = &ours {
            check_ca_file(path)?;
        }
        let ca_file = ours.or_else(|| named("SSL_CERT_FILE").map(PathBuf::from));
        Ok(Self::new(Limits::default(), ca_file))
    }

    /// Sends a request and reads the whole response within the request's time-out.
    ///
    /// # Errors
    /// Why there is no response; the text contains neither address nor credentials.
    pub async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let timeout = request.timeout;
        let repeatable = request.body.is_empty()
            && matches!(
                request.method.as_str(),
                "GET" | "HEAD" | "OPTIONS" | "TRACE"
            );
        let message = message::outgoing(request)?;
        self.time_limits
            .within(timeout, self.exchange(message, repeatable))
            .await
            .unwrap_or(Err(HttpError::Timeout))
    }

    async fn exchange(
        &self,
        message: Request<Full<Bytes>>,
        repeatable: bool,
    ) -> Result<HttpResponse, HttpError> {
        let again = repeatable.then(|| message.clone());
        match self.once(message).await {
            Err(Swallowed {
                on_used_connection: true,
                ..
            }) if again.is_some() => {
                // Every kept connection may be dead, so this may be one of them again; more than one
                // repetition would hide a service that is broken.
                self.once(again.unwrap_or_default())
                    .await
                    .map_err(|swallowed| swallowed.error)
            }
            outcome => outcome.map_err(|swallowed| swallowed.error),
        }
    }

    async fn once(&self, mut message: Request<Full<Bytes>>) -> Result<HttpResponse, Swallowed> {
        let connection = capture_connection(&mut message);
        let interim = Interim::of(&mut message);
        let answer = tokio::select! {
            answer = self.pool.request(message) => answer,
            () = interim.too_many() => return Err(Swallowed {
                on_used_connection: false,
                error: HttpError::Broken("it sends too many interim responses".into()),
            }),
        };
        let answer = answer.map_err(|error| Swallowed {
            on_used_connection: !error.is_connect() && was_used(&connection),
            error: fault::of_exchange(&error),
        })?;
        let (head, body) = answer.into_parts();
        let body = read(body, self.limits.answer_bytes)
            .await
            .map_err(|error| Swallowed {
                on_used_connection: false,
                error,
            })?;
        Ok(message::incoming(head, body))
    }
}

impl HttpClient for Client {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.fetch(request))
    }
}

/// A request without a response.
struct Swallowed {
    on_used_connection: bool,
    error: HttpError,
}

fn was_used(connection: &CaptureConnection) -> bool {
    let mut extras = http::Extensions::new();
    if let Some(connected) = connection.connection_metadata().as_ref() {
        connected.get_extras(&mut extras);
    }
    extras.get::<Uses>().is_some_and(Uses::any)
}

async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, HttpError> {
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(HttpError::TooLarge(limit));
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| fault::of_body(&error))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.len() + rest.len() + data.len() > limit {
            return Err(HttpError::TooLarge(limit));
        }
        if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}
