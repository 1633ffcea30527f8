//! A configuration and its rules, read from files and URLs.

mod files;
mod findings;
mod s3;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use oathgate_engine::{
    Ports,
    config::{Config, ConfigSources, Format},
    finding::{Findings, Severity},
    ports::SystemClock,
    rules::{self, Missing, RuleDefinition},
};
use oathgate_http_client::{CaFileError, Client, UrlKeys};
use oathgate_text_encoding::text_of_file;
use thiserror::Error;

use files::Files;

use crate::argument_groups::Configuration;

pub(crate) use findings::worst_first;

/// Why a project cannot be read.
#[derive(Debug, Error)]
pub(crate) enum ProjectError {
    #[error("cannot read the configuration `{file}`: {error}", file = file.display())]
    Unreadable { file: PathBuf, error: io::Error },
    #[error(transparent)]
    Format(#[from] oathgate_engine::config::UnknownFormat),
    #[error(transparent)]
    CaFile(#[from] CaFileError),
}

/// Everything that a gate is built from, and the findings about it.
#[derive(Debug)]
pub(crate) struct Project {
    /// The configuration: the files, overridden by variables and options.
    pub(crate) config: Config,
    /// The rules of all repositories that could be read.
    pub(crate) rules: Vec<RuleDefinition>,
    /// The findings about the configuration itself.
    pub(crate) config_findings: Findings,
    /// The findings about the rule repositories.
    pub(crate) rules_findings: Findings,
    /// Whether rules of a repository other than a file are missing.
    pub(crate) missing: Missing,
    /// The HTTP client, key source and clock of a gate of this project.
    pub(crate) ports: Ports,
    files: Files,
}

impl Project {
    /// The path of a rule file that the configuration names.
    pub(crate) fn rule_file(&self, path: &Path) -> PathBuf {
        self.files.locate(path)
    }

    /// Prints the findings that keep the configuration or a rule repository from being read; whether there were any.
    pub(crate) fn report_unreadable(&self) -> bool {
        let found = [&self.config_findings, &self.rules_findings];
        let mut any = false;
        for finding in found.iter().flat_map(|findings| &findings.0) {
            if finding.severity == Severity::Error {
                eprintln!("{finding}");
                any = true;
            }
        }
        any
    }

    /// Reads the configuration that a command names and every rule repository in it.
    ///
    /// # Errors
    /// A file of the configuration cannot be read. Mistakes in it are findings.
    pub(crate) async fn load(from: &Configuration) -> Result<Self, ProjectError> {
        let mut sources = ConfigSources::new();
        for file in &from.files {
            let name = file.display().to_string();
            let format = Format::of_file(&name)?;
            let unreadable = |error| ProjectError::Unreadable {
                file: file.clone(),
                error,
            };
            let text = text_of_file(fs::read(file).map_err(unreadable)?)
                .map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error)))?;
            sources = sources.file(&name, format, &text);
        }
        sources = sources.environment(readable_environment());
        for option in &from.overrides {
            sources = sources.set(option);
        }
        let read = sources.read();
        let client = Client::from_env()?;
        let ports = Ports {
            keys: Arc::new(UrlKeys::new(client.clone())),
            http: Arc::new(client),
            clock: Arc::new(SystemClock),
        };
        let files = Files {
            beside: folders(&from.files),
            http: Arc::clone(&ports.http),
        };
        let loaded = rules::load(&read.config.access_rules.repositories, &files).await;
        let rules_findings = read.config.locate(loaded.findings);
        Ok(Self {
            config: read.config,
            rules: loaded.rules,
            config_findings: read.findings,
            rules_findings,
            missing: loaded.missing,
            ports,
            files,
        })
    }
}

/// The folders of the configuration's files, the one with the highest precedence first.
fn folders(files: &[PathBuf]) -> Vec<PathBuf> {
    let folders = files.iter().rev().filter_map(|file| file.parent());
    folders.map(Path::to_owned).collect()
}

/// The variables whose names and values are Unicode text; others cannot be settings.
fn readable_environment() -> impl Iterator<Item = (String, String)> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
