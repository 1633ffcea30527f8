//! Texts in YAML, JSON and TOML as one kind of value, with the lines their keys stand on.

mod places;
mod scalar;
mod toml;
mod yaml;

pub(crate) use places::Places;
use serde_json::Value;
use thiserror::Error;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// YAML whose only truth values are `true` and `false`, and where a key stands once: as Go's
    /// yaml.v3, which reads Oathkeeper's configuration.
    Yaml,
    /// YAML where `yes`, `on` and `y` are true as well, and the last of several equal keys counts: as
    /// Go's yaml.v2, which reads Oathkeeper's rules.
    Yaml11,
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub(crate) struct DocumentError {
    /// The line of the mistake, counted from 1.
    pub(crate) line: Option<usize>,
    /// What is wrong there.
    pub(crate) message: String,
}

/// Reads a text; an empty one is `null`.
pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Value, DocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match syntax {
        Syntax::Yaml | Syntax::Yaml11 => {
            yaml::read(text, syntax, None).map_err(|error| at_the_tab(text, error))
        }
        Syntax::Json if text.trim().is_empty() => Ok(Value::Null),
        Syntax::Json => serde_json::from_str(text).map_err(|error| DocumentError {
            line: Some(error.line()),
            message: format!(
                "this is not valid JSON: {}",
                without_place(&error.to_string())
            ),
        }),
        Syntax::Toml => toml::read(text),
    }
}

/// An error about a tab, with the line that begins with one: where the parser gives up may be lines
/// above.
fn at_the_tab(text: &str, error: DocumentError) -> DocumentError {
    if !error.message.contains("tab") {
        return error;
    }
    let begins_with_one = |line: &str| {
        let rest = line.trim_start_matches([' ', '\t']);
        line.get(..line.len() - rest.len())
            .is_some_and(|blank| blank.contains('\t'))
    };
    let from = error.line.map_or(0, |line| line.saturating_sub(1));
    let mut lines = text.lines().enumerate().skip(from);
    match lines.find(|(_, line)| begins_with_one(line)) {
        Some((at, _)) => DocumentError {
            line: Some(at + 1),
            message:
                "this is not valid YAML: a line begins with a tab, which YAML does not allow: indent \
                      with blanks"
                    .to_owned(),
        },
        None => error,
    }
}

/// A message of serde_json without the place it ends in.
fn without_place(message: &str) -> &str {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(message, _)| message)
}
