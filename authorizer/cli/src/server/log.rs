//! The server's log on standard error: one JSON line for each decision.

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

/// Sets the least important level that is written, `log.level` of the configuration.
pub(crate) fn set_level(level: Level) {
    LEAST.store(level as u8, Ordering::Relaxed);
}

/// The writer of the lines while a server runs.
static WRITER: OnceLock<Arc<Writer>> = OnceLock::new();

/// The log of the running server. Until this is dropped, a thread of its own writes the lines; dropping waits for them.
#[derive(Debug)]
pub(crate) struct Log;

impl Log {
    /// Starts the thread. If it cannot be started, lines are written where they arise.
    pub(crate) fn start() -> Self {
        if let Ok(writer) = Writer::start(io::stderr()) {
            // A process has one server.
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

/// What the log needs of a request until it is decided. The query is left out, because it may hold tokens.
pub(crate) struct LoggedRequest {
    method: String,
    url: String,
    since: Instant,
}

impl LoggedRequest {
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

    /// Writes the line of the decision.
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

/// Writes a line about an error outside a decision.
pub(crate) fn problem(what: &str, cause: &str) {
    let line = json!({"level": "error", "msg": what, "reason": cause});
    write(Level::Error, &line);
}

/// Writes a line about an event.
pub(crate) fn event(what: &str) {
    write(Level::Info, &json!({"level": "info", "msg": what}));
}

/// Writes a line about a finding in the configuration or the rules.
pub(crate) fn finding(finding: &Finding) {
    let (level, name) = match finding.severity {
        Severity::Error => (Level::Error, "error"),
        Severity::Warning => (Level::Warn, "warning"),
        Severity::Note => (Level::Info, "info"),
    };
    write(level, &json!({"level": name, "msg": finding.to_string()}));
}
