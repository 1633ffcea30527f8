//! `oathgate headers`: what API Gateway must map from the authorizer's context.

use std::{collections::BTreeSet, io::Write as _};

use oathgate_engine::{
    manifest::Manifest,
    received::{HeaderSource, Received, received},
    signed_tokens::{SignedTokens, rules_of_paths},
};
use serde_json::json;

use crate::{
    arguments::{Format, Headers},
    command::CommandError,
    exit::Exit,
    project::Project,
};

/// How many rules of a group are named.
const NAMED: usize = 6;

/// What stands over the names of the rules.
const BEHIND: &str = "behind";

/// Prints every header that some rule vouches for, with its context key, how refusals are told, and
/// what the backend receives behind each rule.
pub(crate) async fn run(arguments: &Headers) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    if project.report_unreadable() {
        // Half a list would leave a client's own header in place of the gate's.
        eprintln!("oathgate: no headers are listed: the configuration or its rules cannot be read");
        return Ok(Exit::Findings);
    }
    let manifest = Manifest::of(&project.config, &project.rules);
    let received = received(&project.config, &project.rules, &arguments.client_headers);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            let report = json!({
                "vouched": manifest.vouched,
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
            for vouched in &manifest.vouched {
                writeln!(
                    out,
                    "{} <- context.authorizer.{}",
                    vouched.header, vouched.context_key
                )?;
            }
            for line in table(&received) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(Exit::Success)
}

/// A column for each header, a line for each group of rules, and what the words in it mean; nothing
/// where no header is mapped.
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
        line(&headers, BEHIND),
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

/// The first few rules of a group by name, and how many there are besides.
fn named(rules: &[String]) -> String {
    let first: Vec<&str> = rules.iter().take(NAMED).map(String::as_str).collect();
    let mut names = first.join(", ");
    if rules.len() > NAMED {
        names.push_str(&format!(" and {} more", rules.len() - NAMED));
    }
    names
}
