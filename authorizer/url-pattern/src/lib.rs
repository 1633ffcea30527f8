//! Oathkeeper's URL patterns: the dialects `regexp` and `glob`, one syntax tree for both, and the
//! backtracking matcher.
//!
//! [`Pattern`] is what most callers need. [`syntax`] is the tree, for analyses of patterns such as
//! the router's index.
#![cfg_attr(
    test,
    allow(clippy::string_slice, reason = "a test may stop at the first surprise")
)]

mod matcher;
mod pattern;
mod program;
mod risk;
mod strategy;
pub mod syntax;

pub use pattern::{MatchError, Pattern, PatternError};
pub use strategy::{Strategy, UnknownStrategy};
