//! What a stage says, in `OATHGATE_*` variables.

use thiserror::Error;

use crate::{Level, PathPolicy};

/// Variables that cannot be used, all of them at once.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the environment cannot be used: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

/// The function's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `OATHGATE_PUBLIC_HOST`: the host rules name, whatever domain was asked.
    pub public_host: Option<String>,
    /// `OATHGATE_JWKS_SECRET`: the secret that stands in for the global id_token `jwks_url`.
    pub jwks_secret: Option<String>,
    /// `OATHGATE_JWKS_TTL_SECONDS`: after how many seconds the secret is read again.
    pub jwks_ttl_seconds: u64,
    /// `OATHGATE_VOUCHED_FALLBACK`: what a vouched header says where a rule sets none.
    pub vouched_fallback: String,
    /// `OATHGATE_ALLOW_ENCODED_SLASHES`: which paths are refused before any rule is asked.
    pub paths: PathPolicy,
    /// `OATHGATE_HTTP_API_ANSWER` is `simple`: HTTP APIs get `isAuthorized` in place of a policy.
    pub simple_answers: bool,
    /// `OATHGATE_LOG_LEVEL`, else `AWS_LAMBDA_LOG_LEVEL`: the least severe lines that are written.
    pub log_level: Level,
    /// `OATHGATE_METRICS_NAMESPACE`: where metrics go; without it there are none.
    pub metrics_namespace: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_host: None,
            jwks_secret: None,
            jwks_ttl_seconds: 300,
            vouched_fallback: "none".to_owned(),
            paths: PathPolicy::default(),
            simple_answers: false,
            log_level: Level::Info,
            metrics_namespace: None,
        }
    }
}

impl Settings {
    /// The settings of this process.
    ///
    /// # Errors
    /// Every variable that cannot be used.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The settings that variables given by a function make. An empty variable counts as not set.
    ///
    /// # Errors
    /// Every variable that cannot be used.
    pub fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let given = |name| variable(name).filter(|value| !value.is_empty());
        let mut settings = Self {
            public_host: given("OATHGATE_PUBLIC_HOST"),
            jwks_secret: given("OATHGATE_JWKS_SECRET"),
            metrics_namespace: given("OATHGATE_METRICS_NAMESPACE"),
            ..Self::default()
        };
        if let Some(host) = &settings.public_host
            && !host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
        {
            wrong.push(format!(
                "`OATHGATE_PUBLIC_HOST` is `{host}`: write a host name alone, such as `api.example.com`"
            ));
        }
        if let Some(text) = given("OATHGATE_JWKS_TTL_SECONDS") {
            match text.parse() {
                Ok(seconds @ 1..=86_400) => settings.jwks_ttl_seconds = seconds,
                _ => wrong.push(format!(
                    "`OATHGATE_JWKS_TTL_SECONDS` is `{text}`: write a number from 1 to 86400"
                )),
            }
        }
        if let Some(text) = given("OATHGATE_VOUCHED_FALLBACK") {
            if text.trim() == text && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                settings.vouched_fallback = text;
            } else {
                wrong.push(
                    "`OATHGATE_VOUCHED_FALLBACK` must be visible ASCII without spaces around it"
                        .to_owned(),
                );
            }
        }
        if let Some(text) = given("OATHGATE_ALLOW_ENCODED_SLASHES") {
            match text.as_str() {
                "true" => settings.paths = PathPolicy::EncodedSlashesAllowed,
                "false" => {}
                _ => wrong.push(format!(
                    "`OATHGATE_ALLOW_ENCODED_SLASHES` is `{text}`: write `true` or `false`"
                )),
            }
        }
        if let Some(text) = given("OATHGATE_HTTP_API_ANSWER") {
            match text.as_str() {
                "simple" => settings.simple_answers = true,
                "policy" => {}
                _ => wrong.push(format!(
                    "`OATHGATE_HTTP_API_ANSWER` is `{text}`: write `policy` or `simple`"
                )),
            }
        }
        if let Some(text) = given("OATHGATE_LOG_LEVEL") {
            match text.parse() {
                Ok(level) => settings.log_level = level,
                Err(error) => wrong.push(format!("`OATHGATE_LOG_LEVEL`: {error}")),
            }
        } else if let Some(text) = given("AWS_LAMBDA_LOG_LEVEL") {
            // Lambda's own variable has levels we do not (TRACE, FATAL), and nobody of ours wrote it.
            settings.log_level = text.parse().unwrap_or_default();
        }
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(wrong))
        }
    }
}
