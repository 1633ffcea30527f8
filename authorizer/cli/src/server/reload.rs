//! Live reload: an edit of the configuration or of a rule file takes effect by itself.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _, event::ModifyKind,
};
use oathgate_engine::{Target, finding::Severity, rules::RuleRepository};
use tokio::sync::mpsc;

use super::{CurrentGate, log};
use crate::{argument_groups::Configuration, project::Project, stage::StageGate};

/// How long files must be unchanged before they are read: editors write in several steps.
const SETTLED: Duration = Duration::from_millis(150);

/// Watches the files that a gate was built from, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    _watcher: RecommendedWatcher,
    files: BTreeSet<PathBuf>,
    changes: mpsc::UnboundedReceiver<()>,
}

impl Watch {
    /// Watches the folders of the configuration and of every rule file: an editor may replace a file, and a symbolic link
    /// may change its target.
    ///
    /// # Errors
    /// The system refuses to watch a folder.
    pub(crate) fn start(from: &Configuration, project: &Project) -> notify::Result<Self> {
        let files = files(from, project);
        let (changed, changes) = mpsc::unbounded_channel();
        let ours = files.clone();
        let mut known = states(&ours);
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                // Other files in these folders, such as a log, are ignored.
                if event.is_ok_and(|event| !concerns(&event, &ours, &known)) {
                    return;
                }
                let now = states(&ours);
                if now != known {
                    known = now;
                    // The receiver is gone when the server is stopping.
                    changed.send(()).ok();
                }
            })?;
        for folder in files
            .iter()
            .filter_map(|file| file.parent())
            .collect::<BTreeSet<_>>()
        {
            if folder.is_dir() {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
            } else {
                let shown = folder.display();
                log::problem(
                    "a rule file's folder does not exist and is not watched",
                    &format!("`{shown}`"),
                );
            }
        }
        Ok(Self {
            _watcher: watcher,
            files,
            changes,
        })
    }

    /// Builds a new gate after each change. If the configuration or a rule file cannot be read, the gate stays as it
    /// is. Does not return while the files are watched.
    pub(crate) async fn keep_up_to_date(mut self, from: &Configuration, current: &CurrentGate) {
        while self.changes.recv().await.is_some() {
            while let Ok(Some(())) = tokio::time::timeout(SETTLED, self.changes.recv()).await {}
            loop {
                match Project::load(from).await {
                    Ok(project) => {
                        // Files that the edit has added to the configuration are watched before they are
                        // read, so that no edit of them is missed.
                        if self.watches_others_than(from, &project)
                            && let Some(watch) = restarted(from, &project)
                        {
                            self = watch;
                            continue;
                        }
                        take_over(project, current);
                    }
                    Err(error) => {
                        log::problem("the last valid rules stay in use", &error.to_string())
                    }
                }
                break;
            }
        }
    }

    fn watches_others_than(&self, from: &Configuration, project: &Project) -> bool {
        files(from, project) != self.files
    }
}

fn restarted(from: &Configuration, project: &Project) -> Option<Watch> {
    match Watch::start(from, project) {
        Ok(watch) => Some(watch),
        Err(error) => {
            log::problem("new rule files are not watched", &error.to_string());
            None
        }
    }
}

fn take_over(project: Project, current: &CurrentGate) {
    let unreadable = [&project.config_findings, &project.rules_findings];
    if unreadable.iter().any(|findings| findings.have_errors()) {
        for finding in unreadable.iter().flat_map(|findings| &findings.0) {
            if finding.severity == Severity::Error {
                log::problem("the last valid rules stay in use", &finding.to_string());
            }
        }
        return;
    }
    log::set_level(project.config.log.level);
    for finding in project.findings(Target::Server) {
        log::finding(&finding);
    }
    let rules = project.rules.len();
    match StageGate::build(&current.stage, project.config, project.rules, project.ports) {
        Ok(gate) => {
            current.replace(gate);
            log::event(&format!("{rules} rules are loaded"));
        }
        Err(error) => log::problem("the last valid rules stay in use", &error.to_string()),
    }
}

/// The target of a path, when it was written last, and its length; `None` if it does not exist.
type State = Option<(PathBuf, Option<SystemTime>, u64)>;

/// Whether an event in a watched folder can be a change of one of these files or of their targets. Writes to other
/// files, such as this server's own log, are ignored.
fn concerns(event: &Event, files: &BTreeSet<PathBuf>, known: &[State]) -> bool {
    match event.kind {
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => {
            let targets = known.iter().flatten().map(|(target, ..)| target);
            let names: BTreeSet<_> = files
                .iter()
                .chain(targets)
                .map(|file| file.file_name())
                .collect();
            event
                .paths
                .iter()
                .any(|path| names.contains(&path.file_name()))
        }
        // A link with another target, or a file that replaces another one.
        _ => true,
    }
}

fn states(files: &BTreeSet<PathBuf>) -> Vec<State> {
    let state = |file: &PathBuf| {
        let found = fs::canonicalize(file).ok()?;
        let about = fs::metadata(&found).ok()?;
        Some((found, about.modified().ok(), about.len()))
    };
    files.iter().map(state).collect()
}

fn files(from: &Configuration, project: &Project) -> BTreeSet<PathBuf> {
    let rules =
        project.config.access_rules.repositories.iter().filter_map(
            |url| match RuleRepository::parse(url) {
                Ok(RuleRepository::File(path)) => Some(project.rule_file(Path::new(&path))),
                _ => None,
            },
        );
    rules
        .chain(from.files.iter().cloned())
        .map(|file| std::path::absolute(&file).unwrap_or(file))
        .collect()
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, DataChange, MetadataKind, RenameMode};

    use super::*;

    #[test]
    fn writes_to_other_files_are_ignored() {
        let files = BTreeSet::from([PathBuf::from("/gate/rules.json")]);
        let known = [Some((PathBuf::from("/gate/rules-2.json"), None, 0))];
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let metadata = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        for (kind, path, wanted) in [
            (data, "/gate/serve.log", false),
            (metadata, "/gate/serve.log", false),
            (
                EventKind::Access(AccessKind::Any),
                "/gate/rules.json",
                false,
            ),
            (data, "/gate/rules.json", true),
            (metadata, "/gate/rules.json", true),
            (data, "/gate/rules-2.json", true),
            (EventKind::Create(CreateKind::Any), "/gate/..data", true),
            (
                EventKind::Modify(ModifyKind::Name(RenameMode::Any)),
                "/gate/..data",
                true,
            ),
            (EventKind::Any, "/gate", true),
        ] {
            let event = Event::new(kind).add_path(path.into());
            let found = concerns(&event, &files, &known);
            assert_eq!(found, wanted, "{kind:?} {path}");
        }
    }
}
