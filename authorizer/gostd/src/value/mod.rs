//! Go's dynamic value, `interface{}`: what templates compute with and JSON is read into.

mod budget;
mod dict;
mod equality;
mod kind;
pub(crate) mod methods;
mod object;
mod slice;

pub use budget::Budget;
pub use dict::{Dict, check_depth};
pub use equality::equal;
pub use object::{Kind, Object};
pub use slice::{Elem, Slice};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A Go value. Cheap to clone: whatever is large is shared.
///
/// A JSON number is always a [`Value::Float`], as Go's `json.Unmarshal` makes it a `float64`.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Value {
    /// `nil`, JSON's `null`.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `int64`, which sprig's arithmetic gives.
    Int64(i64),
    /// `uint8`: what indexing a string gives.
    Uint8(u8),
    /// `uint64`
    Uint64(u64),
    /// `float64`
    Float(f64),
    /// `string`
    Str(Arc<str>),
    /// A `string` that is not valid UTF-8; make it with [`Value::from_bytes`].
    Bytes(Arc<[u8]>),
    /// `[]interface{}`
    List(Arc<Vec<Value>>),
    /// A slice of another element type, or a nil slice.
    Slice(Arc<Slice>),
    /// `map[string]interface{}` that came with the data.
    Map(Arc<BTreeMap<String, Value>>),
    /// `map[string]interface{}` made while rendering.
    Dict(Dict),
    /// `map[string]string`: what sprig's `split` gives. Each value is a string.
    StringMap(Arc<BTreeMap<String, Value>>),
    /// A nil `map[string]interface{}`: empty, and `null` in JSON.
    NilMap,
    /// Anything with fields or methods.
    Object(Arc<dyn Object>),
}

impl Value {
    /// A string of bytes that need not be UTF-8.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Str(text.into()),
            Err(error) => Self::Bytes(error.into_bytes().into()),
        }
    }

    /// A `[]string`.
    pub fn strings<S: Into<Arc<str>>>(items: impl IntoIterator<Item = S>) -> Self {
        let items = items
            .into_iter()
            .map(|item| Self::Str(item.into()))
            .collect();
        Self::Slice(Arc::new(Slice::new(Elem::String, items)))
    }

    /// A `map[string]interface{}`.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Arc::new(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        ))
    }

    /// An object.
    pub fn object(object: impl Object) -> Self {
        Self::Object(Arc::new(object))
    }

    /// The text, if it is a string of valid UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, if it is a string of any kind.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Str(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it is `nil`.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) | Self::Int64(value) => value.fmt(f),
            Self::Uint8(value) => value.fmt(f),
            Self::Uint64(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Str(value) => value.fmt(f),
            Self::Bytes(value) => String::from_utf8_lossy(value).fmt(f),
            Self::List(items) => items.fmt(f),
            Self::Slice(slice) => slice.items().fmt(f),
            Self::Map(entries) | Self::StringMap(entries) => entries.fmt(f),
            Self::Dict(dict) => dict.fmt(f),
            Self::NilMap => f.write_str("{}"),
            Self::Object(object) => object.fmt(f),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::List(Arc::new(value))
    }
}

impl From<BTreeMap<String, Value>> for Value {
    fn from(value: BTreeMap<String, Value>) -> Self {
        Self::Map(Arc::new(value))
    }
}
