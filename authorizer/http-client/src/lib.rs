//! Oathgate's HTTP client: rustls, kept-alive connections, time-outs that hold for a whole exchange.
//!
//! [`Client`] implements the engine's [`HttpClient`](oathgate_engine::ports::HttpClient) port,
//! [`UrlKeys`] reads key sets by URL with it, and `aws` (a feature) makes the AWS SDK send its requests
//! through it too, so that a process has one pool of connections and one set of trusted roots.

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
