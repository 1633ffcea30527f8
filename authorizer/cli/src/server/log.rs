//! What the server says on standard error: one JSON line for each decision.

mod writer;

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};

use oathgate_engine::{
    Decision, Outcome, Request,
    config::Level,
    finding::{Finding, Severity},
};
use serde_json::{Value, json};
use writer::Writer;

/// The least important level that is written, as a number.
static LEAST: AtomicU8 = AtomicU8::new(Level::Info as u8);

/// From now on lines of this level and above are written: `log.level` of the configuration.
pub(crate) fn from_level(level: Level) {
    LEAST.store(level as u8, Ordering::Relaxed);
}

/// What writes the lines while a server runs.
static WRITER: OnceLock<Arc<Writer>> = OnceLock::new();

/// The log of the server that runs. Lines are written by a thread of their own from now on, until this
/// is dropped, which waits for them.
#[derive(Debug)]
pub(crate) struct Log;

impl Log {
    /// Begins to write. Without a thread for it, lines are written where they come up.
    pub(crate) fn start() -> Self {
        if let Ok(writer) = Writer::start(io::stderr()) {
            // There is one server in a process.
            WRITER.set(writer).ok();
        }
        Self
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(writer) = WRITER.get() {
            writer.close();
        }
    }
}

fn is_written(level: Level) -> bool {
    level as u8 <= LEAST.load(Ordering::Relaxed)
}

fn write(level: Level, line: &Value) {
    if !is_written(level) {
        return;
    }
    let line = line.to_string();
    match WRITER.get() {
        Some(writer) => writer.line(&line),
        None => eprintln!("{line}"),
    }
}

/// What is remembered of a request until it is decided. The query stays out: it can hold tokens.
pub(crate) struct Asked {
    method: String,
    url: String,
    since: Instant,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            method: request.method.clone(),
            url: format!(
                "{}://{}{}",
                request.url.scheme, request.url.host, request.url.path
            ),
            since: Instant::now(),
        }
    }

    /// Writes the line.
    pub(crate) fn decided(self, decision: &Decision) {
        let trace = &decision.trace;
        let (granted, status) = match &decision.outcome {
            Outcome::Granted(_) => (true, 200),
            Outcome::Refused(refusal) => (false, refusal.status),
        };
        let quiet = granted && trace.worked_around.is_none();
        let level = if quiet { Level::Info } else { Level::Warn };
        if !is_written(level) {
            return;
        }
        let line = json!({
            "level": if quiet { "info" } else { "warning" },
            "msg": if granted { "access request granted" } else { "access request denied" },
            "granted": granted,
            "status": status,
            "http_method": self.method,
            "http_url": self.url,
            "rule_id": trace.rule,
            "overlapping": trace.overlapping,
            "step": trace.step.as_str(),
            "passed_over": trace.passed_over,
            "handler": trace.handler,
            "error_handler": trace.error_handler,
            "worked_around": trace.worked_around,
            "empty_subject": trace.empty_subject,
            "code": trace.code.as_str(),
            "reason": trace.cause,
            "ms": self.since.elapsed().as_secs_f64() * 1000.0,
        });
        write(level, &line);
    }
}

/// Writes a line about something that went wrong outside a decision.
pub(crate) fn problem(what: &str, cause: &str) {
    let line = json!({"level": "error", "msg": what, "reason": cause});
    write(Level::Error, &line);
}

/// Writes a line about something worth knowing.
pub(crate) fn event(what: &str) {
    write(Level::Info, &json!({"level": "info", "msg": what}));
}

/// Writes a line about something in the configuration or the rules.
pub(crate) fn finding(finding: &Finding) {
    let (level, name) = match finding.severity {
        Severity::Error => (Level::Error, "error"),
        Severity::Warning => (Level::Warn, "warning"),
        Severity::Note => (Level::Info, "info"),
    };
    write(level, &json!({"level": name, "msg": finding.to_string()}));
}
