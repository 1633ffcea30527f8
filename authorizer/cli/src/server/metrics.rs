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

use super::answer;

/// The upper bounds of the histogram's buckets, in seconds: the defaults of Go's client.
const BUCKETS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct Labels {
    service: &'static str,
    method: String,
    request: String,
    status_code: u16,
}

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
    /// Metrics as `serve.prometheus` wants them.
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
            method: method.to_owned(),
            request: self.shown(path),
            status_code: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        self.durations
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
    }

    fn shown(&self, path: &str) -> String {
        if self.hide_paths {
            return String::new();
        }
        if self.collapse_paths {
            return format!("/{}", path.split('/').nth(1).unwrap_or_default());
        }
        path.to_owned()
    }

    /// All metrics, as Prometheus reads them.
    pub(crate) fn show(&self) -> Response<Bytes> {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => answer::with_type(
                StatusCode::OK,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                text.into(),
            ),
            Err(fmt::Error) => answer::error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the metrics could not be written",
            ),
        }
    }
}
