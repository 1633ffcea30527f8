//! `oathgate rules build`: Jsonnet in, a rule file out.

use std::{fs, io::Write as _};

use thiserror::Error;

use crate::{
    arguments::RulesBuild,
    exit::Exit,
    jsonnet::{self, JsonnetError},
};

/// Why no rule file was written.
#[derive(Debug, Error)]
pub(crate) enum BuildError {
    #[error(transparent)]
    Jsonnet(#[from] JsonnetError),
    #[error("`{0}` evaluates to no list of rules: the outermost value must be an array")]
    NoList(String),
    #[error("cannot write `{file}`: {error}")]
    Write { file: String, error: std::io::Error },
}

/// Evaluates the file and writes the rules as pretty JSON.
pub(crate) fn run(arguments: &RulesBuild) -> Result<Exit, BuildError> {
    let rules = jsonnet::evaluate(&arguments.source, &arguments.jsonnet)?;
    if !rules.is_array {
        let source = arguments.source.display().to_string();
        return Err(BuildError::NoList(source));
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
