//! `oathgate credentials`: key sets for the id_token mutator.

mod place;
mod rotate;

use std::io::Write as _;

use oathgate_engine::keys::{JwkSet, JwkSetError};
use oathgate_http_client::aws::{AccountError, SecretError};
use oathgate_key_rotation::{DocumentError, LifeCycleError, RotationError};
use serde_json::json;
use thiserror::Error;

pub(crate) use rotate::rotate;

use crate::{
    arguments::{CredentialsGenerate, CredentialsPublic},
    command::CommandError,
    exit::Exit,
};

/// Why there is no key set to work with. No text holds anything of a key but its id.
#[derive(Debug, Error)]
pub(crate) enum KeySetError {
    #[error("cannot read `{0}`: {1}")]
    Read(String, std::io::Error),
    #[error("cannot write `{0}`: {1}")]
    Write(String, std::io::Error),
    #[error("`{0}` is not a key set: {1}")]
    NoSet(String, JwkSetError),
    #[error("`{0}` is not a key set: {1}")]
    NoDocument(String, DocumentError),
    #[error("the key set of `{0}` cannot be rotated: {1}")]
    LifeCycle(String, LifeCycleError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Rotation(#[from] RotationError),
}

/// Prints a JSON Web Key Set with one new private key, as Oathkeeper's own command does.
pub(crate) fn generate(arguments: &CredentialsGenerate) -> Result<Exit, CommandError> {
    let algorithm = arguments.alg.parse()?;
    let keys = oathgate_credentials::generate(algorithm, arguments.kid.as_deref(), arguments.bits)?;
    let mut text = serde_json::to_string_pretty(keys.as_json())?;
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

/// Prints what may be shown of a key set to everybody now.
pub(crate) async fn public(arguments: &CredentialsPublic) -> Result<Exit, CommandError> {
    let (name, text) = place::read(&arguments.place).await?;
    let set = JwkSet::parse(&text)
        .and_then(|set| set.defect().map_or(Ok(set), Err))
        .map_err(|error| KeySetError::NoSet(name, error))?;
    let keys: Vec<_> = set.published(std::time::SystemTime::now()).collect();
    let mut text = serde_json::to_string_pretty(&json!({ "keys": keys }))?;
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}
