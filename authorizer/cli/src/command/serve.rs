//! `oathgate serve`: the local stand-in for Oathkeeper.

use std::{io, sync::Arc, time::Duration};

use oathgate_engine::{Gate, Target, rules::Missing};
use thiserror::Error;
use tokio::signal;

use crate::{
    arguments::{Configuration, Serve},
    command::CommandError,
    exit::Exit,
    project::{Project, ProjectError},
    server::{
        Current, Server, StartError,
        log::{self, Log},
        reload::Watch,
    },
};

/// Why the server did not start.
#[derive(Debug, Error)]
pub(crate) enum ServeError {
    #[error("the configuration has errors: `oathgate rules check` lists them")]
    Configuration,
    #[error("rules that `access_rules.repositories` names are missing: the lines above say why")]
    Rules,
    #[error("cannot watch the configuration and the rules for changes: {0}")]
    Watch(notify::Error),
    #[error("cannot listen for the signals that end the server: {0}")]
    Signals(io::Error),
    #[error(transparent)]
    Start(StartError),
}

/// How many seconds are waited before rules behind a URL are asked for again.
const ASKED_AGAIN_AFTER: [u64; 4] = [1, 2, 4, 8];

/// Serves until it is told to stop.
pub(crate) async fn run(arguments: &Serve) -> Result<Exit, CommandError> {
    let _log = Log::start();
    let options = arguments.deciding.options()?;
    let project = complete(&arguments.configuration).await?;
    log::from_level(project.config.log.level);
    for finding in super::all_findings(&project, Target::Server) {
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
    let gate = Gate::build(project.config, project.rules, project.ports);
    log::event(&format!("{} rules are loaded", gate.len()));
    let current = Arc::new(Current::new(gate, options));
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

/// Reads the configuration and its rules. A server of rules may still be starting, beside this one:
/// it is asked again for a while, as Oathkeeper does.
async fn complete(from: &Configuration) -> Result<Project, ProjectError> {
    let mut project = Project::load(from).await?;
    for seconds in ASKED_AGAIN_AFTER {
        if project.missing != Missing::ForNow || project.config_findings.have_errors() {
            break;
        }
        for finding in &project.rules_findings.0 {
            log::finding(finding);
        }
        log::event(&format!("rules are missing, asking again in {seconds} s"));
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        project = Project::load(from).await?;
    }
    Ok(project)
}

/// Done when the process is asked to end. It is listened for from the call on, so that nobody who
/// was answered can be too early.
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

/// Done when the process is asked to end.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(signal::ctrl_c().await) })
}
