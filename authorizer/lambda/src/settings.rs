//! The function's settings, read from `OATHGATE_*` variables.

use std::time::Duration;

use oathgate_apigateway::is_origin;
use oathgate_engine::{SessionCacheLimits, StageOptions};
use oathgate_settings::{Variable, VariableError, authorizer as variables};
use thiserror::Error;

use crate::Level;

/// The environment variables that cannot be used, with the reason for each.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the environment variables cannot be used: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

/// The namespace and the dimensions of metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSettings {
    /// `OATHGATE_METRICS_NAMESPACE`: CloudWatch's namespace.
    pub namespace: String,
    /// `OATHGATE_METRICS_STAGE`: the dimension `stage` of each metric.
    pub stage: String,
    /// `OATHGATE_METRICS_BY_RULE`: whether metrics also have the dimension `rule`.
    pub by_rule: bool,
}

/// The secret that only the gate and the backend know. `OATHGATE_BACKEND_SECRET_HEADER`, the header that contains
/// it, is one of the [`StageOptions`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendSecretSettings {
    /// `OATHGATE_BACKEND_SECRET`: the secret that contains the header's value.
    pub secret: String,
    /// `OATHGATE_BACKEND_SECRET_TTL_SECONDS`: the seconds after which the secret is read again.
    pub ttl_seconds: u64,
}

/// The function's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The settings that change decisions: [`STAGE_OPTIONS`](oathgate_engine::stage::STAGE_OPTIONS) lists their variables.
    pub stage: StageOptions,
    /// `OATHGATE_JWKS_SECRET`: the secret that is read in place of the global id_token `jwks_url`.
    pub jwks_secret: Option<String>,
    /// `OATHGATE_JWKS_TTL_SECONDS`: the seconds after which the secret is read again.
    pub jwks_ttl_seconds: u64,
    /// `OATHGATE_BACKEND_SECRET` and `OATHGATE_BACKEND_SECRET_TTL_SECONDS`: the secret that grants send to the
    /// backend, if any.
    pub backend_secret: Option<BackendSecretSettings>,
    /// `OATHGATE_ALLOWED_ORIGINS`: the origins, separated by commas, whose pages may read refusals, if a stage
    /// allows several.
    pub allowed_origins: Vec<String>,
    /// `OATHGATE_HTTP_API_ANSWER` is `simple`: HTTP APIs get `isAuthorized` in place of a policy.
    pub simple_answers: bool,
    /// `OATHGATE_LOG_LEVEL`, else `AWS_LAMBDA_LOG_LEVEL`: the level from which on lines are written, in
    /// place of the configuration's `log.level`.
    pub log_level: Option<Level>,
    /// `OATHGATE_SESSION_CACHE_TTL_SECONDS`, `OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS` and
    /// `OATHGATE_SESSION_CACHE_MAX_ENTRIES`: how long responses of session services are cached, if they are.
    pub session_cache: Option<SessionCacheLimits>,
    /// Namespace and dimensions of metrics; `None` writes none.
    pub metrics: Option<MetricSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stage: StageOptions::default(),
            jwks_secret: None,
            jwks_ttl_seconds: variables::DEFAULT_SECRET_TTL_SECONDS,
            backend_secret: None,
            allowed_origins: Vec::new(),
            simple_answers: false,
            log_level: None,
            session_cache: None,
            metrics: None,
        }
    }
}

