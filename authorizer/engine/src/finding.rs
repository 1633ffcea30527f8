//! What is wrong, or worth knowing, in a configuration or in rules.

use std::{
    error::Error,
    fmt::{self, Display, Formatter},
};

use serde::Serialize;

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something that has no effect here, or that is worth knowing.
    Note,
    /// Something that works and probably not as meant.
    Warning,
    /// Something that refuses requests that it should not, or that cannot be read at all.
    Error,
}

impl Severity {
    /// The severity in one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong, with its place and how to put it right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The file, the variable or the option it was read from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The line in the file, counted from one, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The rule's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The key, as a path from the top of the file or of the rule: `mutators[0].config.headers`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// How to put it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl Finding {
    /// A finding about a file as a whole; say more with the `with_` functions.
    #[must_use]
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            file: String::new(),
            line: None,
            rule: None,
            key: String::new(),
            message: message.into(),
            suggestion: None,
        }
    }

    /// An error.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// A note.
    #[must_use]
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Severity::Note, message)
    }

    /// The same finding in a file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// The same finding on a line.
    #[must_use]
    pub fn on_line(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }

    /// The same finding in a rule.
    #[must_use]
    pub fn in_rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// The same finding at a key.
    #[must_use]
    pub fn at(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// The same finding with advice.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// `error: config.yml:12: authenticators.jwt.config.jwks_url: unknown key, did you mean `jwks_urls`?`
impl Display for Finding {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.severity.as_str())?;
        if !self.file.is_empty() {
            write!(to, ": {}", self.file)?;
            if let Some(line) = self.line {
                write!(to, ":{line}")?;
            }
        }
        if let Some(rule) = &self.rule {
            write!(to, ": rule `{rule}`")?;
        }
        if !self.key.is_empty() {
            write!(to, ": {}", self.key)?;
        }
        write!(to, ": {}", self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(to, ", {suggestion}")?;
        }
        Ok(())
    }
}

/// All findings of one reading, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Whether one of them is an error.
    #[must_use]
    pub fn have_errors(&self) -> bool {
        self.0
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}

impl Display for Findings {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        for (place, finding) in self.0.iter().enumerate() {
            if place > 0 {
                writeln!(to)?;
            }
            write!(to, "{finding}")?;
        }
        Ok(())
    }
}

impl Error for Findings {}
