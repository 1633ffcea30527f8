//! Reads a configuration from files, variables and options.

use serde_json::{Map, Value};

use super::{
    Config, Format,
    assign::{assign, lay_over, parse_path, path_text},
    build::build,
    defaults::defaults,
    environment::{assignment, is_meant_for_us, nearest_name},
    merge::merge,
    origins::{Origin, Origins},
    shape::CONFIG,
    validate::validate,
};
use crate::{
    document::{self, Syntax},
    finding::{Finding, Findings, Severity},
};

/// Collects everything a configuration is made of. Later files win over earlier ones, variables over
/// files, options over variables.
///
/// ```
/// # use oathgate_engine::config::{ConfigSources, Format};
/// let read = ConfigSources::new()
///     .file("config.yml", Format::Yaml, "serve: {api: {port: 4456}}")
///     .environment([("SERVE_API_PORT", "4457")])
///     .set("serve.api.host=127.0.0.1")
///     .read();
/// assert!(!read.findings.have_errors());
/// assert_eq!(read.config.serve.api.port, 4457);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ConfigSources {
    files: Vec<(String, Format, String)>,
    environment: Vec<(String, String)>,
    options: Vec<String>,
}

/// A configuration, and what is wrong in its sources. Where there are errors, what they concern is
/// left at its default.
#[derive(Clone, Debug, Default)]
pub struct ReadConfig {
    /// The configuration.
    pub config: Config,
    /// What is wrong, what has no effect.
    pub findings: Findings,
}

impl ConfigSources {
    /// No source yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the text of a file; `name` is for messages.
    #[must_use]
    pub fn file(mut self, name: &str, format: Format, text: &str) -> Self {
        self.files.push((name.to_owned(), format, text.to_owned()));
        self
    }

    /// Adds variables: `AUTHENTICATORS_JWT_ENABLED` is `authenticators.jwt.enabled`. Those that name
    /// no key are left alone, so the whole environment may be given.
    #[must_use]
    pub fn environment<N: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.environment.extend(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        self
    }

    /// Adds an option `key=value`, its value as YAML. A list replaces the list that was there.
    #[must_use]
    pub fn set(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// Reads everything.
    #[must_use]
    pub fn read(&self) -> ReadConfig {
        let mut reading = Reading {
            written: Value::Object(Map::new()),
            origins: Vec::new(),
            findings: Vec::new(),
        };
        for (name, format, text) in &self.files {
            reading.file(name, *format, text);
        }
        for (name, text) in &self.environment {
            reading.variable(name, text);
        }
        for option in &self.options {
            reading.option(option);
        }
        reading.finish()
    }
}

struct Reading {
    written: Value,
    origins: Vec<Origin>,
    findings: Vec<Finding>,
}

impl Reading {
    fn file(&mut self, name: &str, format: Format, text: &str) {
        let syntax = match format {
            Format::Yaml => Syntax::Yaml,
            Format::Json => Syntax::Json,
            Format::Toml => Syntax::Toml,
        };
        match document::parse(text, syntax) {
            Ok(Value::Null) => {}
            Ok(value @ Value::Object(_)) => {
                merge(&mut self.written, &value);
                self.origins.push(Origin::file(name, text, syntax));
            }
            Ok(_) => self.findings.push(
                Finding::error("a configuration is keys with values, this is something else")
                    .in_file(name),
            ),
            Err(error) => self.findings.push(
                Finding::error(error.message)
                    .in_file(name)
                    .on_line(error.line),
            ),
        }
    }

    fn variable(&mut self, name: &str, text: &str) {
        match assignment(name, text) {
            Ok(Some(set)) => {
                lay_over(&mut self.written, &set.path, &set.value);
                self.origins.push(Origin::One {
                    name: name.to_owned(),
                    path: path_text(&set.path),
                });
            }
            Ok(None) if is_meant_for_us(name) => {
                let finding = Finding::warning("no key is set by this variable").in_file(name);
                self.findings.push(match nearest_name(name) {
                    Some(near) => finding.suggest(format!("did you mean `{near}`?")),
                    None => finding,
                });
            }
            Ok(None) => {}
            Err(finding) => self.findings.push(*finding),
        }
    }

    fn option(&mut self, option: &str) {
        let name = format!("--set {}", option.split('=').next().unwrap_or(option));
        let Some((path, value)) = option
            .split_once('=')
            .and_then(|(path, value)| Some((parse_path(path.trim())?, value)))
        else {
            self.findings.push(
                Finding::error("the option is no `key=value`")
                    .in_file(name)
                    .suggest("write it as `serve.api.port=4457`"),
            );
            return;
        };
        match document::parse(value, Syntax::Yaml) {
            Ok(value) => {
                assign(&mut self.written, &path, value);
                self.origins.push(Origin::One {
                    name,
                    path: path_text(&path),
                });
            }
            Err(error) => self
                .findings
                .push(Finding::error(error.message).in_file(name)),
        }
    }

    fn finish(mut self) -> ReadConfig {
        let mut merged = defaults(&CONFIG).unwrap_or_else(|| Value::Object(Map::new()));
        merge(&mut merged, &self.written);
        let errors = validate(&CONFIG, &merged)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error);
        let notes = validate(&CONFIG, &self.written)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Note);
        let mut found: Vec<Finding> = errors
            .chain(notes)
            .chain(idle(&merged))
            .chain(half_a_certificate(&merged))
            .collect();
        let origins = Origins::new(self.origins);
        for finding in &mut found {
            origins.locate(finding);
        }
        found.sort_by(|one, other| {
            (&one.file, one.line, &one.key).cmp(&(&other.file, other.line, &other.key))
        });
        self.findings.extend(found);
        ReadConfig {
            config: Config {
                origins,
                ..build(&merged, &self.written)
            },
            findings: Findings(self.findings),
        }
    }
}

/// Values that Oathkeeper takes and that have no effect here.
fn idle(merged: &Value) -> Option<Finding> {
    (merged.pointer("/log/leak_sensitive_values") == Some(&Value::Bool(true))).then(|| {
        Finding::note("ignored: no setting makes the log show a secret")
            .at("log.leak_sensitive_values")
    })
}

/// A certificate without its key, or a key without its certificate: serving without either would be
/// serving in the clear.
fn half_a_certificate(merged: &Value) -> Option<Finding> {
    let tls = merged.pointer("/serve/api/tls")?;
    let is_set = |half: &str| {
        ["path", "base64"].iter().any(|source| {
            tls.pointer(&format!("/{half}/{source}"))
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
        })
    };
    let missing = match (is_set("cert"), is_set("key")) {
        (true, false) => "key",
        (false, true) => "cert",
        _ => return None,
    };
    Some(
        Finding::error("half of what TLS needs is missing")
            .at("serve.api.tls")
            .suggest(format!(
                "set `{missing}.path` or `{missing}.base64` as well"
            )),
    )
}
