//! `oathgate`: builds, checks, tests, packages, explains and serves access rules.

mod arguments;
mod asked;
mod command;
mod exit;
mod facts;
mod jsonnet;
mod project;
mod rule_tests;
mod server;
mod stage;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    arguments::{Oathgate, command_first},
    exit::Exit,
};

fn main() -> ExitCode {
    let arguments = match Oathgate::try_parse_from(command_first(std::env::args_os())) {
        Ok(arguments) => arguments,
        Err(error) => {
            let asked_for_help = !error.use_stderr();
            // Nobody is left to tell where the terminal is gone.
            drop(error.print());
            return if asked_for_help {
                Exit::Success
            } else {
                Exit::WrongInput
            }
            .into();
        }
    };
    match command::run(arguments) {
        Ok(exit) => exit.into(),
        // `oathgate … | head` has read enough; what it has not read may have been a finding.
        Err(error) if error.is_from_a_closed_pipe() => Exit::WrongInput.into(),
        Err(error) => {
            eprintln!("oathgate: {error}");
            Exit::WrongInput.into()
        }
    }
}
