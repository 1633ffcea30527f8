//! Groups of arguments that several commands share: each is defined once and flattened into them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use oathgate_settings::cli::{DEFAULT_UNSAFE_PATHS, UNSAFE_PATHS};

/// The configuration, and what overrides it.
#[derive(Args, Debug)]
pub(crate) struct Configuration {
    /// Oathkeeper's configuration file: YAML, JSON or TOML. Of several files the later ones override the earlier ones
    #[arg(
        short = 'c',
        long = "config",
        value_name = "FILE",
        required = true,
        value_delimiter = ','
    )]
    pub(crate) files: Vec<PathBuf>,
    /// Set one configuration key, such as `--set access_rules.matching_strategy=glob`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}

/// What else than configuration and rules changes decisions: the same for every command that decides.
#[derive(Args, Debug)]
pub(crate) struct Deciding {
    /// Decide as the function of a stage does, by the settings of a stage file such as `config/stages/dev.yml`: host
    /// and paths, vouched headers, API Gateway's limits. The function's environment variables override them
    #[arg(long, value_name = "FILE")]
    pub(crate) stage: Option<PathBuf>,
    /// Whether to refuse a path that the gate and a backend could read differently. `allow` decides as Oathkeeper does,
    /// and is for backends that read paths as Oathkeeper does
    #[arg(
        long,
        env = UNSAFE_PATHS.name,
        hide_env_values = true,
        value_parser = ["refuse", "allow"],
        default_value = DEFAULT_UNSAFE_PATHS
    )]
    pub(crate) unsafe_paths: String,
}

/// What a Jsonnet file is evaluated with.
#[derive(Args, Debug)]
pub(crate) struct Jsonnet {
    /// Define an external variable as text: `NAME=TEXT`, or `NAME` to read it from the environment
    #[arg(long = "ext-str", value_name = "NAME[=TEXT]")]
    pub(crate) ext_str: Vec<String>,
    /// Define an external variable as Jsonnet code: `NAME=CODE`, or `NAME` to read it from the environment
    #[arg(long = "ext-code", value_name = "NAME[=CODE]")]
    pub(crate) ext_code: Vec<String>,
    /// Search this folder for imports, after the file's own folder
    #[arg(short = 'J', long = "jpath", value_name = "DIR")]
    pub(crate) search: Vec<PathBuf>,
}

/// The form of a command's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines of text
    #[default]
    Text,
    /// One JSON document
    Json,
}
