//! Bodies of requests: read whole, within a time, and no more of them at once than fit the memory.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONNECTION, HeaderMap},
};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use oathgate_http_client::{TimeLimits, TimeUp};
use thiserror::Error;

use super::answer;

/// The largest body a gateway may send along, in bytes: a remote authorizer is handed it whole.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// How many bytes of bodies are held at once, over all connections.
const MAX_HELD: usize = 16 * MAX_BODY;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum BodyError {
    #[error("the request's body is larger than 16 MiB")]
    TooLarge,
    #[error("the request's body did not arrive in time")]
    TooSlow,
    #[error("the request's body cannot be read")]
    Malformed,
    #[error("too many requests with large bodies are under way")]
    TooMany,
}

impl BodyError {
    /// The answer. What is left of the body is not read, so that the connection ends with it.
    pub(super) fn response(self) -> Response<Bytes> {
        let status = match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooMany => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = answer::error(status, &self.to_string());
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

/// Reads bodies.
#[derive(Debug)]
pub(super) struct Bodies {
    timeout: Duration,
    time_limits: TimeLimits,
    held: Arc<AtomicUsize>,
}

/// Bytes of a body that count until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    bytes: usize,
    of: Arc<AtomicUsize>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Held {
    /// Counts more bytes, where there is room for them.
    fn add(&mut self, more: usize) -> Result<(), BodyError> {
        if self.bytes.saturating_add(more) > MAX_BODY {
            return Err(BodyError::TooLarge);
        }
        let before = self.of.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        if before.saturating_add(more) > MAX_HELD {
            return Err(BodyError::TooMany);
        }
        Ok(())
    }
}

impl Bodies {
    /// Reads bodies that may take `timeout` each to arrive; zero means no limit.
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout: if timeout.is_zero() {
                Duration::MAX
            } else {
                timeout
            },
            time_limits: TimeLimits::default(),
            held: Arc::default(),
        }
    }

    /// The whole body. It counts as held for as long as the second value lives.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub(super) async fn read<B>(&self, body: B) -> Result<(Bytes, Held), BodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        self.time_limits
            .within(self.timeout, self.collect(body))
            .await
            .unwrap_or_else(|TimeUp| Err(BodyError::TooSlow))
    }

    async fn collect<B>(&self, mut body: B) -> Result<(Bytes, Held), BodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut held = Held {
            bytes: 0,
            of: Arc::clone(&self.held),
        };
        if body.size_hint().lower() > u64::try_from(MAX_BODY).unwrap_or(u64::MAX) {
            return Err(BodyError::TooLarge);
        }
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            // Trailers are nothing that a decision looks at.
            if let Ok(data) = frame.map_err(|_| BodyError::Malformed)?.into_data() {
                held.add(data.len())?;
                whole.extend_from_slice(&data);
            }
        }
        Ok((whole.freeze(), held))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;

    use super::*;

    fn zeroes(bytes: usize) -> Full<Bytes> {
        Full::new(vec![0; bytes].into())
    }

    /// A body of unknown length, in pieces of one MiB.
    fn pieces(count: usize) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
        let piece = Bytes::from(vec![0; 1 << 20]);
        let frames = (0..count).map(move |_| Ok(Frame::data(piece.clone())));
        StreamBody::new(stream::iter(frames))
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused_whether_or_not_it_says_so() {
        let bodies = Bodies::new(Duration::ZERO);
        let (whole, _held) = bodies.read(zeroes(MAX_BODY)).await.unwrap();
        assert_eq!(whole.len(), MAX_BODY);
        let refused = bodies.read(zeroes(MAX_BODY + 1)).await;
        assert_eq!(refused.unwrap_err(), BodyError::TooLarge);
        let (whole, _held) = bodies.read(pieces(16)).await.unwrap();
        assert_eq!(whole.len(), MAX_BODY);
        let refused = bodies.read(pieces(17)).await;
        assert_eq!(refused.unwrap_err(), BodyError::TooLarge);
    }

    #[tokio::test]
    async fn bodies_together_are_bounded_and_count_until_they_are_dropped() {
        let bodies = Bodies::new(Duration::ZERO);
        let mut kept = Vec::new();
        for _ in 0..MAX_HELD / MAX_BODY {
            kept.push(bodies.read(pieces(16)).await.unwrap());
        }
        for body in [1, 16] {
            let refused = bodies.read(pieces(body)).await;
            assert_eq!(refused.unwrap_err(), BodyError::TooMany);
        }
        bodies.read(zeroes(0)).await.unwrap();
        kept.pop();
        bodies.read(pieces(16)).await.unwrap();
        drop(kept);
        assert_eq!(bodies.held.load(Ordering::Relaxed), 0);
    }
}
