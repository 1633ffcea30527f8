//! `log`: what the log says, and how.

/// `log`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The least important entries shown.
    pub level: Level,
    /// How an entry is written.
    pub format: LogFormat,
    /// Headers left out of the log besides those always left out.
    pub additional_redacted_headers: Vec<String>,
    /// What stands where something is left out, where the configuration says.
    pub redaction_text: Option<String>,
}

/// `log.level`; Oathkeeper's `panic` and `fatal` are `Error` here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Errors.
    Error,
    /// Warnings.
    Warn,
    /// What happens.
    #[default]
    Info,
    /// How it happens.
    Debug,
    /// Everything.
    Trace,
}

/// `log.format`; Oathkeeper's `gelf` is `Json` here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line.
    Json,
    /// Objects over several lines.
    JsonPretty,
}
