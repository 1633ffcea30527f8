//! The one HTTP client of Oathgate: rustls, kept-alive connections, time-outs that mean what they say.
//!
//! [`Client`] is what the engine's [`HttpClient`](oathgate_engine::ports::HttpClient) port is filled
//! with, [`UrlKeys`] reads key sets by URL with it, and `aws` (a feature) lets the AWS SDK ask
//! through it too, so that a process holds one pool of connections and one set of trusted roots.

#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::unreachable,
        reason = "tests may fail loudly"
    )
)]

#[cfg(feature = "aws")]
pub mod aws;
mod client;
mod connection;
mod fault;
mod interim;
mod keys;
mod message;
mod time_limits;
mod tls;

pub use client::{Client, Limits};
pub use keys::UrlKeys;
pub use time_limits::{TimeLimits, TimeUp};
pub use tls::{CaFileError, TlsError};
