//! The command line as one type. Each command's file holds its arguments and its run.

mod attach;
mod credentials;
mod error;
mod explain;
mod headers;
mod health;
mod package;
mod rules;
mod schema;
mod serve;

use clap::Parser;

use crate::exit::Exit;

pub(crate) use error::CommandError;

/// Checks, tests and packages Ory Oathkeeper's access rules for API Gateway, explains decisions and serves them.
#[derive(Debug, Parser)]
#[command(
    name = "oathgate",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub(crate) enum Oathgate {
    /// Serve Oathkeeper's decision API at `serve.api` of the configuration
    Serve(serve::Arguments),
    /// Build, check, test and list access rules
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Write the folder that AWS Lambda runs
    Package(package::Arguments),
    /// List the headers that the rules set, as API Gateway must map them
    Headers(headers::Arguments),
    /// Decide one request and print why
    Explain(explain::Arguments),
    /// Check that a decision server is ready; the exit code is 0 if it is
    Health(health::Arguments),
    /// Print the JSON Schema of the configuration or of rule files, or facts for other programs
    Schema(schema::Arguments),
    /// Generate, publish and rotate signing keys
    #[command(subcommand)]
    Credentials(credentials::Credentials),
    /// Put the gate in front of an existing REST API, verify it, and detach it again
    Attach(attach::Arguments),
}

impl Oathgate {
    /// Runs the command.
    ///
    /// # Errors
    /// The input cannot be read, or a result cannot be written.
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        match self {
            Self::Serve(arguments) => block_on(serve::run(&arguments)),
            Self::Rules(rules) => rules.run(),
            Self::Package(arguments) => block_on(package::run(&arguments)),
            Self::Headers(arguments) => block_on(headers::run(&arguments)),
            Self::Explain(arguments) => block_on(explain::run(&arguments)),
            Self::Health(arguments) => block_on(health::run(&arguments)),
            Self::Schema(arguments) => schema::run(&arguments),
            Self::Credentials(credentials) => credentials.run(),
            Self::Attach(arguments) => block_on(attach::run(&arguments)),
        }
    }
}

/// Runs asynchronous work to its end.
fn block_on(work: impl Future<Output = Result<Exit, CommandError>>) -> Result<Exit, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
