//! The built program, run on real files and sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub,
    reason = "tests may fail loudly"
)]

mod credentials;
mod encodings;
mod explain;
mod facts;
mod handlers;
mod harness;
mod headers;
mod health;
mod package;
mod rules;
mod serve;
mod stage_headers;
mod unsafe_paths;
mod usage;
