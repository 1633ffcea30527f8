//! Oathkeeper's URL patterns (regexp and glob) and an index that finds the rules of a request.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        reason = "a test may stop at the first surprise"
    )
)]

mod charset;
mod glob;
mod index;
mod matcher;
mod node;
mod parts;
mod pattern;
mod program;
mod regexp;
mod risk;
mod sparse;
mod strategy;
mod unicode;

pub use index::{Broken, CheckedRoutes, Found, LoadError, Overlap, RouteBytes, RouteEntry, Router};
pub use pattern::{MatchError, Pattern, PatternError};
pub use sparse::Sparse;
pub use strategy::{Strategy, UnknownStrategy};

mod path;
pub use path::clean_path;
