//! One file for each command.

mod attach;
mod credentials;
mod explain;
mod headers;
mod health;
mod package;
mod rules_build;
mod rules_check;
mod rules_list;
mod rules_test;
mod schema;
mod serve;

pub(crate) use rules_check::all_findings;
pub(crate) use schema::Schema;
use thiserror::Error;

use crate::{
    arguments::{Credentials, Oathgate, Rules},
    exit::Exit,
    project::ProjectError,
};

/// Why a command could not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Deciding(#[from] crate::stage::DecidingError),
    #[error(transparent)]
    Build(#[from] rules_build::BuildError),
    #[error(transparent)]
    Test(#[from] rules_test::TestError),
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
    #[error("cannot print: {0}")]
    Print(#[from] std::io::Error),
}

impl CommandError {
    /// Whether nobody reads what is printed any more.
    pub(crate) fn is_from_a_closed_pipe(&self) -> bool {
        let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        match self {
            Self::Print(error) => closed(error),
            Self::Json(error) => error.io_error_kind() == Some(std::io::ErrorKind::BrokenPipe),
            _ => false,
        }
    }
}

/// Runs a command.
pub(crate) fn run(arguments: Oathgate) -> Result<Exit, CommandError> {
    match arguments {
        Oathgate::Rules(Rules::Build(arguments)) => Ok(rules_build::run(&arguments)?),
        Oathgate::Credentials(Credentials::Generate(arguments)) => {
            credentials::generate(&arguments)
        }
        Oathgate::Credentials(Credentials::Public(arguments)) => {
            block_on(credentials::public(&arguments))
        }
        Oathgate::Credentials(Credentials::Rotate(arguments)) => {
            block_on(credentials::rotate(&arguments))
        }
        Oathgate::Schema(arguments) => schema::run(&arguments),
        Oathgate::Serve(arguments) => block_on(serve::run(&arguments)),
        Oathgate::Rules(Rules::Check(arguments)) => block_on(rules_check::run(&arguments)),
        Oathgate::Rules(Rules::List(arguments)) => block_on(rules_list::run(&arguments)),
        Oathgate::Rules(Rules::Test(arguments)) => block_on(rules_test::run(&arguments)),
        Oathgate::Package(arguments) => block_on(package::run(&arguments)),
        Oathgate::Headers(arguments) => block_on(headers::run(&arguments)),
        Oathgate::Health(arguments) => block_on(health::run(&arguments)),
        Oathgate::Attach(arguments) => block_on(attach::run(&arguments)),
        Oathgate::Explain(arguments) => block_on(explain::run(&arguments)),
    }
}

fn block_on(work: impl Future<Output = Result<Exit, CommandError>>) -> Result<Exit, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
