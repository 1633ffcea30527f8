//! Measures a subject beside a floor: started in turn, asked in turn, so that whatever else the
//! machine does meets both.

use std::{fs, time::Duration};

use crate::{
    BenchError,
    event::Mix,
    figures::{Figures, quantile},
    process::{Running, Start},
    quota::Quota,
    subject::Subject,
};

/// How many events one is asked before it is the other's turn.
const TURN: usize = 50;

/// How much to measure.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) events: usize,
    pub(crate) starts: usize,
    pub(crate) repeats: usize,
    pub(crate) quota: Option<&'a Quota>,
    /// What the issuer signed.
    pub(crate) token: &'a str,
}

/// Figures of a subject, and of the floor beside it.
pub(crate) fn beside(
    subject: &Subject,
    floor: &Subject,
    mix: Mix,
    plan: &Plan<'_>,
) -> Result<[Figures; 2], BenchError> {
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..plan.repeats {
        let figures = once([subject, floor], mix, plan)?;
        for (all, figures) in all.iter_mut().zip(figures) {
            all.push(figures);
        }
    }
    Ok(all.map(|all| Figures::median(&all)))
}

fn once(subjects: [&Subject; 2], mix: Mix, plan: &Plan<'_>) -> Result<[Figures; 2], BenchError> {
    let mut starts: [Vec<Start>; 2] = [Vec::new(), Vec::new()];
    let mut last = Vec::new();
    for _ in 0..plan.starts.max(1) {
        last.clear();
        for (subject, starts) in subjects.iter().zip(&mut starts) {
            let (running, start) = Running::start(subject, mix, plan.token, plan.quota)?;
            starts.push(start);
            last.push(running);
        }
    }
    let mut warm = [Vec::new(), Vec::new()];
    for running in &last {
        running.settle()?;
    }
    let before: Vec<Duration> = last.iter().map(Running::cpu_time).collect();
    while warm.iter().any(|warm| warm.len() < plan.events) {
        for (running, warm) in last.iter().zip(&mut warm) {
            for _ in 0..TURN {
                warm.push(running.ask()?);
            }
        }
    }
    let mut figures = [Figures::default(), Figures::default()];
    for (place, figures) in figures.iter_mut().enumerate() {
        let (Some(subject), Some(starts), Some(warm), Some(running), Some(before)) = (
            subjects.get(place),
            starts.get(place),
            warm.get_mut(place),
            last.get(place),
            before.get(place),
        ) else {
            continue;
        };
        let of_starts = |part: fn(&Start) -> Duration| {
            let mut parts: Vec<Duration> = starts.iter().map(part).collect();
            // The faster half's median: what else the machine does only ever makes a start slower.
            quantile(&mut parts, 0.25).as_secs_f64() * 1e3
        };
        let wrong = starts.iter().filter(|start| !start.right).count();
        let spent = running.cpu_time().saturating_sub(*before);
        *figures = Figures {
            init_ms: of_starts(|start| start.init),
            first_ms: of_starts(|start| start.first),
            warm_p50_us: quantile(warm, 0.5).as_secs_f64() * 1e6,
            warm_p99_us: quantile(warm, 0.99).as_secs_f64() * 1e6,
            cpu_us: spent.as_secs_f64() * 1e6 / warm.len() as f64,
            peak_mb: running.peak_memory(),
            binary_mb: fs::metadata(&subject.bootstrap).map_or(0.0, |file| file.len() as f64 / 1e6),
            wrong_firsts_percent: 100.0 * wrong as f64 / starts.len() as f64,
        };
    }
    Ok(figures)
}
