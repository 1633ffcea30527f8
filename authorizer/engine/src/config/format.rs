//! The formats a configuration may be written in.

use std::str::FromStr;

use thiserror::Error;

/// The format of a configuration file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML 1.2.
    #[default]
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

/// A file name without a known ending.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the format of `{0}` is not known, use a name that ends in .yaml, .yml, .json or .toml")]
pub struct UnknownFormat(pub String);

impl Format {
    /// The format by the ending of a file's name.
    ///
    /// # Errors
    /// An ending other than `.yaml`, `.yml`, `.json` and `.toml`.
    pub fn of_file(name: &str) -> Result<Self, UnknownFormat> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        ending
            .and_then(|ending| Self::from_str(ending).ok())
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "yaml" | "yml" => Ok(Self::Yaml),
            "json" => Ok(Self::Json),
            "toml" => Ok(Self::Toml),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}
