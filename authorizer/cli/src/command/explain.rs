//! `oathgate explain`: decides one request and prints the decision with its trace.

use std::{io::Write as _, net::IpAddr};

use clap::Args;
use oathgate_engine::{Outcome, Request};
use serde::Deserialize;
use serde_json::{Value, json};
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
    /// Decide every request of standard input instead, one JSON object a line with `url`, `method`, `headers` (pairs)
    /// and `remote_addr`, and print a JSON object for each
    #[arg(long, conflicts_with_all = ["url", "method", "headers", "remote_addr", "format"])]
    batch: bool,
    /// The request's URL
    #[arg(value_name = "URL", required_unless_present = "batch")]
    url: Option<String>,
}

/// A request of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchRequest {
    url: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    remote_addr: Option<IpAddr>,
}

fn get() -> String {
    "GET".to_owned()
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
    let request = match arguments.batch {
        true => None,
        false => Some(request(arguments).map_err(ExplainError::from)?),
    };
    let stage = arguments.deciding.stage()?;
    let project = Project::load(&arguments.configuration).await?;
    project.report_unreadable();
    if project.config_findings.have_errors() {
        return Err(ExplainError::Configuration.into());
    }
    let gate = StageGate::build(&stage, project.config, project.rules, project.ports)?;
    let Some(request) = request else {
        return decide_batch(&gate).await;
    };
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
        url: arguments.url.as_deref().unwrap_or_default(),
        headers: &headers,
        remote_addr: arguments.remote_addr,
    };
    description.to_request()
}

/// Decides each request of standard input, in order, by one gate. What cannot be decided has an `error` in its line.
async fn decide_batch(gate: &StageGate) -> Result<Exit, CommandError> {
    for line in std::io::stdin().lines() {
        let shown = match explain_line(gate, &line?).await {
            Ok(explanation) => explanation,
            Err(error) => json!({ "error": error }),
        };
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &shown)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(Exit::Success)
}

async fn explain_line(gate: &StageGate, line: &str) -> Result<Value, String> {
    let sent: BatchRequest = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let headers = sent.headers.iter();
    let headers: Vec<(&str, &str)> = headers
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let description = RequestDescription {
        method: &sent.method,
        url: &sent.url,
        headers: &headers,
        remote_addr: sent.remote_addr,
    };
    let request = description
        .to_request()
        .map_err(|error| error.to_string())?;
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.trim()).collect();
    Ok(explanation::json(&gate.decide(request, &names).await))
}

/// The name of a header that is written as `Name: value`.
fn header_name(header: &str) -> &str {
    header.split(':').next().unwrap_or_default().trim()
}
