//! How much a line matters.

use std::str::FromStr;

use oathgate_engine::config;
use serde::Serialize;
use thiserror::Error;

/// The severity of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// One line for each decision.
    #[default]
    Info,
    /// Something that is worked around.
    Warn,
    /// Something that refuses requests it should not.
    Error,
}

impl From<config::Level> for Level {
    /// The least severe lines that a configuration wants written.
    fn from(level: config::Level) -> Self {
        match level {
            config::Level::Error => Self::Error,
            config::Level::Warn => Self::Warn,
            config::Level::Info => Self::Info,
            config::Level::Debug | config::Level::Trace => Self::Debug,
        }
    }
}

/// A text that is no level.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no log level: write `debug`, `info`, `warn` or `error`")]
pub struct UnknownLevel(String);

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        match text.to_ascii_lowercase().as_str() {
            "debug" => Ok(Self::Debug),
            "info" => Ok(Self::Info),
            "warn" | "warning" => Ok(Self::Warn),
            "error" => Ok(Self::Error),
            _ => Err(UnknownLevel(text.to_owned())),
        }
    }
}
