//! Measures a bootstrap as Lambda runs it: one environment, one event at a time, over a real Runtime
//! API on loopback. Every figure is printed beside that of an empty bootstrap from the same run, since
//! only their ratio says something on another machine.

mod event;
mod figures;
mod measure;
mod plot;
mod process;
mod quota;
mod report;
mod runtime_api;
mod services;
mod subject;
mod wire;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::{Parser, ValueEnum as _};
use oathgate_bench::issuer::{Issuer, NoKey};
use thiserror::Error;

use crate::{
    event::Mix,
    measure::Plan,
    quota::Quota,
    report::{Report, Row},
    services::Services,
    subject::Subject,
};

/// Cold start, decisions, memory and size of the authorizer, beside an empty Lambda.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The `oathgate` program, which packages each rule set
    #[arg(long, value_name = "BIN")]
    oathgate: PathBuf,
    /// The authorizer's bootstrap
    #[arg(long, value_name = "BIN")]
    bootstrap: PathBuf,
    /// The empty bootstrap
    #[arg(long, value_name = "BIN")]
    floor: PathBuf,
    /// The bootstrap that does nothing but ask a service over TLS; without it nothing is measured with TLS
    #[arg(long, value_name = "BIN")]
    floor_tls: Option<PathBuf>,
    /// The Lambda that Oathgate replaces, built from `bench/peer`, measured beside
    #[arg(long, value_name = "BIN")]
    peer: Option<PathBuf>,
    /// Numbers of rules
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1000, 10000])]
    rules: Vec<usize>,
    /// Kinds of events, all if none is named
    #[arg(long, value_delimiter = ',')]
    mixes: Vec<Mix>,
    /// Warm events for each figure
    #[arg(long, default_value_t = 2000)]
    events: usize,
    /// Cold starts for each figure
    #[arg(long, default_value_t = 11)]
    starts: usize,
    /// How often everything is measured; the median of each figure is shown
    #[arg(long, default_value_t = 1)]
    repeats: usize,
    /// The share of a core, as Lambda gives it by memory: 0.072 is a 128 MB function
    #[arg(long, value_name = "CORES")]
    quota: Option<f64>,
    /// Write every figure as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the figures
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Fail where a ratio to the floor is worse than in this earlier JSON by more than `--margin`
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// How much worse a ratio may be: 0.25 is a quarter
    #[arg(long, default_value_t = 0.25)]
    margin: f64,
}

impl Arguments {
    /// A program starts in the folder of its package, where a relative path would mean another file.
    fn with_absolute_paths(mut self) -> Self {
        let own = [&mut self.oathgate, &mut self.bootstrap, &mut self.floor];
        let others = self.floor_tls.iter_mut().chain(&mut self.peer);
        for path in own.into_iter().chain(others) {
            if let Ok(absolute) = std::path::absolute(&*path) {
                *path = absolute;
            }
        }
        self
    }

    fn mixes(&self) -> Vec<Mix> {
        if self.mixes.is_empty() {
            Mix::value_variants().to_vec()
        } else {
            self.mixes.clone()
        }
    }
}

/// Why there are no figures.
#[derive(Debug, Error)]
pub(crate) enum BenchError {
    #[error("{what}: {error}")]
    Io { what: String, error: std::io::Error },
    #[error("`{0}` could not be packaged: {1}")]
    Package(String, String),
    #[error("the bootstrap of {0} ended before it asked for an event: {1}")]
    Ended(String, String),
    #[error("{0} answered {1} with something else than was expected: {2}")]
    Answer(String, String, String),
    #[error("this machine gives no CPU quota: {0}")]
    Quota(String),
    #[error(transparent)]
    Key(#[from] NoKey),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl BenchError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        |error| Self::Io {
            what: what.into(),
            error,
        }
    }
}

