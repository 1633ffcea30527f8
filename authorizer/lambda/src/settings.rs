//! What a stage says, in `OATHGATE_*` variables.

use std::{ops::RangeInclusive, time::Duration};

use oathgate_engine::{
    SessionCacheLimits, StageOptions,
    gateway_header::unfit_for_gate_alone,
    go::{canonical_header_name, is_token},
    manifest::VouchedHeader,
};
use thiserror::Error;

use crate::{Level, origin::is_origin};

/// Variables that cannot be used, all of them at once.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the environment cannot be used: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

/// What becomes of a request in which the client sends a header that the gate vouches for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForgedHeaders {
    /// It is refused.
    #[default]
    Refuse,
    /// It is decided about, and API Gateway writes the gate's header over the client's of the same
    /// spelling.
    Replace,
}

/// What the metric dimension `stage` says where no variable names the stage.
const UNNAMED_STAGE: &str = "unnamed";

/// Where metrics go, and by what they can be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSettings {
    /// `OATHGATE_METRICS_NAMESPACE`: CloudWatch's namespace.
    pub namespace: String,
    /// `OATHGATE_METRICS_STAGE`: the dimension `stage` of each metric.
    pub stage: String,
    /// `OATHGATE_METRICS_BY_RULE`: whether each rule has metrics of its own too.
    pub by_rule: bool,
}

/// A header that every grant carries, with a secret that only the gate and the backend know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendSecretSettings {
    /// `OATHGATE_BACKEND_SECRET`: the secret that holds the header's value.
    pub secret: String,
    /// `OATHGATE_BACKEND_SECRET_HEADER`: the header.
    pub header: VouchedHeader,
    /// `OATHGATE_BACKEND_SECRET_TTL_SECONDS`: after how many seconds the secret is read again.
    pub ttl_seconds: u64,
}

