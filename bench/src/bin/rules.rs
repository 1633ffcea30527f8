//! Writes the configuration and the rules that Oathgate is measured with:
//! `rules FOLDER COUNT [SERVICES]`, for whoever measures something else with them.

use std::{error::Error, fs, path::PathBuf};

use oathgate_bench::rules;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next();
    let (Some(folder), Some(count)) = (next(), next()) else {
        return Err("usage: rules FOLDER COUNT [SERVICES]".into());
    };
    let services = next().unwrap_or_else(|| "http://127.0.0.1:1".to_owned());
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    fs::write(
        folder.join("config.json"),
        rules::config(&services).to_string(),
    )?;
    fs::write(
        folder.join("rules.json"),
        rules::rules(count.parse()?).to_string(),
    )?;
    Ok(())
}
