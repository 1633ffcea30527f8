//! Turns a merged configuration into types. What is missing or wrong is left at its default: the
//! findings say so.

use std::time::Duration;

use serde_json::Value;

use crate::handlers::HandlerKind;

use super::{
    AccessRules, Api, Config, Cors, Errors, HandlerSettings, Handlers, Level, Log, LogFormat,
    Origins, Prometheus, Proxy, Serve, Timeout, Tls, TlsSource, validate::as_integer,
};

/// Builds a configuration from its merged value; `written` is the same without defaults.
pub(super) fn build(merged: &Value, written: &Value) -> Config {
    let root = At(Some(merged));
    let errors = root.key("errors");
    Config {
        serve: Serve {
            api: api(root.key("serve").key("api")),
            prometheus: prometheus(root.key("serve").key("prometheus")),
            proxy: written
                .pointer("/serve/proxy")
                .is_some_and(Value::is_object)
                .then(|| proxy(root.key("serve").key("proxy"))),
        },
        log: log(root.key("log")),
        access_rules: AccessRules {
            repositories: root.key("access_rules").key("repositories").texts(),
            matching_strategy: root
                .key("access_rules")
                .key("matching_strategy")
                .text()
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
        },
        authenticators: handlers(root.key("authenticators"), HandlerKind::Authenticator),
        authorizers: handlers(root.key("authorizers"), HandlerKind::Authorizer),
        mutators: handlers(root.key("mutators"), HandlerKind::Mutator),
        errors: Errors {
            fallback: errors
                .key("fallback")
                .0
                .is_some_and(Value::is_array)
                .then(|| errors.key("fallback").texts()),
            handlers: handlers(errors.key("handlers"), HandlerKind::ErrorHandler),
        },
        origins: Origins::default(),
    }
}

/// A place in a value, there or not.
#[derive(Clone, Copy)]
struct At<'v>(Option<&'v Value>);

impl<'v> At<'v> {
    fn key(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)))
    }

    fn text(self) -> Option<&'v str> {
        self.0.and_then(Value::as_str)
    }

    fn filled(self) -> Option<String> {
        self.text()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    fn flag(self) -> Option<bool> {
        self.0.and_then(Value::as_bool)
    }

    fn texts(self) -> Vec<String> {
        let items = self.0.and_then(Value::as_array).into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    fn duration(self) -> Option<Duration> {
        self.text().and_then(oathgate_gostd::parse_duration)
    }

    fn port(self) -> Option<u16> {
        self.0
            .and_then(as_integer)
            .and_then(|port| u16::try_from(port).ok())
    }
}

fn handlers(at: At<'_>, kind: HandlerKind) -> Handlers {
    let mut handlers = Handlers::default();
    for known in kind.handlers() {
        let handler = at.key(known.name);
        handlers.0.insert(
            known.name.to_owned(),
            HandlerSettings {
                enabled: handler.key("enabled").flag().unwrap_or(false),
                config: handler
                    .key("config")
                    .0
                    .filter(|config| config.is_object())
                    .cloned(),
            },
        );
    }
    handlers
}

fn api(at: At<'_>) -> Api {
    let default = Api::default();
    Api {
        host: at.key("host").text().map_or(default.host, str::to_owned),
        port: at.key("port").port().unwrap_or(default.port),
        timeout: timeout(at.key("timeout")),
        cors: cors(at.key("cors")),
        tls: tls(at.key("tls")),
    }
}

fn proxy(at: At<'_>) -> Proxy {
    let default = Proxy::default();
    Proxy {
        host: at.key("host").text().map_or(default.host, str::to_owned),
        port: at.key("port").port().unwrap_or(default.port),
        timeout: timeout(at.key("timeout")),
        tls: tls(at.key("tls")),
    }
}

fn timeout(at: At<'_>) -> Timeout {
    let default = Timeout::default();
    Timeout {
        read: at.key("read").duration().unwrap_or(default.read),
        write: at.key("write").duration().unwrap_or(default.write),
        idle: at.key("idle").duration().unwrap_or(default.idle),
    }
}

fn cors(at: At<'_>) -> Cors {
    Cors {
        enabled: at.key("enabled").flag().unwrap_or(false),
        allowed_origins: at.key("allowed_origins").texts(),
        allowed_methods: at.key("allowed_methods").texts(),
        allowed_headers: at.key("allowed_headers").texts(),
        exposed_headers: at.key("exposed_headers").texts(),
        allow_credentials: at.key("allow_credentials").flag().unwrap_or(false),
        max_age: at.key("max_age").0.and_then(as_integer).unwrap_or(0),
    }
}

/// A certificate is served where both halves are there.
fn tls(at: At<'_>) -> Option<Tls> {
    let half = |at: At<'_>| {
        at.key("base64")
            .filled()
            .map(TlsSource::Base64)
            .or_else(|| at.key("path").filled().map(TlsSource::Path))
    };
    Some(Tls {
        key: half(at.key("key"))?,
        cert: half(at.key("cert"))?,
    })
}

fn prometheus(at: At<'_>) -> Prometheus {
    let default = Prometheus::default();
    let text = |key: &str, default: String| at.key(key).text().map_or(default, str::to_owned);
    Prometheus {
        host: text("host", default.host),
        port: at.key("port").port().unwrap_or(default.port),
        metrics_path: text("metrics_path", default.metrics_path),
        metric_name_prefix: text("metric_name_prefix", default.metric_name_prefix),
        hide_request_paths: at
            .key("hide_request_paths")
            .flag()
            .unwrap_or(default.hide_request_paths),
        collapse_request_paths: at
            .key("collapse_request_paths")
            .flag()
            .unwrap_or(default.collapse_request_paths),
    }
}

fn log(at: At<'_>) -> Log {
    Log {
        level: match at.key("level").text() {
            Some("panic" | "fatal" | "error") => Level::Error,
            Some("warn") => Level::Warn,
            Some("debug") => Level::Debug,
            Some("trace") => Level::Trace,
            _ => Level::Info,
        },
        format: match at.key("format").text() {
            Some("json" | "gelf") => LogFormat::Json,
            Some("json_pretty") => LogFormat::JsonPretty,
            _ => LogFormat::Text,
        },
        additional_redacted_headers: at.key("additional_redacted_headers").texts(),
        redaction_text: at.key("redaction_text").text().map(str::to_owned),
    }
}
