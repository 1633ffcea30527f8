//! Values that stand where nothing is written.

use serde_json::Value;

/// A value that stands where nothing is written.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'static str),
    /// A list of texts.
    Texts(&'static [&'static str]),
}

/// The value as a configuration holds it.
#[must_use]
pub(crate) fn value_of(preset: Preset) -> Value {
    match preset {
        Preset::Bool(value) => Value::Bool(value),
        Preset::Integer(value) => Value::from(value),
        Preset::Text(text) => Value::from(text),
        Preset::Texts(texts) => Value::from(texts),
    }
}
