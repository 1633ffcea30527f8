//! Reads a package.

use std::{
    io,
    path::{Path, PathBuf},
};

use oathgate_engine::{
    Findings, Gate, Ports,
    config::{Config, Format},
    encoding::text_of_file,
    manifest::Manifest,
    rules::{self, RuleDefinition, RuleStoreError},
};
use thiserror::Error;

use crate::{
    PackedError, PackedRules, bytes,
    files::{CONFIGURATION, PACKED, RULES},
};

/// What a gate decides by.
#[derive(Clone, Debug)]
pub struct Package {
    /// The configuration. It is fixed when packaged: variables of the process do not override it.
    config: Config,
    manifest: Manifest,
    rules: Rules,
}

#[derive(Clone, Debug)]
enum Rules {
    Packed(PackedRules),
    Decoded(Vec<RuleDefinition>),
}

/// Why a package cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file is missing.
    #[error("`{folder}` has none of {names}: write it with `oathgate package`", folder = folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The files of which one is needed.
        names: String,
    },
    /// A file exists and cannot be read.
    #[error("`{file}` cannot be read: {error}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The configuration has mistakes.
    #[error("the packaged configuration cannot be used: {0}")]
    Config(Findings),
    /// The rules have mistakes.
    #[error("the packaged rules cannot be used: {0}")]
    Rules(String),
    /// The packed form cannot be used. The plain files are not looked at instead.
    #[error("`{PACKED}` cannot be used: {0}")]
    Packed(#[from] PackedError),
    /// The packed rules and their index do not belong together.
    #[error("`{PACKED}` cannot be used: {0}")]
    Store(#[from] RuleStoreError),
}

impl Package {
    /// Reads [`PACKED`] or, in a folder without it, the files that it is made of: one of
    /// [`CONFIGURATION`], and [`RULES`].
    ///
    /// # Errors
    /// A file that is missing or cannot be used. A broken package is not used in part.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let file = folder.join(PACKED);
        match bytes::open(&file) {
            Ok(Some(bytes)) => Self::packed(PackedRules::open(bytes)?),
            Ok(None) => Self::plain(folder),
            Err(error) => Err(LoadError::Unreadable { file, error }),
        }
    }

    fn packed(packed: PackedRules) -> Result<Self, LoadError> {
        Ok(Self {
            config: packed.config()?,
            manifest: packed.manifest()?,
            rules: Rules::Packed(packed),
        })
    }

    fn plain(folder: &Path) -> Result<Self, LoadError> {
        let (config, format) = CONFIGURATION
            .into_iter()
            .find_map(|name| {
                let format = Format::of_file(name).unwrap_or_default();
                Some((text(folder, name).transpose()?, format))
            })
            .ok_or_else(|| missing(folder, &CONFIGURATION))?;
        let config = Config::parse(&config?, format, std::iter::empty::<(String, String)>())
            .map_err(LoadError::Config)?;
        let rules = text(folder, RULES)?.ok_or_else(|| missing(folder, &[RULES]))?;
        let decoded = rules::decode(RULES, &rules)
            .map_err(|finding| LoadError::Rules(finding.to_string()))?;
        if decoded.findings.have_errors() {
            return Err(LoadError::Rules(decoded.findings.to_string()));
        }
        Ok(Self {
            manifest: Manifest::of(&config, &decoded.rules),
            config,
            rules: Rules::Decoded(decoded.rules),
        })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the rules need from API Gateway.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether some rule signs tokens, so that keys are needed.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.manifest.signs
    }

    /// The `jwks_url` of the global `id_token` mutator, in place of which the secret's keys are used.
    #[must_use]
    pub fn signing_keys_url(&self) -> Option<String> {
        self.config.signing_key_set().map(str::to_owned)
    }

    /// The gate.
    ///
    /// # Errors
    /// An index that cannot be used, or that is not of these rules.
    pub fn into_gate(self, ports: Ports) -> Result<Gate, LoadError> {
        Ok(match self.rules {
            Rules::Packed(packed) => {
                let routes = packed.routes()?;
                Gate::open(self.config, routes, Box::new(packed), ports)?
            }
            Rules::Decoded(rules) => Gate::build(self.config, rules, ports),
        })
    }
}

fn missing(folder: &Path, names: &[&str]) -> LoadError {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    LoadError::Missing {
        folder: folder.to_owned(),
        names: quoted.join(", "),
    }
}

fn text(folder: &Path, name: &str) -> Result<Option<String>, LoadError> {
    let file = folder.join(name);
    let unreadable = |file, error| LoadError::Unreadable { file, error };
    match std::fs::read(&file) {
        Ok(content) => text_of_file(content)
            .map(Some)
            .map_err(|error| unreadable(file, io::Error::new(io::ErrorKind::InvalidData, error))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(file, error)),
    }
}
