//! Oathkeeper's `config.yml`, parsed into types once.

mod assign;
mod build;
mod defaults;
mod effective;
mod environment;
mod form;
mod format;
mod handlers;
mod json_schema;
mod load;
mod log;
mod merge;
mod origins;
mod serve;
pub(crate) mod shape;
mod suggest;
mod validate;

pub use format::{Format, UnknownFormat};
pub use handlers::{HandlerSettings, Handlers};
pub use json_schema::{config_schema, rules_schema};
pub use load::{ConfigSources, ReadConfig};
pub use log::{Level, Log, LogFormat};
pub use merge::merge;
pub(crate) use merge::whole_numbers;
use oathgate_url_pattern::Strategy;
pub(crate) use origins::Origins;
pub use serve::{Api, Cors, Prometheus, Proxy, Serve, Timeout, Tls, TlsSource};
pub use shape::{Field, Form, Kind, Preset, Required, Shape};
pub use suggest::{did_you_mean, nearest};
pub use validate::{kind_of, unknown_keys, validate};

use crate::{finding::Findings, handlers::HandlerKind};

/// Everything Oathkeeper's configuration file says, checked.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `serve`: ports and their settings.
    pub serve: Serve,
    /// `log`.
    pub log: Log,
    /// `access_rules`: where rules come from and how they match.
    pub access_rules: AccessRules,
    /// `authenticators`.
    pub authenticators: Handlers,
    /// `authorizers`.
    pub authorizers: Handlers,
    /// `mutators`.
    pub mutators: Handlers,
    /// `errors`.
    pub errors: Errors,
    /// Where the keys were set, for messages.
    pub(crate) origins: Origins,
}

impl Config {
    /// Parses one file, with variables over it. [`ConfigSources`] takes more than one, and gives what
    /// can be used of a broken configuration too.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn parse<N: Into<String>, V: Into<String>>(
        text: &str,
        format: Format,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Findings> {
        let read = ConfigSources::new()
            .file("", format, text)
            .environment(environment)
            .read();
        if read.findings.have_errors() {
            Err(read.findings)
        } else {
            Ok(read.config)
        }
    }
}

impl Config {
    /// The key set that the configuration itself names for a mutator that signs: the one that a secret
    /// takes the place of in the function.
    #[must_use]
    pub fn signing_key_set(&self) -> Option<&str> {
        HandlerKind::Mutator
            .handlers()
            .iter()
            .filter(|handler| handler.signs())
            .find_map(|handler| {
                let config = self.mutators.get(handler.name)?.config.as_ref()?;
                config.get(handler.key_sets?.option)?.as_str()
            })
    }

    /// Says where keys of the configuration stand in findings that name no file yet.
    #[must_use]
    pub fn locate(&self, mut findings: Findings) -> Findings {
        for finding in &mut findings.0 {
            if finding.file.is_empty() && finding.rule.is_none() {
                self.origins.locate(finding);
            }
        }
        findings
    }
}

/// `access_rules`.
#[derive(Clone, Debug, Default)]
pub struct AccessRules {
    /// URLs of rule files, in order.
    pub repositories: Vec<String>,
    /// How `match.url` is read.
    pub matching_strategy: Strategy,
}

/// `errors`.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    /// The handlers tried in order where no handler of the rule is responsible; `None` means `json`.
    pub fallback: Option<Vec<String>>,
    /// `errors.handlers`.
    pub handlers: Handlers,
}
