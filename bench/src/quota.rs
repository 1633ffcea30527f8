//! The share of a core that Lambda gives a small function, by control groups.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::BenchError;

/// How long a period is, in microseconds: Lambda's scheduler works in ticks of this size.
const PERIOD: u64 = 20_000;

/// A CPU limit, which every process gets for itself.
#[derive(Debug)]
pub(crate) struct Quota {
    limit: u64,
    made: AtomicUsize,
}

/// A control group with the limit, gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Group {
    folder: PathBuf,
}

impl Quota {
    /// A share of so many cores.
    pub(crate) fn new(cores: f64) -> Self {
        Self {
            limit: ((PERIOD as f64) * cores).max(1000.0) as u64,
            made: AtomicUsize::new(0),
        }
    }

    /// A group for one process.
    ///
    /// # Errors
    /// A machine that does not let this process limit another.
    pub(crate) fn group(&self) -> Result<Group, BenchError> {
        let failed = |what: &Path, error: io::Error| {
            BenchError::Quota(format!("`{}`: {error}", what.display()))
        };
        let second = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
        let root = Path::new(if second {
            "/sys/fs/cgroup"
        } else {
            "/sys/fs/cgroup/cpu"
        });
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let folder = root.join(format!("oathgate-bench-{}-{number}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| failed(&folder, error))?;
        let group = Group { folder };
        let settings = if second {
            vec![("cpu.max", format!("{} {PERIOD}", self.limit))]
        } else {
            vec![
                ("cpu.cfs_period_us", PERIOD.to_string()),
                ("cpu.cfs_quota_us", self.limit.to_string()),
            ]
        };
        for (name, value) in settings {
            let file = group.folder.join(name);
            fs::write(&file, value).map_err(|error| failed(&file, error))?;
        }
        Ok(group)
    }
}

impl Group {
    /// A command that enters the group before it becomes the program.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "echo $$ > \"$0\" && exec \"$1\""])
            .arg(self.folder.join("cgroup.procs"))
            .arg(program);
        command
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The last process may not have left yet; the kernel removes an empty group at once.
        for _ in 0..20 {
            if fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}
