//! The share of a core that Lambda gives a small function, by a control group.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::BenchError;

/// How long a period is, in microseconds: Lambda's scheduler works in ticks of this size.
const PERIOD: u64 = 20_000;

/// A control group with a CPU limit, gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Quota {
    folder: PathBuf,
}

impl Quota {
    pub(crate) fn new(cores: f64) -> Result<Self, BenchError> {
        let limit = ((PERIOD as f64) * cores).max(1000.0) as u64;
        let name = format!("oathgate-bench-{}", std::process::id());
        let failed = |what: &Path, error: std::io::Error| {
            BenchError::Quota(format!("`{}`: {error}", what.display()))
        };
        let second = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
        let folder = Path::new(if second {
            "/sys/fs/cgroup"
        } else {
            "/sys/fs/cgroup/cpu"
        })
        .join(name);
        fs::create_dir(&folder).map_err(|error| failed(&folder, error))?;
        let quota = Self { folder };
        let settings = if second {
            vec![("cpu.max", format!("{limit} {PERIOD}"))]
        } else {
            vec![
                ("cpu.cfs_period_us", PERIOD.to_string()),
                ("cpu.cfs_quota_us", limit.to_string()),
            ]
        };
        for (name, value) in settings {
            let file = quota.folder.join(name);
            fs::write(&file, value).map_err(|error| failed(&file, error))?;
        }
        Ok(quota)
    }

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

impl Drop for Quota {
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
