//! Packs a configuration and one file of rules without any check: `pack_unchecked CONFIG RULES OUT`.
//!
//! For tests alone. `oathgate package` refuses rules that cannot work; what the function does where such rules
//! are reached is tested all the same.

use std::{error::Error, fs, path::PathBuf};

use oathgate_engine::{
    config::{Config, Format},
    rules,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [config, rules, out] = arguments.as_slice() else {
        return Err("usage: pack_unchecked CONFIG RULES OUT".into());
    };
    let format = Format::of_file(&config.to_string_lossy()).unwrap_or_default();
    let no_variables = std::iter::empty::<(String, String)>();
    let config = Config::parse(&fs::read_to_string(config)?, format, no_variables)
        .map_err(|findings| findings.to_string())?;
    let decoded = rules::decode(&rules.to_string_lossy(), &fs::read_to_string(rules)?)
        .map_err(|finding| finding.to_string())?;
    if decoded.findings.have_errors() {
        return Err(decoded.findings.to_string().into());
    }
    fs::write(out, oathgate_package::pack(&config, &decoded.rules)?)?;
    Ok(())
}
