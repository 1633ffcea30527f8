//! `oathgate rules build`: evaluates Jsonnet into a rule file.

use std::{fs, io::Write as _, path::PathBuf};

use clap::Args;
use thiserror::Error;

use crate::{
    argument_groups::Jsonnet,
    exit::Exit,
    jsonnet::{self, JsonnetError},
};

/// The arguments of `oathgate rules build`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The Jsonnet file
    #[arg(value_name = "FILE")]
    source: PathBuf,
    #[command(flatten)]
    jsonnet: Jsonnet,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Why no rule file was written.
#[derive(Debug, Error)]
pub(crate) enum BuildError {
    #[error(transparent)]
    Jsonnet(#[from] JsonnetError),
    #[error("`{0}` does not evaluate to a list of rules: its outermost value must be an array")]
    NotAnArray(String),
    #[error("cannot write `{file}`: {error}")]
    Write { file: String, error: std::io::Error },
}

/// Evaluates the file and writes the rules as pretty JSON.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, BuildError> {
    let rules = jsonnet::evaluate(&arguments.source, &arguments.jsonnet)?;
    if !rules.is_array {
        let source = arguments.source.display().to_string();
        return Err(BuildError::NotAnArray(source));
    }
    match &arguments.output {
        None => std::io::stdout()
            .write_all(rules.json.as_bytes())
            .map_err(|error| BuildError::Write {
                file: "standard output".to_owned(),
                error,
            })?,
        Some(file) => fs::write(file, rules.json).map_err(|error| BuildError::Write {
            file: file.display().to_string(),
            error,
        })?,
    }
    Ok(Exit::Success)
}