/// The function's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What changes decisions: [`STAGE_OPTIONS`](oathgate_engine::stage::STAGE_OPTIONS) has the variables.
    pub stage: StageOptions,
    /// `OATHGATE_JWKS_SECRET`: the secret that stands in for the global id_token `jwks_url`.
    pub jwks_secret: Option<String>,
    /// `OATHGATE_JWKS_TTL_SECONDS`: after how many seconds the secret is read again.
    pub jwks_ttl_seconds: u64,
    /// `OATHGATE_BACKEND_SECRET`, `OATHGATE_BACKEND_SECRET_HEADER` and `OATHGATE_BACKEND_SECRET_TTL_SECONDS`:
    /// what the backend is shown, if anything.
    pub backend_secret: Option<BackendSecretSettings>,
    /// `OATHGATE_VOUCHED_FALLBACK`: what a vouched header says where a rule sets none.
    pub vouched_fallback: String,
    /// `OATHGATE_CLIENT_HEADERS`: vouched headers, separated by commas, that keep the client's own value
    /// where a rule sets none.
    pub client_headers: Vec<String>,
    /// `OATHGATE_FORGED_HEADERS`: whether a request with a vouched header of the client's own is refused.
    pub forged_headers: ForgedHeaders,
    /// `OATHGATE_TOKEN_HEADER`: the header that brings what rules set in `Authorization`, for APIs that
    /// cannot map that one.
    pub token_header: Option<String>,
    /// `OATHGATE_ALLOWED_ORIGINS`: the origins, separated by commas, whose pages may read refusals, where a
    /// stage allows several.
    pub allowed_origins: Vec<String>,
    /// `OATHGATE_HTTP_API_ANSWER` is `simple`: HTTP APIs get `isAuthorized` in place of a policy.
    pub simple_answers: bool,
    /// `OATHGATE_LOG_LEVEL`, else `AWS_LAMBDA_LOG_LEVEL`: the least severe lines that are written, in
    /// place of what the configuration says.
    pub log_level: Option<Level>,
    /// `OATHGATE_SESSION_CACHE_TTL_SECONDS`, `OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS` and
    /// `OATHGATE_SESSION_CACHE_MAX_ENTRIES`: how long answers of session services are kept, if they are.
    pub session_cache: Option<SessionCacheLimits>,
    /// Where metrics go; without it there are none.
    pub metrics: Option<MetricSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stage: StageOptions::default(),
            jwks_secret: None,
            jwks_ttl_seconds: 300,
            backend_secret: None,
            vouched_fallback: "none".to_owned(),
            client_headers: Vec::new(),
            forged_headers: ForgedHeaders::default(),
            token_header: None,
            allowed_origins: Vec::new(),
            simple_answers: false,
            log_level: None,
            session_cache: None,
            metrics: None,
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
            jwks_secret: given("OATHGATE_JWKS_SECRET"),
            metrics: given("OATHGATE_METRICS_NAMESPACE").map(|namespace| MetricSettings {
                namespace,
                stage: given("OATHGATE_METRICS_STAGE").unwrap_or_else(|| UNNAMED_STAGE.to_owned()),
                by_rule: false,
            }),
            ..Self::default()
        };
        if let Err(error) = settings.stage.read_variables(&variable) {
            wrong.extend(error.0);
        }
        let mut number = |name, range: RangeInclusive<u64>| {
            let text = given(name)?;
            let number = text.parse().ok().filter(|number| range.contains(number));
            if number.is_none() {
                let (least, most) = (range.start(), range.end());
                wrong.push(format!(
                    "`{name}` is `{text}`: write a number from {least} to {most}"
                ));
            }
            number
        };
        if let Some(seconds) = number("OATHGATE_JWKS_TTL_SECONDS", 1..=86_400) {
            settings.jwks_ttl_seconds = seconds;
        }
        let ttl = number("OATHGATE_SESSION_CACHE_TTL_SECONDS", 1..=3600);
        let negative_ttl = number("OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS", 0..=3600);
        let max_entries = number("OATHGATE_SESSION_CACHE_MAX_ENTRIES", 10..=10_000);
        let secret_ttl = number("OATHGATE_BACKEND_SECRET_TTL_SECONDS", 1..=86_400);
        settings.session_cache = ttl.map(|ttl| SessionCacheLimits {
            ttl: Duration::from_secs(ttl),
            negative_ttl: Duration::from_secs(negative_ttl.unwrap_or(ttl.min(5))),
            max_entries: max_entries
                .and_then(|most| usize::try_from(most).ok())
                .unwrap_or(1000),
        });
        match (ttl, negative_ttl, max_entries) {
            (None, Some(_), _) | (None, _, Some(_)) => wrong.push(
                "`OATHGATE_SESSION_CACHE_TTL_SECONDS` is not set: without it no session is kept"
                    .to_owned(),
            ),
            (Some(ttl), Some(negative_ttl), _) if negative_ttl > ttl => wrong.push(
                "`OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS` must not be longer than \
                 `OATHGATE_SESSION_CACHE_TTL_SECONDS`"
                    .to_owned(),
            ),
            _ => {}
        }
        match backend_secret(given, secret_ttl) {
            Ok(named) => settings.backend_secret = named,
            Err(why) => wrong.push(why),
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
        if let Some(text) = given("OATHGATE_CLIENT_HEADERS") {
            settings.client_headers = text.split(',').map(|name| name.trim().to_owned()).collect();
            if !settings.client_headers.iter().all(|name| is_token(name)) {
                wrong.push(format!(
                    "`OATHGATE_CLIENT_HEADERS` is `{text}`: write names of headers, separated by commas"
                ));
            }
        }
        if let Some(secret) = &settings.backend_secret {
            let name = &secret.header.header;
            let left_to_clients = |known: &String| known.eq_ignore_ascii_case(name);
            if settings.client_headers.iter().any(left_to_clients) {
                wrong.push(format!(
                    "`OATHGATE_CLIENT_HEADERS` names `{name}`, which holds `OATHGATE_BACKEND_SECRET`: no client may send it"
                ));
            }
        }
        if let Some(text) = given("OATHGATE_FORGED_HEADERS") {
            match text.as_str() {
                "refuse" => settings.forged_headers = ForgedHeaders::Refuse,
                "replace" => settings.forged_headers = ForgedHeaders::Replace,
                _ => wrong.push(format!(
                    "`OATHGATE_FORGED_HEADERS` is `{text}`: write `refuse` or `replace`"
                )),
            }
        }
        if let Some(text) = given("OATHGATE_TOKEN_HEADER") {
            if unfit_for_gate_alone(&text).is_some() {
                wrong.push(format!(
                    "`OATHGATE_TOKEN_HEADER` is `{text}`: write the name of a header that API Gateway maps and no client sends, such as `X-Token`"
                ));
            } else {
                settings.token_header = Some(text);
            }
        }
        if let Some(text) = given("OATHGATE_ALLOWED_ORIGINS") {
            settings.allowed_origins = text.split(',').map(|text| text.trim().to_owned()).collect();
            if !settings.allowed_origins.iter().all(|text| is_origin(text)) {
                wrong.push(format!(
                    "`OATHGATE_ALLOWED_ORIGINS` is `{text}`: write origins such as `https://app.example.com`, separated by commas"
                ));
            }
        }
        if let Some(text) = given("OATHGATE_METRICS_BY_RULE") {
            match (text.as_str(), &mut settings.metrics) {
                ("true", Some(metrics)) => metrics.by_rule = true,
                ("true", None) => wrong.push(
                    "`OATHGATE_METRICS_BY_RULE` is `true`, and without `OATHGATE_METRICS_NAMESPACE` there are no metrics"
                        .to_owned(),
                ),
                ("false", _) => {}
                _ => wrong.push(format!(
                    "`OATHGATE_METRICS_BY_RULE` is `{text}`: write `true` or `false`"
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
                Ok(level) => settings.log_level = Some(level),
                Err(error) => wrong.push(format!("`OATHGATE_LOG_LEVEL`: {error}")),
            }
        } else if let Some(text) = given("AWS_LAMBDA_LOG_LEVEL") {
            // Lambda's own variable has levels we do not (TRACE, FATAL), and nobody of ours wrote it.
            settings.log_level = Some(text.parse().unwrap_or_default());
        }
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(wrong))
        }
    }
}

