//! `oathgate rules`: one file for each of its commands.

mod build;
mod check;
mod list;
mod test;

use clap::Subcommand;

use super::{CommandError, block_on};
use crate::exit::Exit;

pub(crate) use build::BuildError;
pub(crate) use test::TestError;

/// The commands about access rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Evaluate a Jsonnet file into a rule file
    Build(build::Arguments),
    /// Find every mistake in a configuration and its rules
    Check(check::Arguments),
    /// Decide the requests of test files and compare the decisions with those that they expect
    Test(test::Arguments),
    /// Summarize each rule
    List(list::Arguments),
}

impl Rules {
    /// Runs the command.
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        match self {
            Self::Build(arguments) => Ok(build::run(&arguments)?),
            Self::Check(arguments) => block_on(check::run(&arguments)),
            Self::Test(arguments) => block_on(test::run(&arguments)),
            Self::List(arguments) => block_on(list::run(&arguments)),
        }
    }
}
