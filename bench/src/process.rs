//! Starts a subject, asks it, and reads what the system says of its process.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    BenchError,
    event::Mix,
    figures::{Figures, quantile},
    quota::Quota,
    runtime_api::RuntimeApi,
    subject::Subject,
};

/// How much to measure.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) events: usize,
    pub(crate) starts: usize,
    pub(crate) quota: Option<&'a Quota>,
}

/// Measures one subject under one kind of event.
pub(crate) fn run(subject: &Subject, mix: Mix, plan: &Plan<'_>) -> Result<Figures, BenchError> {
    let event = mix.event(subject.rules.unwrap_or_default());
    let mut inits = Vec::new();
    let mut firsts = Vec::new();
    let mut figures = Figures::default();
    for start in 0..plan.starts {
        let api = RuntimeApi::start()?;
        let begun = Instant::now();
        let mut running = Running(spawn(subject, &api, plan)?);
        let Ok(ready) = api.wait_until_ready(Duration::from_secs(30)) else {
            let why = running
                .0
                .try_wait()
                .map_or_else(|error| error.to_string(), |status| format!("{status:?}"));
            return Err(BenchError::Ended(subject.name.clone(), why));
        };
        inits.push(ready.duration_since(begun));
        firsts.push(ask(subject, &api, mix, &event)?);
        if start + 1 == plan.starts {
            let before = cpu_time(running.0.id());
            let mut warm = Vec::with_capacity(plan.events);
            for _ in 0..plan.events {
                warm.push(ask(subject, &api, mix, &event)?);
            }
            let spent = cpu_time(running.0.id()).saturating_sub(before);
            figures.cpu_us = spent.as_secs_f64() * 1e6 / plan.events as f64;
            figures.peak_mb = peak_memory(running.0.id());
            figures.warm_p50_us = quantile(&mut warm, 0.5).as_secs_f64() * 1e6;
            figures.warm_p99_us = quantile(&mut warm, 0.99).as_secs_f64() * 1e6;
        }
    }
    figures.init_ms = quantile(&mut inits, 0.5).as_secs_f64() * 1e3;
    figures.first_ms = quantile(&mut firsts, 0.5).as_secs_f64() * 1e3;
    figures.binary_mb =
        fs::metadata(&subject.bootstrap).map_or(0.0, |file| file.len() as f64 / 1e6);
    Ok(figures)
}

/// A process that ends with the measurement, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn spawn(subject: &Subject, api: &RuntimeApi, plan: &Plan<'_>) -> Result<Child, BenchError> {
    let mut command = plan.quota.map_or_else(
        || Command::new(&subject.bootstrap),
        |quota| quota.command(&subject.bootstrap),
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
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .spawn()
        .map_err(BenchError::io(format!("`{}`", subject.bootstrap.display())))
}

fn ask(
    subject: &Subject,
    api: &RuntimeApi,
    mix: Mix,
    event: &std::sync::Arc<[u8]>,
) -> Result<Duration, BenchError> {
    let wrong = |text: String| BenchError::Answer(subject.name.clone(), mix.to_string(), text);
    let answer = api
        .invoke(event)
        .map_err(|error| wrong(error.to_string()))?;
    if subject.rules.is_some() && !mix.is_answered_by(answer.error, &answer.body) {
        return Err(wrong(String::from_utf8_lossy(&answer.body).into_owned()));
    }
    Ok(answer.took)
}

/// User and system time so far, in the kernel's ticks of a hundredth of a second.
fn cpu_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: u64 = behind_name
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn peak_memory(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1e3
}