/// What the backend is shown, if anything; `ttl` is the secret's life-time where a variable names one.
fn backend_secret(
    given: impl Fn(&'static str) -> Option<String>,
    ttl: Option<u64>,
) -> Result<Option<BackendSecretSettings>, String> {
    let secret = given("OATHGATE_BACKEND_SECRET");
    let name = given("OATHGATE_BACKEND_SECRET_HEADER");
    let (secret, name) = match (secret, name) {
        (Some(secret), Some(name)) => (secret, name),
        (Some(_), None) => {
            return Err("`OATHGATE_BACKEND_SECRET_HEADER` is not set: name the header that holds `OATHGATE_BACKEND_SECRET`".to_owned());
        }
        (None, Some(_)) => {
            return Err("`OATHGATE_BACKEND_SECRET` is not set: name the secret that `OATHGATE_BACKEND_SECRET_HEADER` holds".to_owned());
        }
        (None, None) if ttl.is_some() => {
            return Err(
                "`OATHGATE_BACKEND_SECRET` is not set: without it there is no secret to read again"
                    .to_owned(),
            );
        }
        (None, None) => return Ok(None),
    };
    if let Some(why) = unfit_for_gate_alone(&name) {
        return Err(format!(
            "`OATHGATE_BACKEND_SECRET_HEADER` is `{name}`: the header {why}"
        ));
    }
    let header = VouchedHeader::new(&canonical_header_name(&name));
    Ok(Some(BackendSecretSettings {
        secret,
        header,
        ttl_seconds: ttl.unwrap_or(300),
    }))
}
