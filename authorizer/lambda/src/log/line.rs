//! The log line of a decision.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oathgate_engine::Took;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::settings::MetricSettings;

/// The kind of response to API Gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// A policy that allows.
    Allow,
    /// A policy that denies.
    Deny,
    /// The error `Unauthorized`.
    Unauthorized,
    /// Another error: there is no decision.
    Error,
}

/// One decision. It contains no header, cookie, query or token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decided<'a> {
    pub(crate) request_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) api_request_id: &'a str,
    pub(crate) outcome: Outcome,
    pub(crate) status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) overlapping: Vec<&'a str>,
    pub(crate) step: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) handler: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_handler: Option<&'a str>,
    /// The reason code, which does not change between versions.
    pub(crate) code: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) reason: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) cause: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) worked_around: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) empty_subject: bool,
    pub(crate) step_ms: Steps,
    pub(crate) cold_start: bool,
    #[serde(flatten)]
    pub(crate) figures: Figures<'a>,
}

/// The measured values of a decision.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures<'a> {
    pub(crate) ms: f64,
    pub(crate) upstream_calls: u32,
    pub(crate) upstream_ms: f64,
    pub(crate) cache_hits: u32,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) metrics: Option<Metrics<'a>>,
}

/// The metrics of a decision whose line is not written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured<'a> {
    pub(crate) timestamp: String,
    pub(crate) message: &'a str,
    pub(crate) outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'a str>,
    #[serde(flatten)]
    pub(crate) figures: Figures<'a>,
}

/// Milliseconds of each step.
#[derive(Serialize)]
pub(crate) struct Steps {
    route: f64,
    authenticate: f64,
    authorize: f64,
    mutate: f64,
}

impl From<Took> for Steps {
    fn from(took: Took) -> Self {
        Self {
            route: milliseconds(took.route),
            authenticate: milliseconds(took.authenticate),
            authorize: milliseconds(took.authorize),
            mutate: milliseconds(took.mutate),
        }
    }
}

/// The fields from which CloudWatch extracts metrics, in its
/// [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
pub(crate) struct Metrics<'a> {
    pub(crate) settings: &'a MetricSettings,
    pub(crate) cold_start: bool,
    pub(crate) has_rule: bool,
    /// Whether any service was called: without one there is no latency.
    pub(crate) called: bool,
    /// The fault that needs an operator's attention: the decision's code, or [`WORKED_AROUND`].
    pub(crate) fault: Option<&'a str>,
}

/// The fault of a decision that was made in spite of a failure.
pub(crate) const WORKED_AROUND: &str = "worked_around";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    timestamp: u128,
    cloud_watch_metrics: &'a [Source<'a>],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Source<'a> {
    namespace: &'a str,
    dimensions: &'a [&'a [&'a str]],
    metrics: &'a [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

impl Serialize for Metrics<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let by_rule: &[&[&str]] = &[&["stage", "outcome"], &["stage", "outcome", "rule"]];
        let without_rule: &[&[&str]] = &[&["stage", "outcome"]];
        let metric = |name, unit| Metric { name, unit };
        let metrics = [
            metric("decisions", "Count"),
            metric("coldStarts", "Count"),
            metric("upstreamCalls", "Count"),
            metric("cacheHits", "Count"),
            metric("ms", "Milliseconds"),
            metric("upstreamMs", "Milliseconds"),
        ];
        let without_latency = metrics.split_last().map_or(&[][..], |(_, others)| others);
        let faults = [metric("faults", "Count")];
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let of_every_decision = Source {
            namespace: &self.settings.namespace,
            dimensions: if self.settings.by_rule && self.has_rule {
                by_rule
            } else {
                without_rule
            },
            metrics: if self.called {
                &metrics
            } else {
                without_latency
            },
        };
        let of_faults = Source {
            namespace: &self.settings.namespace,
            dimensions: &[&["stage", "fault"]],
            metrics: &faults,
        };
        let sources = [of_every_decision, of_faults];
        let directive = Directive {
            timestamp: now.as_millis(),
            cloud_watch_metrics: match self.fault {
                Some(_) => &sources,
                None => sources.split_last().map_or(&[][..], |(_, others)| others),
            },
        };
        let mut fields = to.serialize_struct("Metrics", 6)?;
        fields.serialize_field("stage", &self.settings.stage)?;
        fields.serialize_field("decisions", &1)?;
        fields.serialize_field("coldStarts", &u8::from(self.cold_start))?;
        if let Some(fault) = self.fault {
            fields.serialize_field("fault", fault)?;
            fields.serialize_field("faults", &1)?;
        }
        fields.serialize_field("_aws", &directive)?;
        fields.end()
    }
}

/// A duration in milliseconds, with microsecond precision.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    let microseconds = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    f64::from(microseconds) / 1000.0
}
