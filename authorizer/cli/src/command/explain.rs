//! `oathgate explain`: decides one request and prints the decision with its trace.

use std::{io::Write as _, net::IpAddr};

use clap::Args;
use oathgate_engine::{Outcome, Request};
use thiserror::Error;

use crate::{
    argument_groups::{Configuration, Deciding, Format},
    command::CommandError,
    exit::Exit,
    explanation,
    project::Project,
    request_description::{RequestDescription, RequestDescriptionError},
    stage::StageGate,
};

/// The arguments of `oathgate explain`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    #[command(flatten)]
    deciding: Deciding,
    /// The request's method
    #[arg(short = 'X', long, default_value = "GET", value_name = "METHOD")]
    method: String,
    /// A header of the request: `Name: value`
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The client's address
    #[arg(long, value_name = "IP")]
    remote_addr: Option<IpAddr>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The request's URL
    #[arg(value_name = "URL")]
    url: String,
}

/// Why the request is not decided.
#[derive(Debug, Error)]
pub(crate) enum ExplainError {
    #[error(transparent)]
    Request(#[from] RequestDescriptionError),
    #[error("the configuration has errors: `oathgate rules check` lists them")]
    Configuration,
}

/// Decides one request, with requests to the services that the rule names, and prints why it is decided so.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let request = request(arguments).map_err(ExplainError::from)?;
    let stage = arguments.deciding.stage()?;
    let project = Project::load(&arguments.configuration).await?;
    project.report_unreadable();
    if project.config_findings.have_errors() {
        return Err(ExplainError::Configuration.into());
    }
    let gate = StageGate::build(&stage, project.config, project.rules, project.ports)?;
    let names = arguments.headers.iter().map(|header| header_name(header));
    let names: Vec<&str> = names.collect();
    let decided = gate.decide(request, &names).await;
    let granted = matches!(decided.decision.outcome, Outcome::Granted(_));
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &explanation::json(&decided))?;
            writeln!(out)?;
        }
        Format::Text => {
            for line in explanation::lines(&decided) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(if granted {
        Exit::Success
    } else {
        Exit::Findings
    })
}

fn request(arguments: &Arguments) -> Result<Request, RequestDescriptionError> {
    let mut headers = Vec::new();
    for (index, header) in arguments.headers.iter().enumerate() {
        let split = header.split_once(':');
        headers.push(split.ok_or(RequestDescriptionError::Header(index + 1))?);
    }
    let description = RequestDescription {
        method: &arguments.method,
        url: &arguments.url,
        headers: &headers,
        remote_addr: arguments.remote_addr,
    };
    description.to_request()
}

/// The name of a header that is written as `Name: value`.
fn header_name(header: &str) -> &str {
    header.split(':').next().unwrap_or_default().trim()
}
