//! `oathgate rules check`: prints every finding about a configuration and its rules.

use std::io::Write as _;

use clap::Args;
use oathgate_apigateway::check_secret_header;
use oathgate_engine::{
    check::{Target, check_host},
    finding::{Finding, Severity},
};

use crate::{
    argument_groups::{Configuration, Format},
    command::CommandError,
    exit::Exit,
    project::{Project, worst_first},
};

/// The arguments of `oathgate rules check`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    /// Check for a deployment behind API Gateway, as `package` does: what API Gateway cannot do is an error
    #[arg(long)]
    api_gateway: bool,
    /// The only host that a deployment decides for, `publicHost` of its stage: find rules of other hosts
    #[arg(long, value_name = "HOST")]
    public_host: Option<String>,
    /// The header that holds the backend's secret, `backend.secretHeader.name` of its stage: find rules that set it
    #[arg(long, value_name = "NAME")]
    secret_header: Option<String>,
    /// Also fail on warnings
    #[arg(long)]
    strict: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the findings, the worst first.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    let target = if arguments.api_gateway {
        Target::ApiGateway
    } else {
        Target::Anywhere
    };
    let mut findings = project.findings_with_key_sets(target).await;
    if let Some(host) = &arguments.public_host {
        findings.extend(check_host(&project.rules, host));
    }
    if let Some(header) = &arguments.secret_header {
        findings.extend(check_secret_header(&project.config, &project.rules, header));
    }
    worst_first(&mut findings);
    let errors = count(&findings, Severity::Error);
    let warnings = count(&findings, Severity::Warning);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(
                &mut out,
                &serde_json::json!({
                    "rules": project.rules.len(),
                    "errors": errors,
                    "warnings": warnings,
                    "findings": findings,
                }),
            )?;
            writeln!(out)?;
        }
        Format::Text => {
            for finding in &findings {
                writeln!(out, "{finding}")?;
            }
            let rules = project.rules.len();
            writeln!(out, "{rules} rules, {errors} errors, {warnings} warnings")?;
        }
    }
    let failed = errors > 0 || (arguments.strict && warnings > 0);
    Ok(if failed {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .count()
}
