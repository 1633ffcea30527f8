//! What was measured, in the units it is shown in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The figures of one subject under one kind of event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// From the start of the process to its first question for an event, lower quartile of all starts.
    pub(crate) init_ms: f64,
    /// From the first event to its answer, lower quartile of all starts.
    pub(crate) first_ms: f64,
    /// Warm events, median.
    pub(crate) warm_p50_us: f64,
    /// Warm events, the slowest in a hundred.
    pub(crate) warm_p99_us: f64,
    /// CPU time of a warm event.
    pub(crate) cpu_us: f64,
    /// The largest the process was.
    pub(crate) peak_mb: f64,
    /// The binary.
    pub(crate) binary_mb: f64,
    /// In how many starts of a hundred the first answer was a wrong one.
    pub(crate) wrong_firsts_percent: f64,
}

impl Figures {
    /// The median of each figure.
    pub(crate) fn median(all: &[Self]) -> Self {
        let median = |figure: fn(&Self) -> f64| {
            let mut values: Vec<f64> = all.iter().map(figure).collect();
            values.sort_unstable_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Self {
            init_ms: median(|figures| figures.init_ms),
            first_ms: median(|figures| figures.first_ms),
            warm_p50_us: median(|figures| figures.warm_p50_us),
            warm_p99_us: median(|figures| figures.warm_p99_us),
            cpu_us: median(|figures| figures.cpu_us),
            peak_mb: median(|figures| figures.peak_mb),
            binary_mb: median(|figures| figures.binary_mb),
            wrong_firsts_percent: median(|figures| figures.wrong_firsts_percent),
        }
    }
}

/// The value at a share of a sorted list.
pub(crate) fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    let last = values.len().saturating_sub(1) as f64;
    values
        .get((last * share).round() as usize)
        .copied()
        .unwrap_or_default()
}
