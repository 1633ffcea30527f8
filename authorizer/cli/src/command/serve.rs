//! `oathgate serve`: Oathkeeper's decision API on this machine.

use std::{io, sync::Arc, time::Duration};

use clap::Args;
use oathgate_engine::{Target, rules::Missing};
use thiserror::Error;
use tokio::signal;

use crate::{
    argument_groups::{Configuration, Deciding},
    command::CommandError,
    exit::Exit,
    project::{Project, ProjectError},
    server::{
        CurrentGate, Server, StartError,
        log::{self, Log},
        reload::Watch,
    },
    stage::StageGate,
};

/// The arguments of `oathgate serve`. The configuration is optional: variables may hold all of it.
#[derive(Args, Debug)]
#[command(mut_arg("files", |files| files.required(false)))]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    #[command(flatten)]
    deciding: Deciding,
    /// Accepted without effect, so that Oathkeeper's command line starts this server too: no statistics are sent
    #[arg(long = "sqa-opt-out", alias = "disable-telemetry", hide = true)]
    no_statistics: bool,
    /// Accepted without effect, as by Oathkeeper, where it once named the port to open
    #[arg(value_parser = ["proxy", "api", "all"], hide = true)]
    port: Option<String>,
}

/// Why the server does not start.
#[derive(Debug, Error)]
pub(crate) enum ServeError {
    #[error("the configuration has errors: `oathgate rules check` lists them")]
    Configuration,
    #[error("rules of `access_rules.repositories` cannot be read: the lines above say why")]
    Rules,
    #[error("cannot watch the configuration and the rules for changes: {0}")]
    Watch(notify::Error),
    #[error("cannot handle the signals that stop the server: {0}")]
    Signals(io::Error),
    #[error(transparent)]
    Start(StartError),
}

/// The seconds before each new attempt to fetch rules from a URL.
const RETRY_DELAYS: [u64; 4] = [1, 2, 4, 8];

/// Serves until a signal stops it.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let _log = Log::start();
    let stage = arguments.deciding.stage()?;
    let project = load(&arguments.configuration).await?;
    log::set_level(project.config.log.level);
    for finding in project.findings(Target::Server) {
        log::finding(&finding);
    }
    if project.config_findings.have_errors() {
        return Err(ServeError::Configuration.into());
    }
    if project.missing != Missing::Nothing {
        return Err(ServeError::Rules.into());
    }
    let watch = Watch::start(&arguments.configuration, &project).map_err(ServeError::Watch)?;
    let serve = project.config.serve.clone();
    let gate = StageGate::build(&stage, project.config, project.rules, project.ports)?;
    log::event(&format!("{} rules are loaded", gate.len()));
    let current = Arc::new(CurrentGate::new(gate, stage));
    let stop = stopped().map_err(ServeError::Signals)?;
    let server = Server::open(&serve, Arc::clone(&current))
        .await
        .map_err(ServeError::Start)?;
    tokio::select! {
        () = server.run(stop) => {}
        () = watch.keep_up_to_date(&arguments.configuration, &current) => {}
    }
    log::event("the server has stopped");
    Ok(Exit::Success)
}

/// Reads the configuration and its rules. A server that the rules are fetched from may be starting at the same
/// time: the request is repeated for a while, as Oathkeeper does.
async fn load(from: &Configuration) -> Result<Project, ProjectError> {
    let mut project = Project::load(from).await?;
    for seconds in RETRY_DELAYS {
        if project.missing != Missing::ForNow || project.config_findings.have_errors() {
            break;
        }
        for finding in &project.rules_findings.0 {
            log::finding(finding);
        }
        log::event(&format!(
            "rules are missing; they are fetched again in {seconds} s"
        ));
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        project = Project::load(from).await?;
    }
    Ok(project)
}

/// Done when a signal asks the process to stop. Signals are handled from the call on, so that none is lost after
/// the server has answered its first request.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Done when a signal asks the process to stop.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(signal::ctrl_c().await) })
}
