//! Structured log lines: one JSON object each, on standard output, which Lambda sends to CloudWatch.

mod level;
mod line;

use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

pub use level::Level;
use line::Measured;
pub(crate) use line::{Decided, Figures, Metrics, Outcome, WORKED_AROUND, milliseconds};
use oathgate_engine::ports::{HttpError, HttpResponse};
use oathgate_gostd::rfc3339_millis;
use serde::Serialize;

/// The initial capacity of a line's buffer in bytes, which is enough for most lines.
const LINE_CAPACITY: usize = 640;

/// Writes lines of a level and above. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    least: Level,
    sink: Arc<Mutex<dyn Write + Send>>,
}

impl fmt::Debug for Log {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Log")
            .field("least", &self.least)
            .finish_non_exhaustive()
    }
}

/// A line: the fields that every line has, and those of its kind.
#[derive(Serialize)]
struct Line<'a, T> {
    timestamp: String,
    level: Level,
    message: &'a str,
    #[serde(flatten)]
    fields: T,
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

#[derive(Serialize)]
struct Called<'a> {
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    ms: f64,
}

impl Log {
    /// A log on standard output.
    #[must_use]
    pub fn to_stdout(least: Level) -> Self {
        Self::to(least, std::io::stdout())
    }

    /// A log on `sink`.
    #[must_use]
    pub fn to(least: Level, sink: impl Write + Send + 'static) -> Self {
        Self {
            least,
            sink: Arc::new(Mutex::new(sink)),
        }
    }

    /// Whether lines of a level are written.
    #[must_use]
    pub fn writes(&self, level: Level) -> bool {
        level >= self.least
    }

    /// Writes a line about an event that is not a decision.
    pub fn event(&self, level: Level, message: &str, cause: Option<&str>) {
        self.write(level, message, Event { cause });
    }

    /// Writes a line about a request to a service, without its URL, which a redirect may choose.
    pub(crate) fn called(
        &self,
        method: &str,
        response: &Result<HttpResponse, HttpError>,
        took: Duration,
    ) {
        let called = Called {
            method,
            status: response.as_ref().ok().map(|response| response.status),
            cause: response.as_ref().err().map(ToString::to_string),
            ms: milliseconds(took),
        };
        self.write(Level::Debug, "a service was asked", called);
    }

    pub(crate) fn write<T: Serialize>(&self, level: Level, message: &str, fields: T) {
        if !self.writes(level) {
            return;
        }
        self.append(&Line {
            timestamp: rfc3339_millis(SystemTime::now()),
            level,
            message,
            fields,
        });
    }

    /// Writes the metrics of a decision whose line is below the log's level. This line has no level: metrics must
    /// count every decision, whatever the level.
    pub(crate) fn measured(&self, outcome: Outcome, rule: Option<&str>, figures: Figures<'_>) {
        self.append(&Measured {
            timestamp: rfc3339_millis(SystemTime::now()),
            message: "measured",
            outcome,
            rule,
            figures,
        });
    }

    fn append(&self, line: &impl Serialize) {
        // Serialising strings and numbers into memory does not fail; if it did, the line would be left out.
        let mut text = Vec::with_capacity(LINE_CAPACITY);
        if serde_json::to_writer(&mut text, line).is_err() {
            return;
        }
        text.push(b'\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // Requests are not refused because the log cannot be written.
        let _ = sink.write_all(&text).and_then(|()| sink.flush());
    }
}
