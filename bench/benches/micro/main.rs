//! What each part of a decision costs by itself, without network, files or processes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark may stop at the first surprise"
)]

mod handlers;
mod routing;
mod signing;
mod templates;
mod time;
mod world;

use criterion::{Criterion, criterion_group, criterion_main, measurement::WallTime};
use time::CpuTime;

/// What measures the parts.
type Parts = Criterion<CpuTime>;

criterion_group! {
    name = parts;
    config = Criterion::default().with_measurement(CpuTime(WallTime));
    targets = routing::by_number_of_rules, handlers::authenticators, handlers::authorizers,
        handlers::mutators, templates::of_the_recipe, signing::by_algorithm
}
criterion_main!(parts);
