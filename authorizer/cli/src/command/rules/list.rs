//! `oathgate rules list`: a summary of each rule.

use std::{fmt::Write as _, io::Write as _};

use aws_lc_rs::digest::{SHA256, digest};
use clap::Args;
use oathgate_engine::rules::{HandlerReference, RuleDefinition};
use serde::Serialize;

use crate::{
    argument_groups::{Configuration, Format},
    command::CommandError,
    exit::Exit,
    project::Project,
};

/// How many bytes of a digest are shown: enough to see that a rule has changed.
const SHOWN_BYTES: usize = 6;

/// The arguments of `oathgate rules list`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A rule without the configuration of its handlers, which may hold secrets.
#[derive(Debug, Serialize)]
struct RuleSummary<'a> {
    id: &'a str,
    methods: &'a [String],
    url: &'a str,
    authenticators: Vec<&'a str>,
    authorizer: &'a str,
    mutators: Vec<&'a str>,
    errors: Vec<&'a str>,
    /// Changes with anything in the rule.
    digest: String,
}

/// Prints the rules in the order in which they are matched.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    if project.report_unreadable() {
        eprintln!("oathgate: no rules are listed: the configuration or its rules cannot be read");
        return Ok(Exit::Findings);
    }
    let rules = project
        .rules
        .iter()
        .map(summary)
        .collect::<Result<Vec<_>, _>>()?;
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &rules)?;
            writeln!(out)?;
        }
        Format::Text => {
            for rule in &rules {
                writeln!(out, "{}\n    {}", rule.id, line(rule))?;
            }
        }
    }
    Ok(Exit::Success)
}

fn summary(rule: &RuleDefinition) -> Result<RuleSummary<'_>, serde_json::Error> {
    let (methods, url) = match &rule.matches {
        Some(matches) => (matches.methods.as_slice(), matches.url.as_str()),
        None => (&[][..], ""),
    };
    Ok(RuleSummary {
        id: &rule.id,
        methods,
        url,
        authenticators: names(&rule.authenticators),
        authorizer: &rule.authorizer.handler,
        mutators: names(&rule.mutators),
        errors: names(&rule.errors),
        digest: shown_digest(&serde_json::to_vec(rule)?),
    })
}

fn names(handlers: &[HandlerReference]) -> Vec<&str> {
    handlers
        .iter()
        .map(|reference| reference.handler.as_str())
        .collect()
}

fn line(rule: &RuleSummary<'_>) -> String {
    let mut line = format!(
        "{} {} : {} → {} → {}",
        rule.methods.join(","),
        rule.url,
        rule.authenticators.join(", "),
        rule.authorizer,
        rule.mutators.join(", "),
    );
    if !rule.errors.is_empty() {
        line.push_str(" ; errors: ");
        line.push_str(&rule.errors.join(", "));
    }
    line
}

fn shown_digest(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(SHOWN_BYTES * 2);
    for byte in digest(&SHA256, bytes).as_ref().iter().take(SHOWN_BYTES) {
        // Writing into a string cannot fail.
        let _ = write!(shown, "{byte:02x}");
    }
    shown
}
