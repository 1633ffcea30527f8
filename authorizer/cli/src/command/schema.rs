//! `oathgate schema`: JSON Schemas for editors, and the facts that other programs need, as JSON.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use oathgate_engine::config::{config_schema, rules_schema};
use serde::Serialize;

use crate::{command::CommandError, exit::Exit, facts};

/// The arguments of `oathgate schema`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What to print
    #[arg(value_enum)]
    document: Document,
}

/// What the command can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// The JSON Schema of the configuration
    Config,
    /// The JSON Schema of rule files
    Rules,
    /// Everything below in one document
    Facts,
    /// The environment variables: who reads each, what it means, its default and bounds
    Environment,
    /// The exit codes of this program
    ExitCodes,
    /// The reason codes of decisions, in logs and metrics
    ReasonCodes,
    /// The headers that no rule can set behind API Gateway
    UnmappableHeaders,
}

/// Prints the document.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    match arguments.document {
        Document::Config => print(&config_schema()),
        Document::Rules => print(&rules_schema()),
        Document::Facts => print(&facts::Facts::current()),
        Document::Environment => print(&facts::environment()),
        Document::ExitCodes => print(&facts::exit_codes()),
        Document::ReasonCodes => print(&facts::reason_codes()),
        Document::UnmappableHeaders => print(&facts::unmappable()),
    }
}

fn print(document: &impl Serialize) -> Result<Exit, CommandError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)?;
    Ok(Exit::Success)
}
