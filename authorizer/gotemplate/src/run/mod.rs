//! Renders a tree: Go's text/template/exec.

mod call;
mod context;
mod field;
mod machine;
mod range;
mod shadow;

pub(crate) use context::Context;
pub(crate) use machine::{Breaks, Machine, Rendered};
