//! `oathgate schema`: JSON Schemas for editors, and the facts that other programs need, as JSON.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use oathgate_engine::config::{config_schema, rules_schema};
use serde::Serialize;

use crate::{command::CommandError, exit::Exit, facts, handler_reference};

/// The arguments of `oathgate schema`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What to print
    #[arg(value_enum)]
    document: Document,
    /// With `handlers`: write a Markdown page for each handler into this folder, in place of printing
    #[arg(long, value_name = "FOLDER")]
    pages: Option<PathBuf>,
}

/// What the command can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// The JSON Schema of the configuration
    Config,
    /// The JSON Schema of rule files
    Rules,
    /// The facts that other programs need, in one document: those below except `handlers`, and more
    Facts,
    /// The environment variables: who reads each, what it means, its default and bounds
    Environment,
    /// The exit codes of this program
    ExitCodes,
    /// The reason codes of decisions, in logs and metrics
    ReasonCodes,
    /// The headers that no rule can set behind API Gateway
    UnmappableHeaders,
    /// Every handler: its options, what it sets and requests, an example
    Handlers,
}

/// Prints the document.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    if let Some(folder) = &arguments.pages {
        return write_pages(arguments.document, folder);
    }
    match arguments.document {
        Document::Config => print(&config_schema()),
        Document::Rules => print(&rules_schema()),
        Document::Facts => print(&facts::Facts::current()),
        Document::Environment => print(&facts::environment()),
        Document::ExitCodes => print(&facts::exit_codes()),
        Document::ReasonCodes => print(&facts::reason_codes()),
        Document::UnmappableHeaders => print(&facts::unmappable()),
        Document::Handlers => print(&handler_reference::handlers()),
    }
}

/// Writes a page for each handler.
fn write_pages(document: Document, folder: &Path) -> Result<Exit, CommandError> {
    if document != Document::Handlers {
        eprintln!("oathgate: only `schema handlers` has pages: leave `--pages` out");
        return Ok(Exit::WrongInput);
    }
    std::fs::create_dir_all(folder)?;
    for page in handler_reference::pages() {
        std::fs::write(folder.join(page.file), page.text)?;
    }
    Ok(Exit::Success)
}

fn print(document: &impl Serialize) -> Result<Exit, CommandError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)?;
    Ok(Exit::Success)
}
