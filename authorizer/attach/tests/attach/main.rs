//! Attaching, verifying and detaching, against an API Gateway in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod changed_by_others;
mod detaching;
mod fake;
mod interrupted;
mod plans;
mod refusals;
mod verifying;
mod versions;
mod world;
