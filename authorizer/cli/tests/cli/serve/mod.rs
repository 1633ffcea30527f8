//! `oathgate serve`.

mod addresses;
mod ambiguous_requests;
mod api;
mod cors;
mod keys;
mod limits;
mod log;
mod metrics;
mod redirects;
mod reload;
mod secrets;
mod shown_rules;
mod slow_clients;
mod sources;
mod stop;
mod tls;
