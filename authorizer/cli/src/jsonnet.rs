//! Evaluates Jsonnet, without an external program.

use std::{env, fs, path::Path};

use oathgate_text_encoding::{EncodingError, is_utf16, without_mark};
use rsjsonnet_front::Session;
use rsjsonnet_lang::{
    arena::Arena,
    program::{Thunk, Value},
};
use thiserror::Error;

use crate::argument_groups::Jsonnet;

/// Why a source cannot be evaluated. The Jsonnet library prints its own errors with their positions.
#[derive(Debug, Error)]
pub(crate) enum JsonnetError {
    #[error(
        "the external variable `{0}` has no value: write `{0}=…`, or set the environment variable `{0}`"
    )]
    NoValue(String),
    #[error("cannot evaluate `{0}`: see the message above")]
    Evaluate(String),
    #[error("cannot read `{0}`: {1}")]
    Encoding(String, EncodingError),
}

/// The value of a source.
#[derive(Debug)]
pub(crate) struct Evaluated {
    /// Pretty JSON, with a line break at the end.
    pub(crate) json: String,
    /// Whether the outermost value is an array.
    pub(crate) is_array: bool,
}

/// Evaluates a file with the external variables and search path of the command line.
///
/// # Errors
/// The file cannot be read, it does not evaluate, or an external variable has no value.
pub(crate) fn evaluate(source: &Path, options: &Jsonnet) -> Result<Evaluated, JsonnetError> {
    let shown = source.display().to_string();
    let failed = || JsonnetError::Evaluate(shown.clone());
    let arena = Arena::new();
    let mut session = Session::new(&arena);
    for folder in &options.search {
        session.add_search_path(folder.clone());
    }
    for variable in &options.ext_str {
        let (name, text) = name_and_value(variable)?;
        let program = session.program_mut();
        let thunk = program.value_to_thunk(&Value::string(&text));
        let name = program.intern_str(name);
        program.add_ext_var(name, &thunk);
    }
    for variable in &options.ext_code {
        let (name, code) = name_and_value(variable)?;
        let thunk = session
            .load_virt_file(&format!("<ext-code {name}>"), code.into_bytes())
            .ok_or_else(failed)?;
        let program = session.program_mut();
        let name = program.intern_str(name);
        program.add_ext_var(name, &thunk);
    }
    let thunk = load(&mut session, source, &shown)?.ok_or_else(failed)?;
    let value = session.eval_value(&thunk).ok_or_else(failed)?;
    let mut json = session.manifest_json(&value, true).ok_or_else(failed)?;
    json.push('\n');
    Ok(Evaluated {
        json,
        is_array: value.is_array(),
    })
}

/// Loads a file, without its byte order mark if it has one. `None` if it does not parse.
fn load<'p>(
    session: &mut Session<'p>,
    source: &Path,
    shown: &str,
) -> Result<Option<Thunk<'p>>, JsonnetError> {
    let marked = match fs::read(source) {
        Ok(bytes) if is_utf16(&bytes) => {
            return Err(JsonnetError::Encoding(
                shown.to_owned(),
                EncodingError::Utf16,
            ));
        }
        Ok(bytes) => {
            let text = without_mark(&bytes);
            (text.len() < bytes.len()).then(|| text.to_owned())
        }
        // The library reports the error.
        Err(_) => None,
    };
    let Some(text) = marked else {
        return Ok(session.load_real_file(source));
    };
    if let Some(folder) = source.parent() {
        session.add_search_path(folder.to_owned());
    }
    Ok(session.load_virt_file(shown, text))
}

/// An external variable: `NAME=VALUE`, or `NAME` for one whose value is in the environment.
fn name_and_value(variable: &str) -> Result<(&str, String), JsonnetError> {
    match variable.split_once('=') {
        Some((name, value)) => Ok((name, value.to_owned())),
        None => match env::var(variable) {
            Ok(value) => Ok((variable, value)),
            Err(_) => Err(JsonnetError::NoValue(variable.to_owned())),
        },
    }
}
