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

use super::{Current, log};
use crate::{argument_groups::Configuration, project::Project, stage::StageGate};

/// How long files must have been left alone: editors write in several steps.
const SETTLED: Duration = Duration::from_millis(150);

/// Watches the files a gate was built from. Watching ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    _watcher: RecommendedWatcher,
    files: BTreeSet<PathBuf>,
    changes: mpsc::UnboundedReceiver<()>,
}

impl Watch {
    /// Watches the configuration's and every rule file's folder: a file that an editor replaces, or
    /// that a link leads to, is another file afterwards.
    pub(crate) fn start(from: &Configuration, project: &Project) -> notify::Result<Self> {
        let files = files(from, project);
        let (changed, changes) = mpsc::unbounded_channel();
        let ours = files.clone();
        let mut known = states(&ours);
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                // Other files in these folders, such as a log, concern nobody.
                if event.is_ok_and(|event| !concerns(&event, &ours, &known)) {
                    return;
                }
                let now = states(&ours);
                if now != known {
                    known = now;
                    // Nobody listens any more when the server is stopping.
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
                    "a rule file's folder is not there and is not watched",
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

    /// Builds a new gate after each change. A configuration or rule file that cannot be read leaves
    /// the gate as it is. Never returns while the watch lasts.
    pub(crate) async fn keep_up_to_date(mut self, from: &Configuration, current: &Current) {
        while self.changes.recv().await.is_some() {
            while let Ok(Some(())) = tokio::time::timeout(SETTLED, self.changes.recv()).await {}
            loop {
                match Project::load(from).await {
                    Ok(project) => {
                        // Files that the configuration names since its last edit are watched first
                        // and read then, so that no edit of theirs is missed.
                        if self.watches_others_than(from, &project)
                            && let Some(watch) = restarted(from, &project)
                        {
                            self = watch;
                            continue;
                        }
                        take_over(project, current);
                    }
                    Err(error) => log::problem("the last good rules stay", &error.to_string()),
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

fn take_over(project: Project, current: &Current) {
    let unreadable = [&project.config_findings, &project.rules_findings];
    if unreadable.iter().any(|findings| findings.have_errors()) {
        for finding in unreadable.iter().flat_map(|findings| &findings.0) {
            if finding.severity == Severity::Error {
                log::problem("the last good rules stay", &finding.to_string());
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
        Err(error) => log::problem("the last good rules stay", &error.to_string()),
    }
}

/// Which file a path leads to, when it was written last, and how long it is; `None` where there is
/// none.
type State = Option<(PathBuf, Option<SystemTime>, u64)>;

/// Whether an event in a watched folder can be a change of one of these files, or of one that they lead
/// to. What is written to other files is not even looked at: it may be a log, this server's own too.
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
        // A link that leads elsewhere, or a file that takes another's place.
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
    fn what_is_written_to_other_files_concerns_nobody() {
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
