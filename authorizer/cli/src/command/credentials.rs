//! `oathgate credentials generate`: a key set for the id_token mutator.

use std::io::Write as _;

use crate::{arguments::CredentialsGenerate, command::CommandError, exit::Exit};

/// Prints a JSON Web Key Set with one new private key, as Oathkeeper's own command does.
pub(crate) fn generate(arguments: &CredentialsGenerate) -> Result<Exit, CommandError> {
    let algorithm = arguments.alg.parse()?;
    let keys = oathgate_credentials::generate(algorithm, arguments.kid.as_deref(), arguments.bits)?;
    let mut text = serde_json::to_string_pretty(keys.as_json())?;
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Fine)
}
