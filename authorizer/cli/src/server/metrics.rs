//! Prometheus metrics under Oathkeeper's names.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Response, StatusCode};
use oathgate_engine::config::Prometheus;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use super::response;

/// The upper bounds of the histogram's buckets, in seconds: the defaults of Go's client.
const BUCKETS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct Labels {
    service: &'static str,
    method: &'static str,
    request: &'static str,
    status_code: u16,
}

/// The label of unknown values: what clients send must not fill the memory with labels.
const OTHER: &str = "other";

/// The methods of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-9.1) and `PATCH`.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE",
];

/// The known paths: the first segment, the label of the segment itself, and the label of every path below it.
const ROUTES: [(&str, &str, &str); 4] = [
    ("/decisions", "/decisions", "/decisions/{path}"),
    ("/rules", "/rules", "/rules/{id}"),
    ("/version", "/version", OTHER),
    ("/.well-known", OTHER, OTHER),
];

/// The only path below another that has a label of its own.
const KEYS: &str = "/.well-known/jwks.json";

/// Counts requests and how long they took.
#[derive(Debug)]
pub(crate) struct Metrics {
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram>,
    hide_paths: bool,
    collapse_paths: bool,
    registry: Registry,
}

impl Metrics {
    /// Metrics with the settings of `serve.prometheus`.
    pub(crate) fn new(settings: &Prometheus) -> Arc<Self> {
        let requests = Family::default();
        let durations =
            Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let prefix = &settings.metric_name_prefix;
        let mut registry = Registry::default();
        registry.register(
            format!("{prefix}requests"),
            "Total number of requests",
            Family::clone(&requests),
        );
        registry.register(
            format!("{prefix}requests_duration_seconds"),
            "Time spent serving requests",
            Family::clone(&durations),
        );
        Arc::new(Self {
            requests,
            durations,
            hide_paths: settings.hide_request_paths,
            collapse_paths: settings.collapse_request_paths,
            registry,
        })
    }

    /// Counts one request of the decision API. Health checks are not counted.
    pub(crate) fn count(&self, method: &str, path: &str, status: StatusCode, took: Duration) {
        if matches!(path, "/health/alive" | "/health/ready") {
            return;
        }
        let labels = Labels {
            service: "oathkeeper-api",
            method: METHODS
                .into_iter()
                .find(|known| *known == method)
                .unwrap_or(OTHER),
            request: self.path_label(path),
            status_code: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        self.durations
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
    }

    /// The label of a path, one of a fixed set.
    fn path_label(&self, path: &str) -> &'static str {
        if self.hide_paths {
            return "";
        }
        if path == KEYS && !self.collapse_paths {
            return KEYS;
        }
        let below = |first: &str| path.strip_prefix(first).filter(|rest| is_below(rest));
        let found = ROUTES
            .into_iter()
            .find_map(|(first, itself, all)| Some((first, itself, all, below(first)?)));
        match found {
            None => OTHER,
            Some((first, ..)) if self.collapse_paths => first,
            Some((_, itself, _, "")) => itself,
            Some((_, _, all, _)) => all,
        }
    }

    /// All metrics, in the form that Prometheus reads.
    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => response::with_type(
                StatusCode::OK,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                text.into(),
            ),
            Err(fmt::Error) => response::error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "cannot encode the metrics",
            ),
        }
    }
}

/// Whether the text after a segment does not continue it.
fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}
