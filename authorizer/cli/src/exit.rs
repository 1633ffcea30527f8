//! The exit codes of every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The input is correct, or the request is allowed.
    Success = 0,
    /// The input was read, and it has findings, a test fails or the request is refused.
    Findings = 1,
    /// The input cannot be read, or the command line is wrong.
    WrongInput = 2,
}

impl Exit {
    /// Every exit code.
    pub(crate) const ALL: [Self; 3] = [Self::Success, Self::Findings, Self::WrongInput];

    /// The code as the operating system gets it.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// What the code means, as a phrase.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Success => "success: no findings, no failed test, or the request is allowed",
            Self::Findings => "findings, a failed test, or the request is refused",
            Self::WrongInput => "the input cannot be read, or the command line is wrong",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
