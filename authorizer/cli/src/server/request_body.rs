//! Request bodies: read whole, within a time limit, and within a limit of memory for all of them together.

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

use super::response;

/// The largest accepted body in bytes: a remote authorizer receives it whole.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes of bodies in memory at once, over all connections.
const MAX_TOTAL_BYTES: usize = 16 * MAX_BODY_BYTES;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum BodyError {
    #[error("the request's body is larger than 16 MiB")]
    TooLarge,
    #[error("the request's body did not arrive in time")]
    TooSlow,
    #[error("the request's body cannot be read")]
    Malformed,
    #[error("too many requests with large bodies are in progress")]
    TooMany,
}

impl BodyError {
    /// The response. The rest of the body is not read, so the connection closes after it.
    pub(super) fn response(self) -> Response<Bytes> {
        let status = match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooMany => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = response::error(status, &self.to_string());
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

/// Reads request bodies.
#[derive(Debug)]
pub(super) struct BodyReader {
    timeout: Duration,
    time_limits: TimeLimits,
    total: Arc<AtomicUsize>,
}

/// The memory of a body, which counts towards the limit until this is dropped.
#[derive(Debug)]
pub(super) struct BodyMemory {
    bytes: usize,
    total: Arc<AtomicUsize>,
}

impl Drop for BodyMemory {
    fn drop(&mut self) {
        self.total.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl BodyMemory {
    /// Counts more bytes.
    ///
    /// # Errors
    /// The body, or all bodies together, are too large.
    fn add(&mut self, more: usize) -> Result<(), BodyError> {
        if self.bytes.saturating_add(more) > MAX_BODY_BYTES {
            return Err(BodyError::TooLarge);
        }
        let before = self.total.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        if before.saturating_add(more) > MAX_TOTAL_BYTES {
            return Err(BodyError::TooMany);
        }
        Ok(())
    }
}

impl BodyReader {
    /// A reader that waits for each body for at most `timeout`; zero means no limit.
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout: if timeout.is_zero() {
                Duration::MAX
            } else {
                timeout
            },
            time_limits: TimeLimits::default(),
            total: Arc::default(),
        }
    }

    /// The whole body, and its memory, which counts until it is dropped.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub(super) async fn read<B>(&self, body: B) -> Result<(Bytes, BodyMemory), BodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        self.time_limits
            .within(self.timeout, self.collect(body))
            .await
            .unwrap_or_else(|TimeUp| Err(BodyError::TooSlow))
    }

    async fn collect<B>(&self, mut body: B) -> Result<(Bytes, BodyMemory), BodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut memory = BodyMemory {
            bytes: 0,
            total: Arc::clone(&self.total),
        };
        if body.size_hint().lower() > u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX) {
            return Err(BodyError::TooLarge);
        }
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            // Decisions do not depend on trailers.
            if let Ok(data) = frame.map_err(|_| BodyError::Malformed)?.into_data() {
                memory.add(data.len())?;
                whole.extend_from_slice(&data);
            }
        }
        Ok((whole.freeze(), memory))
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
    async fn a_body_that_is_too_large_is_refused_with_and_without_a_known_length() {
        let bodies = BodyReader::new(Duration::ZERO);
        let (whole, _held) = bodies.read(zeroes(MAX_BODY_BYTES)).await.unwrap();
        assert_eq!(whole.len(), MAX_BODY_BYTES);
        let refused = bodies.read(zeroes(MAX_BODY_BYTES + 1)).await;
        assert_eq!(refused.unwrap_err(), BodyError::TooLarge);
        let (whole, _held) = bodies.read(pieces(16)).await.unwrap();
        assert_eq!(whole.len(), MAX_BODY_BYTES);
        let refused = bodies.read(pieces(17)).await;
        assert_eq!(refused.unwrap_err(), BodyError::TooLarge);
    }

    #[tokio::test]
    async fn all_bodies_together_are_bounded_and_count_until_they_are_dropped() {
        let bodies = BodyReader::new(Duration::ZERO);
        let mut kept = Vec::new();
        for _ in 0..MAX_TOTAL_BYTES / MAX_BODY_BYTES {
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
        assert_eq!(bodies.total.load(Ordering::Relaxed), 0);
    }
}
