//! `oathgate headers`: the headers that API Gateway must map from the authorizer's context.

use std::{collections::BTreeSet, io::Write as _};

use clap::Args;
use oathgate_apigateway::{EventKind, context_key};
use oathgate_engine::{
    manifest::Manifest,
    received::{HeaderSource, Received, received},
    signed_tokens::{SignedTokens, rules_of_paths},
};
use serde_json::json;

use crate::{
    argument_groups::{Configuration, Format},
    command::CommandError,
    exit::Exit,
    project::Project,
};

/// The arguments of `oathgate headers`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    /// Headers that keep the client's own value where a rule does not set them, `clientHeaders` of the stage
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    client_headers: Vec<String>,
    /// List the rules that match a GET of this path of the API, such as `/.well-known/jwks.json`; in JSON output only
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    public_path: Vec<String>,
    /// The only host that a deployment decides for, `publicHost` of its stage; used by `--public-path`
    #[arg(long, value_name = "HOST")]
    public_host: Option<String>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How many rules of a group are listed by their ids.
const MAX_LISTED: usize = 6;

/// The heading of the column with the rules' ids.
const RULES: &str = "rules";

/// Prints every header that some rule sets, with its context key, how refusals are answered, and what the
/// backend receives from each rule.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    if project.report_unreadable() {
        // With an incomplete list, a client's own header would reach the backend in place of the gate's.
        eprintln!("oathgate: no headers are listed: the configuration or its rules cannot be read");
        return Ok(Exit::Findings);
    }
    let manifest = Manifest::of(&project.config, &project.rules);
    let received = received(&project.config, &project.rules, &arguments.client_headers);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            let report = json!({
                "vouched": manifest.vouched.iter().map(|header| {
                    json!({"header": header, "context_key": context_key(header, EventKind::Rest)})
                }).collect::<Vec<_>>(),
                "www_authenticate": manifest.www_authenticate,
                "redirects": manifest.redirects,
                "received": received,
                "signed_tokens": SignedTokens::of(&project.config, &project.rules),
                "rules_of_paths": rules_of_paths(
                    &project.config,
                    &project.rules,
                    &arguments.public_path,
                    arguments.public_host.as_deref(),
                ),
            });
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        }
        Format::Text => {
            for header in &manifest.vouched {
                writeln!(
                    out,
                    "{header} <- context.authorizer.{}",
                    context_key(header, EventKind::Rest)
                )?;
            }
            for line in table(&received) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(Exit::Success)
}

/// A table with a column for each header and a line for each group of rules, and an explanation of the words
/// in it; empty where no header is mapped.
fn table(groups: &[Received]) -> Vec<String> {
    let headers: Vec<&str> = groups
        .iter()
        .take(1)
        .flat_map(|group| group.headers.keys().map(String::as_str))
        .collect();
    if headers.is_empty() {
        return Vec::new();
    }
    let words = |group: &Received| {
        group
            .headers
            .values()
            .map(|source| source.as_str())
            .collect()
    };
    let rows: Vec<Vec<&str>> = groups.iter().map(words).collect();
    let widths: Vec<usize> = headers
        .iter()
        .enumerate()
        .map(|(column, header)| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|word| word.len()).fold(header.len(), usize::max)
        })
        .collect();
    let line = |cells: &[&str], last: &str| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        line + last
    };
    let mut lines = vec![
        String::new(),
        "What the backend receives in each mapped header:".to_owned(),
        String::new(),
        line(&headers, RULES),
    ];
    for (row, group) in rows.iter().zip(groups) {
        lines.push(line(row, &named(&group.rules)));
    }
    lines.push(String::new());
    let used: BTreeSet<HeaderSource> = groups
        .iter()
        .flat_map(|group| group.headers.values().copied())
        .collect();
    let widest = used.iter().map(|of| of.as_str().len()).max().unwrap_or(0);
    for source in used {
        let (word, meaning) = (source.as_str(), source.meaning());
        lines.push(format!("{word:<widest$}  {meaning}"));
    }
    lines
}

/// The ids of the first few rules of a group, and the number of the others.
fn named(rules: &[String]) -> String {
    let first: Vec<&str> = rules.iter().take(MAX_LISTED).map(String::as_str).collect();
    let mut names = first.join(", ");
    if rules.len() > MAX_LISTED {
        names.push_str(&format!(" and {} more", rules.len() - MAX_LISTED));
    }
    names
}
