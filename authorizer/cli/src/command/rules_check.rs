//! `oathgate rules check`: every mistake at once.

use std::io::Write as _;

use oathgate_engine::{
    check::{Target, check, check_host, check_keys, check_secret_header},
    finding::{Finding, Severity},
};

use crate::{
    arguments::{Format, RulesCheck},
    command::CommandError,
    exit::Exit,
    project::Project,
};

/// Prints what is wrong with a configuration and its rules, worst first.
pub(crate) async fn run(arguments: &RulesCheck) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    let target = if arguments.api_gateway {
        Target::ApiGateway
    } else {
        Target::Anywhere
    };
    let mut findings = with_key_sets(&project, target).await;
    if let Some(host) = &arguments.public_host {
        findings.extend(check_host(&project.rules, host));
    }
    if let Some(header) = &arguments.secret_header {
        findings.extend(check_secret_header(&project.config, &project.rules, header));
    }
    sort(&mut findings);
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

/// What the files say wrongly, and what their meaning does, worst first.
pub(crate) fn all_findings(project: &Project, target: Target) -> Vec<Finding> {
    let mut findings = project.config_findings.0.clone();
    findings.extend(project.rules_findings.0.iter().cloned());
    findings.extend(check(&project.config, &project.rules, target).0);
    sort(&mut findings);
    findings
}

/// All findings, and what is wrong with key sets that lie in files.
pub(crate) async fn with_key_sets(project: &Project, target: Target) -> Vec<Finding> {
    let mut findings = all_findings(project, target);
    findings.extend(
        check_keys(
            &project.config,
            &project.rules,
            &*project.ports.keys,
            target,
        )
        .await,
    );
    sort(&mut findings);
    findings
}

/// The worst first.
fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .count()
}
