//! `oathgate schema`: what editors complete and check configurations and rules by.

use std::io::Write as _;

use oathgate_engine::config::{config_schema, rules_schema};

use crate::{
    arguments::{Described, Schema},
    command::CommandError,
    exit::Exit,
};

/// Prints a JSON Schema.
pub(crate) fn run(arguments: &Schema) -> Result<Exit, CommandError> {
    let schema = match arguments.of {
        Described::Config => config_schema(),
        Described::Rules => rules_schema(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    Ok(Exit::Fine)
}
