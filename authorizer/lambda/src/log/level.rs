//! The levels of log lines.

use std::str::FromStr;

use oathgate_engine::config;
use serde::Serialize;
use thiserror::Error;

/// The level of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Details for debugging.
    Debug,
    /// One line for each decision.
    #[default]
    Info,
    /// A failure that did not prevent the decision, or whose cause is a service, a key set or the rules.
    Warn,
    /// A failure because of which requests are refused that should not be.
    Error,
}

impl From<config::Level> for Level {
    /// The level from which on a configuration has lines written.
    fn from(level: config::Level) -> Self {
        match level {
            config::Level::Error => Self::Error,
            config::Level::Warn => Self::Warn,
            config::Level::Info => Self::Info,
            config::Level::Debug | config::Level::Trace => Self::Debug,
        }
    }
}

/// A text that is not a level.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a log level: write `debug`, `info`, `warn` or `error`")]
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