fn main() -> ExitCode {
    match measure(&Arguments::parse().with_absolute_paths()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

/// A key set of its own for every run: a key in a file would be nobody's secret.
fn key_set(oathgate: &Path) -> Result<String, BenchError> {
    let made = Command::new(oathgate)
        .args(["credentials", "generate", "--alg", "ES256"])
        .output()
        .map_err(BenchError::io(format!("`{}`", oathgate.display())))?;
    Ok(String::from_utf8_lossy(&made.stdout).into_owned())
}

fn measure(arguments: &Arguments) -> Result<bool, BenchError> {
    let secret = key_set(&arguments.oathgate)?;
    let issuer = Issuer::new()?;
    let quota = arguments.quota.map(Quota::new);
    let plan = Plan {
        events: arguments.events,
        starts: arguments.starts,
        repeats: arguments.repeats,
        quota: quota.as_ref(),
        token: &issuer.token,
    };
    let mut report = Report::default();
    let plain = Services::plain(&secret, &issuer.key_set)?;
    beside_plain_floors(arguments, &plan, &plain, &mut report)?;
    if let Some(floor) = &arguments.floor_tls {
        let services = Services::with_tls(&secret, &issuer.key_set)?;
        beside_floor_with_tls(arguments, floor, &plan, &services, &mut report)?;
    }
    println!("{}", report.table());
    if let Some(file) = &arguments.json {
        let text = serde_json::to_vec_pretty(&report)?;
        std::fs::write(file, text).map_err(BenchError::io(format!("`{}`", file.display())))?;
    }
    if let Some(file) = &arguments.svg {
        std::fs::write(file, plot::svg(&report))
            .map_err(BenchError::io(format!("`{}`", file.display())))?;
    }
    let Some(file) = &arguments.baseline else {
        return Ok(true);
    };
    let text = std::fs::read(file).map_err(BenchError::io(format!("`{}`", file.display())))?;
    let worse = report.worse_than(&serde_json::from_slice(&text)?, arguments.margin);
    for line in &worse {
        println!("worse: {line}");
    }
    Ok(worse.is_empty())
}

/// Every number of rules under every kind of event; the peer under those that it knows.
fn beside_plain_floors(
    arguments: &Arguments,
    plan: &Plan<'_>,
    services: &Services,
    report: &mut Report,
) -> Result<(), BenchError> {
    let floor = Subject::floor(&arguments.floor, None)?;
    let asking = Subject::floor(&arguments.floor, Some(services))?;
    let mut add = |subject: &Subject, count: usize, mix: Mix| {
        eprintln!("bench: {}, {count} rules, {mix}", subject.name);
        let (floor, kind) = if mix.asks() {
            (&asking, "floor, one round trip")
        } else {
            (&floor, "floor")
        };
        let figures = measure::beside(subject, floor, mix, plan)?;
        report.push(Row::new(&subject.name, count, mix, kind, figures));
        Ok::<_, BenchError>(())
    };
    for &count in &arguments.rules {
        let (oathgate, bootstrap) = (&arguments.oathgate, &arguments.bootstrap);
        let ours = Subject::packaged("oathgate", oathgate, bootstrap, count, services)?;
        for mix in arguments.mixes() {
            add(&ours, count, mix)?;
        }
        let Some(bootstrap) = &arguments.peer else {
            continue;
        };
        let peer = Subject::peer(bootstrap, count, services)?;
        let known = [Mix::Open, Mix::Guest, Mix::Session];
        for mix in arguments
            .mixes()
            .into_iter()
            .filter(|mix| known.contains(mix))
        {
            add(&peer, count, mix)?;
        }
    }
    Ok(())
}

/// The kinds of events that ask a service, or whose start asks for a secret, over TLS.
fn beside_floor_with_tls(
    arguments: &Arguments,
    floor: &Path,
    plan: &Plan<'_>,
    services: &Services,
    report: &mut Report,
) -> Result<(), BenchError> {
    let floor = Subject::floor(floor, Some(services))?;
    let known = [Mix::Session];
    for &count in &arguments.rules {
        let (oathgate, bootstrap) = (&arguments.oathgate, &arguments.bootstrap);
        let ours = Subject::packaged("oathgate, TLS", oathgate, bootstrap, count, services)?;
        for mix in arguments
            .mixes()
            .into_iter()
            .filter(|mix| known.contains(mix))
        {
            eprintln!("bench: {}, {count} rules, {mix}", ours.name);
            let figures = measure::beside(&ours, &floor, mix, plan)?;
            let kind = "floor, one round trip over TLS";
            report.push(Row::new(&ours.name, count, mix, kind, figures));
        }
    }
    Ok(())
}
