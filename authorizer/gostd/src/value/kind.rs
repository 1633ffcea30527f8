//! What a value is, by Go's `reflect`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{Elem, Kind, Object, Value};

impl Value {
    /// The elements of a slice of any type.
    #[must_use]
    pub fn elements(&self) -> Option<Cow<'_, [Value]>> {
        match self {
            Self::List(items) => Some(Cow::Borrowed(items)),
            Self::Slice(slice) => Some(Cow::Borrowed(slice.items())),
            Self::Object(object) if object.kind() == Kind::Slice => {
                let entries = object.entries()?;
                Some(Cow::Owned(
                    entries.into_iter().map(|(_, item)| item).collect(),
                ))
            }
            _ => None,
        }
    }

    /// The entries of a `map[string]interface{}`.
    #[must_use]
    pub fn members(&self) -> Option<Cow<'_, BTreeMap<String, Value>>> {
        match self {
            Self::Map(entries) => Some(Cow::Borrowed(entries)),
            Self::Dict(dict) => Some(Cow::Owned(dict.snapshot())),
            Self::NilMap => Some(Cow::Owned(BTreeMap::new())),
            _ => None,
        }
    }

    /// The name of Go's `reflect.Kind`.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Uint8(_) => "uint8",
            Self::Uint64(_) => "uint64",
            Self::Float(_) => "float64",
            Self::Str(_) | Self::Bytes(_) => "string",
            Self::List(_) | Self::Slice(_) => "slice",
            Self::Map(_) | Self::Dict(_) | Self::StringMap(_) | Self::NilMap => "map",
            Self::Object(object) => match object.kind() {
                Kind::Struct => "struct",
                Kind::Pointer => "ptr",
                Kind::Map => "map",
                Kind::Slice => "slice",
                Kind::Int => "int",
                Kind::Int64 => "int64",
            },
        }
    }

    /// The name of the Go type, as `%T` prints it.
    #[must_use]
    pub fn type_name(&self) -> Cow<'_, str> {
        match self {
            Self::Nil => "<nil>".into(),
            Self::Bool(_) => "bool".into(),
            Self::Int(_) => "int".into(),
            Self::Int64(_) => "int64".into(),
            Self::Uint8(_) => "uint8".into(),
            Self::Uint64(_) => "uint64".into(),
            Self::Float(_) => "float64".into(),
            Self::Str(_) | Self::Bytes(_) => "string".into(),
            Self::List(_) => Elem::Any.slice_type().into(),
            Self::Slice(slice) => slice.elem().slice_type().into(),
            Self::Map(_) | Self::Dict(_) | Self::NilMap => "map[string]interface {}".into(),
            Self::StringMap(_) => "map[string]string".into(),
            Self::Object(object) => object.type_name().into(),
        }
    }

    /// Whether `if` takes the value for true: it is not the zero value of its type.
    #[must_use]
    pub fn truthy(&self) -> bool {
        match self {
            Self::Nil | Self::NilMap => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Int64(value) => *value != 0,
            Self::Uint8(value) => *value != 0,
            Self::Uint64(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(_) => true,
            Self::List(items) => !items.is_empty(),
            Self::Slice(slice) => !slice.items().is_empty(),
            Self::Map(entries) | Self::StringMap(entries) => !entries.is_empty(),
            Self::Dict(dict) => !dict.entries().is_empty(),
            Self::Object(object) => Object::truthy(object.as_ref()),
        }
    }
}
