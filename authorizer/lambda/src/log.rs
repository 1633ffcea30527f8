//! Structured log lines: one JSON object each, on standard output, where Lambda picks them up.

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
use oathgate_engine::go::rfc3339_millis;
use oathgate_engine::ports::{HttpError, HttpResponse};
use serde::Serialize;

/// Room for what most lines need, in bytes.
const USUAL_LENGTH: usize = 640;

/// Writes lines of a severity and above. Cheap to clone.
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

/// What every line begins with.
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
    /// Writes to standard output.
    #[must_use]
    pub fn to_stdout(least: Level) -> Self {
        Self::to(least, std::io::stdout())
    }

    /// Writes elsewhere.
    #[must_use]
    pub fn to(least: Level, sink: impl Write + Send + 'static) -> Self {
        Self {
            least,
            sink: Arc::new(Mutex::new(sink)),
        }
    }

    /// Whether lines of a severity are written.
    #[must_use]
    pub fn writes(&self, level: Level) -> bool {
        level >= self.least
    }

    /// Something that happened beside decisions.
    pub fn event(&self, level: Level, message: &str, cause: Option<&str>) {
        self.write(level, message, Event { cause });
    }

    /// A request to a service. Its URL is not written: a redirect may name anything.
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

    /// The metrics of a decision whose line is not severe enough to be written. They have no severity:
    /// metrics that come and go with a level would count a part of the decisions.
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
        // Serialising strings and numbers into memory cannot fail; a line that did would be left out.
        let mut text = Vec::with_capacity(USUAL_LENGTH);
        if serde_json::to_writer(&mut text, line).is_err() {
            return;
        }
        text.push(b'\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written is no reason to refuse requests.
        let _ = sink.write_all(&text).and_then(|()| sink.flush());
    }
}
