//! The settings of a stage and the options of the command line that change decisions.

use std::{env, fs, io, path::PathBuf};

use oathgate_engine::{
    Decision, Gate, Request, StageOptions, safety::Treatment, stage::StageError,
};
use thiserror::Error;

use crate::argument_groups::Deciding;

/// Why the settings that change decisions cannot be used.
#[derive(Debug, Error)]
pub(crate) enum DecidingError {
    #[error("cannot read the stage file `{file}`: {error}", file = file.display())]
    Unreadable { file: PathBuf, error: io::Error },
    #[error("`{file}`: {error}", file = file.display())]
    File { file: PathBuf, error: StageError },
    #[error("environment variables are not valid: {0}")]
    Environment(StageError),
}

impl Deciding {
    /// The stage file's settings, overridden by those of `OATHGATE_*` variables.
    ///
    /// # Errors
    /// The file cannot be read, or a setting or variable is not valid.
    pub(crate) fn options(&self) -> Result<StageOptions, DecidingError> {
        let mut options = StageOptions::default();
        if let Some(file) = &self.stage {
            let text = fs::read_to_string(file).map_err(|error| DecidingError::Unreadable {
                file: file.clone(),
                error,
            })?;
            options
                .read_file(&text)
                .map_err(|error| DecidingError::File {
                    file: file.clone(),
                    error,
                })?;
        }
        options
            .read_variables(|name| env::var(name).ok())
            .map_err(DecidingError::Environment)?;
        options.paths.unsafe_paths = match self.unsafe_paths.as_str() {
            "allow" => Treatment::Allow,
            _ => Treatment::Refuse,
        };
        Ok(options)
    }
}

/// Decides a request as the stage's function does.
pub(crate) async fn decide(gate: &Gate, stage: &StageOptions, mut request: Request) -> Decision {
    match stage.place(&mut request) {
        Ok(()) => gate.decide(request).await,
        Err(why) => gate.refuse_path(&request, why),
    }
}