impl Settings {
    /// Reads the settings from the environment of this process.
    ///
    /// # Errors
    /// Every variable that cannot be used.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads the settings from the variables that `variable` returns. An empty variable counts as not set.
    ///
    /// # Errors
    /// Every variable that cannot be used.
    pub fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let given = |known: Variable| known.text(&variable);
        let mut settings = Self {
            jwks_secret: given(variables::JWKS_SECRET),
            metrics: given(variables::METRICS_NAMESPACE).map(|namespace| MetricSettings {
                namespace,
                stage: given(variables::METRICS_STAGE)
                    .unwrap_or_else(|| variables::DEFAULT_METRICS_STAGE.to_owned()),
                by_rule: false,
            }),
            ..Self::default()
        };
        if let Err(error) = settings.stage.read_variables(&variable) {
            wrong.extend(error.0);
        }
        let mut number = |known: Variable| usable(known.number(&variable), &mut wrong);
        if let Some(seconds) = number(variables::JWKS_TTL_SECONDS) {
            settings.jwks_ttl_seconds = seconds;
        }
        let ttl = number(variables::SESSION_CACHE_TTL_SECONDS);
        let negative_ttl = number(variables::SESSION_CACHE_NEGATIVE_TTL_SECONDS);
        let max_entries = number(variables::SESSION_CACHE_MAX_ENTRIES);
        let secret_ttl = number(variables::BACKEND_SECRET_TTL_SECONDS);
        settings.session_cache = ttl.map(|ttl| SessionCacheLimits {
            ttl: Duration::from_secs(ttl),
            negative_ttl: Duration::from_secs(
                negative_ttl.unwrap_or(ttl.min(variables::DEFAULT_NEGATIVE_TTL_SECONDS)),
            ),
            max_entries: usize::try_from(max_entries.unwrap_or(variables::DEFAULT_MAX_ENTRIES))
                .unwrap_or(usize::MAX),
        });
        match (ttl, negative_ttl, max_entries) {
            (None, Some(_), _) | (None, _, Some(_)) => wrong.push(format!(
                "`{}` is not set: without it no session is cached",
                variables::SESSION_CACHE_TTL_SECONDS.name
            )),
            (Some(ttl), Some(negative_ttl), _) if negative_ttl > ttl => wrong.push(format!(
                "`{}` must not be longer than `{}`",
                variables::SESSION_CACHE_NEGATIVE_TTL_SECONDS.name,
                variables::SESSION_CACHE_TTL_SECONDS.name
            )),
            _ => {}
        }
        match backend_secret(given, secret_ttl) {
            Ok(named) => settings.backend_secret = named,
            Err(why) => wrong.push(why),
        }
        let vouched = &settings.stage.vouched;
        if let Some(name) = &vouched.secret_header {
            let is_secret = |known: &String| known.eq_ignore_ascii_case(name);
            if vouched.client_headers.iter().any(is_secret) {
                wrong.push(format!(
                    "`{}` names `{name}`, which contains `{}`: no client may send it",
                    variables::CLIENT_HEADERS.name,
                    variables::BACKEND_SECRET.name
                ));
            }
        }
        let mut word = |known: Variable| usable(known.word(&variable), &mut wrong);
        settings.simple_answers = word(variables::HTTP_API_ANSWER) == Some("simple");
        let by_rule = word(variables::METRICS_BY_RULE) == Some("true");
        if let Some(text) = given(variables::ALLOWED_ORIGINS) {
            settings.allowed_origins = text.split(',').map(|text| text.trim().to_owned()).collect();
            if !settings.allowed_origins.iter().all(|text| is_origin(text)) {
                wrong.push(format!(
                    "`{}` is `{text}`: write origins such as `https://app.example.com`, separated by commas",
                    variables::ALLOWED_ORIGINS.name
                ));
            }
        }
        match &mut settings.metrics {
            Some(metrics) => metrics.by_rule = by_rule,
            None if by_rule => wrong.push(format!(
                "`{}` is `true`, but `{}` is not set: set it, or metrics are not written",
                variables::METRICS_BY_RULE.name,
                variables::METRICS_NAMESPACE.name
            )),
            None => {}
        }
        if let Some(text) = given(variables::LOG_LEVEL) {
            match text.parse() {
                Ok(level) => settings.log_level = Some(level),
                Err(error) => wrong.push(format!("`{}`: {error}", variables::LOG_LEVEL.name)),
            }
        } else if let Some(text) = variable("AWS_LAMBDA_LOG_LEVEL").filter(|text| !text.is_empty())
        {
            // Lambda's own variable has levels that do not exist here (TRACE, FATAL), and the stage did not set it.
            settings.log_level = Some(text.parse().unwrap_or_default());
        }
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(wrong))
        }
    }
}

/// The value of a variable, if it is set; the error of one that cannot be used is added to `wrong`.
fn usable<T>(read: Result<Option<T>, VariableError>, wrong: &mut Vec<String>) -> Option<T> {
    read.unwrap_or_else(|error| {
        wrong.push(error.to_string());
        None
    })
}

/// The secret that the backend receives, if any; `ttl` is the number of seconds for which it is kept, if set.
fn backend_secret(
    given: impl Fn(Variable) -> Option<String>,
    ttl: Option<u64>,
) -> Result<Option<BackendSecretSettings>, String> {
    let secret = given(variables::BACKEND_SECRET);
    let name = given(variables::BACKEND_SECRET_HEADER);
    let (of_secret, of_header) = (
        variables::BACKEND_SECRET.name,
        variables::BACKEND_SECRET_HEADER.name,
    );
    let secret = match (secret, name) {
        (Some(secret), Some(_)) => secret,
        (Some(_), None) => {
            return Err(format!(
                "`{of_header}` is not set: set it to the header that contains `{of_secret}`"
            ));
        }
        (None, Some(_)) => {
            return Err(format!(
                "`{of_secret}` is not set: set it to the secret that `{of_header}` contains"
            ));
        }
        (None, None) if ttl.is_some() => {
            return Err(format!(
                "`{of_secret}` is not set: set it, or leave out the time after which it is read again"
            ));
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(BackendSecretSettings {
        secret,
        ttl_seconds: ttl.unwrap_or(variables::DEFAULT_SECRET_TTL_SECONDS),
    }))
}
