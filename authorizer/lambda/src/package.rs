//! The folder that Lambda runs.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use oathgate_engine::{
    Findings, Gate, Ports,
    config::{self, Config, Format},
    encoding::text_of_file,
    manifest::Manifest,
    rules::{
        self, PackedError, PackedRules, RuleDefinition,
        package_files::{CONFIGURATION, PACKED, RULES},
    },
};
use thiserror::Error;

use crate::{Level, packed_file::PackedFile};

/// What a gate decides by, as it lies beside the binary.
#[derive(Clone, Debug)]
pub struct Package {
    /// The configuration. Variables of the process are not laid over it: it is fixed when packaged.
    config: Config,
    /// What the rules ask of their surroundings.
    manifest: Manifest,
    rules: Rules,
}

#[derive(Clone, Debug)]
enum Rules {
    Packed(PackedRules),
    Decoded(Vec<RuleDefinition>),
}

/// Why there is nothing to decide by.
#[derive(Debug, Error)]
pub enum PackageError {
    /// No file of the name is there.
    #[error("`{folder}` holds none of {names}: write it with `oathgate package`", folder = folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The files of which one is needed.
        names: String,
    },
    /// A file is there and cannot be read.
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
    /// The packed form cannot be used. The plain files are not looked at in its place.
    #[error("`{PACKED}` cannot be used: {0}")]
    Packed(#[from] PackedError),
}

impl Package {
    /// Reads `gate.packed`, or where there is none the files it is made of: `config.json`,
    /// `config.yml` or `config.yaml`, and `rules.json`.
    ///
    /// # Errors
    /// A file that is missing or cannot be used. A broken package is not run in part.
    pub fn load(folder: &Path) -> Result<Self, PackageError> {
        if let Some(file) = PackedFile::open(&folder.join(PACKED))? {
            let packed = PackedRules::open(Arc::new(file))?;
            return Ok(Self {
                config: packed.config()?,
                manifest: packed.manifest()?,
                rules: Rules::Packed(packed),
            });
        }
        let (config, format) = CONFIGURATION
            .into_iter()
            .find_map(|name| {
                let format = Format::of_file(name).unwrap_or_default();
                Some((text(folder, name).transpose()?, format))
            })
            .ok_or_else(|| missing(folder, &CONFIGURATION))?;
        let config = Config::parse(&config?, format, std::iter::empty::<(String, String)>())
            .map_err(PackageError::Config)?;
        let rules = text(folder, RULES)?.ok_or_else(|| missing(folder, &[RULES]))?;
        let decoded = rules::decode(RULES, &rules)
            .map_err(|finding| PackageError::Rules(finding.to_string()))?;
        if decoded.findings.have_errors() {
            return Err(PackageError::Rules(decoded.findings.to_string()));
        }
        Ok(Self {
            manifest: Manifest::of(&config, &decoded.rules),
            config,
            rules: Rules::Decoded(decoded.rules),
        })
    }

    /// The least severe lines that the configuration wants written.
    #[must_use]
    pub fn log_level(&self) -> Level {
        match self.config.log.level {
            config::Level::Error => Level::Error,
            config::Level::Warn => Level::Warn,
            config::Level::Info => Level::Info,
            config::Level::Debug | config::Level::Trace => Level::Debug,
        }
    }

    /// What the rules ask of their surroundings.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether some rule signs tokens, so that keys are needed.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.manifest.signs
    }

    /// The gate.
    ///
    /// # Errors
    /// Packed rules that do not fit their index.
    pub fn into_gate(self, ports: Ports) -> Result<Gate, PackageError> {
        Ok(match self.rules {
            Rules::Packed(packed) => Gate::open(self.config, packed, ports)?,
            Rules::Decoded(rules) => Gate::build(self.config, rules, ports),
        })
    }

    /// The key set of the configuration that the secret takes the place of.
    #[must_use]
    pub fn signing_keys_url(&self) -> Option<String> {
        self.config.signing_key_set().map(str::to_owned)
    }
}

fn missing(folder: &Path, names: &[&str]) -> PackageError {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    PackageError::Missing {
        folder: folder.to_owned(),
        names: quoted.join(", "),
    }
}

fn read(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, PackageError> {
    let file = folder.join(name);
    match std::fs::read(&file) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PackageError::Unreadable { file, error }),
    }
}

fn text(folder: &Path, name: &str) -> Result<Option<String>, PackageError> {
    let Some(content) = read(folder, name)? else {
        return Ok(None);
    };
    text_of_file(content)
        .map(Some)
        .map_err(|error| PackageError::Unreadable {
            file: folder.join(name),
            error: io::Error::new(io::ErrorKind::InvalidData, error),
        })
}
