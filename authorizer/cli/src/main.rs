//! `oathgate`: builds, checks, tests, packages, explains and serves access rules.

mod argument_groups;
mod argument_order;
mod command;
mod exit;
mod explanation;
mod facts;
mod handler_reference;
mod jsonnet;
mod project;
mod request_description;
mod rule_tests;
mod server;
mod stage;

use std::process::ExitCode;

use clap::Parser;

use crate::{argument_order::command_first, command::Oathgate, exit::Exit};

fn main() -> ExitCode {
    let command = match Oathgate::try_parse_from(command_first(std::env::args_os())) {
        Ok(command) => command,
        Err(error) => {
            let is_help = !error.use_stderr();
            // Printing fails only if the terminal is closed, and then an error cannot be printed either.
            drop(error.print());
            return if is_help {
                Exit::Success
            } else {
                Exit::WrongInput
            }
            .into();
        }
    };
    match command.run() {
        Ok(exit) => exit.into(),
        // The reader has closed the pipe (`oathgate … | head`). What it has not read may have been a finding.
        Err(error) if error.is_from_a_closed_pipe() => Exit::WrongInput.into(),
        Err(error) => {
            eprintln!("oathgate: {error}");
            Exit::WrongInput.into()
        }
    }
}
