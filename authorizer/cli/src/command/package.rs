//! `oathgate package`: writes the folder that AWS Lambda runs.

use std::{fs, io, path::PathBuf};

use clap::Args;
use oathgate_engine::{Target, finding::Severity};
use oathgate_package::{PackedError, WriteError};
use thiserror::Error;

use crate::{argument_groups::Configuration, command::CommandError, exit::Exit, project::Project};

/// The arguments of `oathgate package`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    /// The compiled program of the function
    #[arg(long, value_name = "BIN")]
    bootstrap: PathBuf,
    /// The folder to write; an earlier package in it is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Why no package was written.
#[derive(Debug, Error)]
pub(crate) enum PackageError {
    #[error("cannot read the program `{file}`: {error}", file = file.display())]
    Bootstrap { file: PathBuf, error: io::Error },
    #[error(transparent)]
    Packed(#[from] PackedError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Checks the configuration and its rules, then writes the package if the check finds no error.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    let findings = project.findings_with_key_sets(Target::ApiGateway).await;
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !errors.is_empty() {
        let count = errors.len();
        let noun = if count == 1 { "error" } else { "errors" };
        eprintln!("oathgate: no package was written because of {count} {noun}");
        return Ok(Exit::Findings);
    }
    let bootstrap = fs::read(&arguments.bootstrap).map_err(|error| PackageError::Bootstrap {
        file: arguments.bootstrap.clone(),
        error,
    })?;
    let packed =
        oathgate_package::pack(&project.config, &project.rules).map_err(PackageError::from)?;
    oathgate_package::write_folder(&arguments.out, &packed, &bootstrap)
        .map_err(PackageError::from)?;
    eprintln!(
        "oathgate: packaged {} rules in `{}`",
        project.rules.len(),
        arguments.out.display()
    );
    Ok(Exit::Success)
}
