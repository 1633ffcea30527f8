//! `oathgate credentials public`: the public keys of a key set.

use std::{io::Write as _, time::SystemTime};

use clap::Args;
use oathgate_jose::JwkSet;
use serde_json::json;

use super::{
    KeySetError,
    place::{self, KeySetPlace},
};
use crate::{command::CommandError, exit::Exit};

/// The arguments of `oathgate credentials public`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: KeySetPlace,
}

/// Prints the public halves of the keys that are published now.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let (name, text) = place::read(&arguments.place).await?;
    let set = JwkSet::parse(&text)
        .and_then(|set| set.defect().map_or(Ok(set), Err))
        .map_err(|error| KeySetError::Set(name, error))?;
    let keys: Vec<_> = set.published(SystemTime::now()).collect();
    let mut text = serde_json::to_string_pretty(&json!({ "keys": keys }))?;
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}
