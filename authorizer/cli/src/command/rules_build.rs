//! `oathgate rules build`: Jsonnet in, a rule file out, without an external program.

use std::{env, fs, io::Write as _};

use rsjsonnet_front::Session;
use rsjsonnet_lang::{arena::Arena, program::Value};
use thiserror::Error;

use crate::{arguments::RulesBuild, exit::Exit};

/// Why no rule file was written. The Jsonnet library prints its own errors with their place.
#[derive(Debug, Error)]
pub(crate) enum BuildError {
    #[error(
        "external variable `{0}` has no value: write `{0}=…` or set the environment variable `{0}`"
    )]
    NoValue(String),
    #[error("`{0}` does not evaluate: see the message above")]
    Jsonnet(String),
    #[error("`{0}` evaluates to no list of rules: the outermost value must be an array")]
    NoList(String),
    #[error("cannot write `{file}`: {error}")]
    Write { file: String, error: std::io::Error },
}

/// Evaluates the file and writes the rules as pretty JSON.
pub(crate) fn run(arguments: &RulesBuild) -> Result<Exit, BuildError> {
    let json = evaluate(arguments)?;
    match &arguments.output {
        None => std::io::stdout()
            .write_all(json.as_bytes())
            .map_err(|error| BuildError::Write {
                file: "standard output".to_owned(),
                error,
            })?,
        Some(file) => fs::write(file, json).map_err(|error| BuildError::Write {
            file: file.display().to_string(),
            error,
        })?,
    }
    Ok(Exit::Fine)
}

fn evaluate(arguments: &RulesBuild) -> Result<String, BuildError> {
    let source = arguments.source.display().to_string();
    let failed = || BuildError::Jsonnet(source.clone());
    let arena = Arena::new();
    let mut session = Session::new(&arena);
    for folder in &arguments.search {
        session.add_search_path(folder.clone());
    }
    for variable in &arguments.ext_str {
        let (name, text) = name_and_value(variable)?;
        let program = session.program_mut();
        let thunk = program.value_to_thunk(&Value::string(&text));
        let name = program.intern_str(name);
        program.add_ext_var(name, &thunk);
    }
    for variable in &arguments.ext_code {
        let (name, code) = name_and_value(variable)?;
        let thunk = session
            .load_virt_file(&format!("<ext-code {name}>"), code.into_bytes())
            .ok_or_else(failed)?;
        let program = session.program_mut();
        let name = program.intern_str(name);
        program.add_ext_var(name, &thunk);
    }
    let thunk = session
        .load_real_file(&arguments.source)
        .ok_or_else(failed)?;
    let value = session.eval_value(&thunk).ok_or_else(failed)?;
    if !value.is_array() {
        return Err(BuildError::NoList(source));
    }
    let mut json = session.manifest_json(&value, true).ok_or_else(failed)?;
    json.push('\n');
    Ok(json)
}

/// An external variable: `NAME=VALUE`, or `NAME` with its value in the environment.
fn name_and_value(variable: &str) -> Result<(&str, String), BuildError> {
    match variable.split_once('=') {
        Some((name, value)) => Ok((name, value.to_owned())),
        None => match env::var(variable) {
            Ok(value) => Ok((variable, value)),
            Err(_) => Err(BuildError::NoValue(variable.to_owned())),
        },
    }
}
