//! The exit codes of every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is as it should be.
    Fine = 0,
    /// The input could be read, and there is something to say against it: findings, or a refusal.
    Findings = 1,
    /// The input could not be read, or the command was used wrongly.
    WrongInput = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
