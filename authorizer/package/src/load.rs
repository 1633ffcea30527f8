//! Reads a package.

use std::{
    io,
    path::{Path, PathBuf},
};

use oathgate_engine::{Gate, Ports, config::Config, manifest::Manifest, rules::RuleStoreError};
use thiserror::Error;

use crate::{PackedError, PackedRules, bytes, files::PACKED};

/// What a gate decides by.
#[derive(Clone, Debug)]
pub struct Package {
    /// The configuration. It is fixed when packaged: variables of the process do not override it.
    config: Config,
    manifest: Manifest,
    rules: PackedRules,
}

/// Why a package cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no packed file.
    #[error("`{folder}` has no `{PACKED}`: write it with `oathgate package`", folder = folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// A file exists and cannot be read.
    #[error("`{file}` cannot be read: {error}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The packed file cannot be used.
    #[error("`{PACKED}` cannot be used: {0}")]
    Packed(#[from] PackedError),
    /// The packed rules and their index do not belong together.
    #[error("`{PACKED}` cannot be used: {0}")]
    Store(#[from] RuleStoreError),
}

impl Package {
    /// Reads [`PACKED`] of a folder.
    ///
    /// # Errors
    /// A file that is missing or cannot be used. A broken package is not used in part.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let file = folder.join(PACKED);
        let bytes = match bytes::open(&file) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                return Err(LoadError::Missing {
                    folder: folder.to_owned(),
                });
            }
            Err(error) => return Err(LoadError::Unreadable { file, error }),
        };
        let rules = PackedRules::open(bytes)?;
        Ok(Self {
            config: rules.config()?,
            manifest: rules.manifest()?,
            rules,
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
        let routes = self.rules.routes()?;
        Ok(Gate::open(
            self.config,
            routes,
            Box::new(self.rules),
            ports,
        )?)
    }
}
