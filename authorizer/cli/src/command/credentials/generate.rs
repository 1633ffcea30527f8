//! `oathgate credentials generate`: a key set with one new private key.

use std::io::Write as _;

use clap::Args;

use crate::{command::CommandError, exit::Exit};

/// The arguments of `oathgate credentials generate`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The signature algorithm
    #[arg(long, default_value = "ES256", value_name = "ALGORITHM")]
    alg: String,
    /// The key's id [default: a random one]
    #[arg(long, value_name = "ID")]
    kid: Option<String>,
    /// The size of an RSA key in bits: 2048, 3072 or 4096
    #[arg(long, value_name = "BITS")]
    bits: Option<u32>,
}

/// Prints the key set, as Oathkeeper's own command does.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let algorithm = arguments.alg.parse()?;
    let keys = oathgate_credentials::generate(algorithm, arguments.kid.as_deref(), arguments.bits)?;
    let mut text = serde_json::to_string_pretty(keys.as_json())?;
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}
