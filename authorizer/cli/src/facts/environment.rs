//! The environment variables, as facts.

use oathgate_settings::{SetBy, Values, Variable, variables};
use serde::Serialize;

/// An environment variable, for one program that reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentVariable {
    name: &'static str,
    /// The program that reads it.
    function: &'static str,
    /// The setting of a stage that the stack sets it from.
    setting: Option<&'static str>,
    /// Whether the stack sets it.
    set_by_stack: bool,
    /// What it means, in Markdown.
    about: &'static str,
    /// The value that takes its place where it is not set.
    default: Option<String>,
    /// The phrase (Markdown) that says what holds where it is not set and has no default.
    unset: Option<&'static str>,
    /// Whether the program does not start without it.
    required: bool,
    /// The least number that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<u64>,
    /// The greatest number that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
    /// The words that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'static [&'static str]>,
}

/// The environment variables.
pub(crate) fn environment() -> Vec<EnvironmentVariable> {
    variables()
        .into_iter()
        .map(EnvironmentVariable::from)
        .collect()
}

impl From<Variable> for EnvironmentVariable {
    fn from(variable: Variable) -> Self {
        let (least, most, words) = match variable.values {
            Values::Text => (None, None, None),
            Values::Number { least, most } => (Some(least), most, None),
            Values::Words(words) => (None, None, Some(words)),
        };
        let setting = match variable.set_by {
            SetBy::Setting(setting) => Some(setting),
            SetBy::Stack | SetBy::Operator => None,
        };
        Self {
            name: variable.name,
            function: variable.program.as_str(),
            setting,
            set_by_stack: variable.set_by != SetBy::Operator,
            about: variable.about,
            default: variable.unset.default_value(),
            unset: variable.unset.phrase(),
            required: variable.unset.is_refused(),
            least,
            most,
            words,
        }
    }
}
