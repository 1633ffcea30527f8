//! A running subject: started as Lambda does, asked, and looked at through the system.

use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    BenchError,
    event::Mix,
    quota::{Group, Quota},
    runtime_api::{Answer, RuntimeApi},
    subject::Subject,
};

/// How long a subject may take for what it must do at some time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the measurement, however that ends.
#[derive(Debug)]
pub(crate) struct Running<'s> {
    subject: &'s Subject,
    mix: Mix,
    event: Arc<[u8]>,
    api: RuntimeApi,
    child: Child,
    /// Dropped after the process has ended.
    _group: Option<Group>,
}

/// A start, and the first event after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) init: Duration,
    pub(crate) first: Duration,
    /// Whether the first answer was the right one.
    pub(crate) right: bool,
}

impl<'s> Running<'s> {
    /// Starts a subject and asks it once.
    pub(crate) fn start(
        subject: &'s Subject,
        mix: Mix,
        token: &str,
        quota: Option<&Quota>,
    ) -> Result<(Self, Start), BenchError> {
        let group = quota.map(Quota::group).transpose()?;
        let api = RuntimeApi::start()?;
        let begun = Instant::now();
        let child = spawn(subject, mix, &api, group.as_ref())?;
        let mut running = Self {
            subject,
            mix,
            event: mix.event(subject.rules.unwrap_or_default(), token),
            api,
            child,
            _group: group,
        };
        let Ok(ready) = running.api.wait_until_ready(PATIENCE) else {
            let status = running.child.try_wait();
            let why = status.map_or_else(|error| error.to_string(), |status| format!("{status:?}"));
            return Err(BenchError::Ended(subject.name.clone(), why));
        };
        let answer = running.invoke()?;
        let right = running.is_right(&answer);
        let start = Start {
            init: ready.duration_since(begun),
            first: answer.took,
            right,
        };
        if !right && subject.must_be_right {
            return Err(running.wrong(&String::from_utf8_lossy(&answer.body)));
        }
        Ok((running, start))
    }

    /// Waits until the answers are right.
    pub(crate) fn settle(&self) -> Result<(), BenchError> {
        let begun = Instant::now();
        loop {
            let answer = self.invoke()?;
            if self.is_right(&answer) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.wrong(&String::from_utf8_lossy(&answer.body)));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks once more, and insists on the right answer.
    pub(crate) fn ask(&self) -> Result<Duration, BenchError> {
        let answer = self.invoke()?;
        if self.is_right(&answer) {
            return Ok(answer.took);
        }
        Err(self.wrong(&String::from_utf8_lossy(&answer.body)))
    }

    /// User and system time so far.
    pub(crate) fn cpu_time(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let spent = tasks.into_iter().flatten().flatten().map(|task| {
            let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let nanoseconds = stat.split(' ').next().and_then(|spent| spent.parse().ok());
            nanoseconds.unwrap_or(0_u64)
        });
        Duration::from_nanos(spent.sum())
    }

    /// The largest the process was, in megabytes.
    pub(crate) fn peak_memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes =
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kilobytes.unwrap_or_default() / 1e3
    }

    fn invoke(&self) -> Result<Answer, BenchError> {
        self.api
            .invoke(&self.event)
            .map_err(|error| self.wrong(&error.to_string()))
    }

    fn is_right(&self, answer: &Answer) -> bool {
        self.subject.rules.is_none() || self.mix.is_answered_by(answer.error, &answer.body)
    }

    fn wrong(&self, said: &str) -> BenchError {
        BenchError::Answer(
            self.subject.name.clone(),
            self.mix.to_string(),
            said.to_owned(),
        )
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(
    subject: &Subject,
    mix: Mix,
    api: &RuntimeApi,
    group: Option<&Group>,
) -> Result<Child, BenchError> {
    let mut command = group.map_or_else(
        || Command::new(&subject.bootstrap),
        |group| group.command(&subject.bootstrap),
    );
    command
        .current_dir(&subject.folder)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", &api.address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "gate")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/gate")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("LAMBDA_TASK_ROOT", &subject.folder)
        .envs(
            subject
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .envs(mix.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .spawn()
        .map_err(BenchError::io(format!("`{}`", subject.bootstrap.display())))
}
