//! Values into `serde_json`'s and back.

use std::sync::Arc;

use crate::Value;

impl Value {
    /// What Go's `json.Marshal` makes of the value, as far as `serde_json` can hold it: keys are
    /// sorted and a whole number has no fraction. Strings that aren't UTF-8 get replacement
    /// characters, infinities and NaN are `null`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Nil | Self::NilMap => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) | Self::Int64(value) => (*value).into(),
            Self::Uint8(value) => (*value).into(),
            Self::Uint64(value) => (*value).into(),
            Self::Float(value) => number(*value),
            Self::Str(text) => Json::String(text.to_string()),
            Self::Bytes(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Slice(slice) if slice.is_nil() => Json::Null,
            Self::Slice(slice) => Json::Array(slice.items().iter().map(Self::to_json).collect()),
            Self::Map(entries) | Self::StringMap(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
            Self::Dict(dict) => Json::Object(
                dict.snapshot()
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
            Self::Object(object) => object.to_json(),
        }
    }
}

/// A whole number as an integer where one fits, so that it prints without a fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the bounds are checked first"
)]
fn number(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 {
        if value.abs() < i64::MAX as f64 {
            return (value as i64).into();
        }
        if value > 0.0 && value < u64::MAX as f64 {
            return (value as u64).into();
        }
    }
    value.into()
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Nil,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => Self::Float(number.as_f64().unwrap_or_default()),
            serde_json::Value::String(text) => Self::Str(text.into()),
            serde_json::Value::Array(items) => {
                Self::List(Arc::new(items.into_iter().map(Self::from).collect()))
            }
            serde_json::Value::Object(entries) => Self::Map(Arc::new(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            )),
        }
    }
}
