//! Fills in what Oathkeeper's schema says where nothing is written.

use serde_json::{Map, Value};

use super::shape::{Kind, Shape, value_of};

/// The defaults of everything below a shape; `None` where there are none.
pub(super) fn defaults(shape: &Shape) -> Option<Value> {
    if let Some(preset) = shape.default {
        return Some(value_of(preset));
    }
    match shape.kind {
        Kind::Object { fields } => collect(
            fields
                .iter()
                .filter_map(|field| Some((field.name, defaults(&field.shape)?))),
        ),
        Kind::Handler {
            config, enabled, ..
        } => collect(
            config
                .and_then(defaults)
                .or_else(|| enabled.then(|| Value::Object(Map::new())))
                .map(|config| ("config", config))
                .into_iter()
                .chain([("enabled", Value::Bool(enabled))]),
        ),
        _ => None,
    }
}

fn collect<'a>(entries: impl Iterator<Item = (&'a str, Value)>) -> Option<Value> {
    let map: Map<String, Value> = entries
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    (!map.is_empty()).then_some(Value::Object(map))
}
