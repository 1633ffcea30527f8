//! Measures a bootstrap as Lambda runs it: one environment, one event at a time, over a real Runtime
//! API on loopback. Every figure is printed beside that of an empty bootstrap from the same run, since
//! only their ratio says something on another machine.

mod event;
mod figures;
mod plot;
mod process;
mod quota;
mod report;
mod rules;
mod runtime_api;
mod services;
mod subject;
mod wire;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::Parser;
use thiserror::Error;

use crate::{
    event::Mix,
    report::{Report, Row},
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
    /// Another authorizer's packaged folder per number of rules, measured beside: `{rules}` stands for the number
    #[arg(long, value_name = "DIR")]
    peer: Option<String>,
    /// Numbers of rules
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1000, 10000])]
    rules: Vec<usize>,
    /// Warm events for each figure
    #[arg(long, default_value_t = 2000)]
    events: usize,
    /// Cold starts for each figure
    #[arg(long, default_value_t = 11)]
    starts: usize,
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
        for path in [&mut self.oathgate, &mut self.bootstrap, &mut self.floor] {
            if let Ok(absolute) = std::path::absolute(&*path) {
                *path = absolute;
            }
        }
        self
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
    let services = services::Services::start(key_set(&arguments.oathgate)?)?;
    let quota = arguments.quota.map(quota::Quota::new).transpose()?;
    let mut report = Report::default();
    let plan = process::Plan {
        events: arguments.events,
        starts: arguments.starts,
        quota: quota.as_ref(),
    };
    let floor = Subject::floor(&arguments.floor);
    let asking = Subject::asking_floor(&arguments.floor, &services);
    eprintln!("bench: floor");
    report.push(Row::new(
        "floor",
        0,
        Mix::Open,
        process::run(&floor, Mix::Open, &plan)?,
    ));
    report.push(Row::new(
        "floor + one round trip",
        0,
        Mix::Session,
        process::run(&asking, Mix::Open, &plan)?,
    ));
    for &count in &arguments.rules {
        let ours = Subject::packaged(&arguments.oathgate, &arguments.bootstrap, count, &services)?;
        for mix in Mix::ALL {
            eprintln!("bench: oathgate, {count} rules, {mix}");
            report.push(Row::new(
                "oathgate",
                count,
                mix,
                process::run(&ours, mix, &plan)?,
            ));
        }
        if let Some(peer) = &arguments.peer {
            let folder = PathBuf::from(peer.replace("{rules}", &count.to_string()));
            let peer = Subject::folder("peer", &folder, &services);
            for mix in [Mix::Open, Mix::Guest, Mix::Session] {
                eprintln!("bench: peer, {count} rules, {mix}");
                report.push(Row::new(
                    "peer",
                    count,
                    mix,
                    process::run(&peer, mix, &plan)?,
                ));
            }
        }
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
