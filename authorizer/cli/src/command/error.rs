//! Why a command ends without a result.

use std::io;

use thiserror::Error;

use super::{attach, credentials, explain, health, package, rules, serve};
use crate::{project::ProjectError, stage::DecidingError};

/// Why a command ends without a result.
#[derive(Debug, Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Deciding(#[from] DecidingError),
    #[error(transparent)]
    SecretHeader(#[from] oathgate_apigateway::SecretHeaderTaken),
    #[error(transparent)]
    RulesBuild(#[from] rules::BuildError),
    #[error(transparent)]
    RulesTest(#[from] rules::TestError),
    #[error(transparent)]
    Package(#[from] package::PackageError),
    #[error(transparent)]
    Serve(#[from] serve::ServeError),
    #[error(transparent)]
    Explain(#[from] explain::ExplainError),
    #[error(transparent)]
    Health(#[from] health::HealthError),
    #[error(transparent)]
    Attach(#[from] attach::AttachError),
    #[error(transparent)]
    Credentials(#[from] oathgate_credentials::CredentialsError),
    #[error(transparent)]
    KeySet(#[from] credentials::KeySetError),
    #[error(transparent)]
    CaFile(#[from] oathgate_http_client::CaFileError),
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl CommandError {
    /// Whether the reader of the output has closed its pipe.
    pub(crate) fn is_from_a_closed_pipe(&self) -> bool {
        match self {
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            Self::Json(error) => error.io_error_kind() == Some(io::ErrorKind::BrokenPipe),
            _ => false,
        }
    }
}
