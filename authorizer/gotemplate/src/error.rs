//! Why a template doesn't parse or render.

use std::sync::Arc;

/// A template that can't be used, found when it is parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template `{name}`, line {line}: {reason}")]
pub struct ParseError {
    /// The name given to the template.
    pub name: Arc<str>,
    /// The line of the mistake, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// A template that failed on its data.
///
/// The reason names fields, functions and types, never the data's values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template `{name}`, line {line}: {reason}")]
pub struct RenderError {
    /// The name given to the template.
    pub name: Arc<str>,
    /// The line of the action that failed, counted from 1.
    pub line: usize,
    /// What went wrong.
    pub reason: String,
}
