//! `oathgate headers`: what API Gateway must map from the authorizer's context.

use std::io::Write as _;

use oathgate_engine::manifest::Manifest;
use serde_json::json;

use crate::{
    arguments::{Format, Headers},
    command::CommandError,
    exit::Exit,
    project::Project,
};

/// Prints every header that some rule vouches for, with its context key, and how refusals are told.
pub(crate) async fn run(arguments: &Headers) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    if project.report_unreadable() {
        // Half a list would leave a client's own header in place of the gate's.
        eprintln!("oathgate: no headers are listed: the configuration or its rules cannot be read");
        return Ok(Exit::Findings);
    }
    let manifest = Manifest::of(&project.config, &project.rules);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            let report = json!({
                "vouched": manifest.vouched,
                "www_authenticate": manifest.www_authenticate,
                "redirects": manifest.redirects,
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
        }
    }
    Ok(Exit::Fine)
}
