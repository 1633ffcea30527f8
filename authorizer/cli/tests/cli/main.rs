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
mod rules_build;
mod rules_check;
mod rules_list;
mod rules_test;
mod serve_addresses;
mod serve_api;
mod serve_cors;
mod serve_keys;
mod serve_log;
mod serve_metrics;
mod serve_odd_requests;
mod serve_redirects;
mod serve_reload;
mod serve_slow_clients;
mod serve_sources;
mod serve_stop;
mod serve_tls;
mod stage_headers;
mod unsafe_paths;
mod usage;
