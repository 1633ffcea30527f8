//! `oathgate credentials`: key sets for the `id_token` mutator, one file for each of its commands.

mod generate;
mod place;
mod public;
mod rotate;

use clap::Subcommand;
use oathgate_http_client::aws::{AccountError, SecretError};
use oathgate_jose::JwkSetError;
use oathgate_key_rotation::{DocumentError, LifeCycleError, RotationError};
use thiserror::Error;

use super::{CommandError, block_on};
use crate::exit::Exit;

/// The commands about key sets.
#[derive(Debug, Subcommand)]
pub(crate) enum Credentials {
    /// Print a JSON Web Key Set with one new private key
    Generate(generate::Arguments),
    /// Print the public keys of a key set, for those who verify tokens
    Public(public::Arguments),
    /// Add the next key to a key set, or revoke keys that others may know
    Rotate(rotate::Arguments),
}

impl Credentials {
    /// Runs the command.
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        match self {
            Self::Generate(arguments) => generate::run(&arguments),
            Self::Public(arguments) => block_on(public::run(&arguments)),
            Self::Rotate(arguments) => block_on(rotate::run(&arguments)),
        }
    }
}

/// Why a key set cannot be read or changed. No message contains anything of a key but its id.
#[derive(Debug, Error)]
pub(crate) enum KeySetError {
    #[error("cannot read `{0}`: {1}")]
    Read(String, std::io::Error),
    #[error("cannot write `{0}`: {1}")]
    Write(String, std::io::Error),
    #[error("`{0}` is not a valid key set: {1}")]
    Set(String, JwkSetError),
    #[error("`{0}` is not a valid key set: {1}")]
    Document(String, DocumentError),
    #[error("the key set of `{0}` cannot be rotated: {1}")]
    LifeCycle(String, LifeCycleError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Rotation(#[from] RotationError),
}
