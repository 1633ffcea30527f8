//! TOML.

use serde_json::{Map, Number, Value};
use toml::Value as Toml;

use super::DocumentError;

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Value, DocumentError> {
    text.parse::<toml::Table>()
        .map(|table| convert(Toml::Table(table)))
        .map_err(|error| DocumentError {
            line: error.span().map(|span| {
                1 + text
                    .bytes()
                    .take(span.start)
                    .filter(|byte| *byte == b'\n')
                    .count()
            }),
            message: format!("this is not valid TOML: {}", error.message()),
        })
}

fn convert(value: Toml) -> Value {
    match value {
        Toml::String(text) => Value::String(text),
        Toml::Integer(number) => Value::from(number),
        Toml::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Toml::Boolean(value) => Value::Bool(value),
        Toml::Datetime(time) => Value::String(time.to_string()),
        Toml::Array(items) => Value::Array(items.into_iter().map(convert).collect()),
        Toml::Table(table) => Value::Object(
            table
                .into_iter()
                .map(|(key, value)| (key, convert(value)))
                .collect::<Map<_, _>>(),
        ),
    }
}
