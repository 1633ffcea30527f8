//! What a Go value with fields and methods is, to a template.

use std::any::Any;
use std::fmt::Debug;

use crate::Value;

/// What Go's `reflect` calls an object's kind: how templates may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A struct: always true, with fields, no length.
    Struct,
    /// A pointer to a struct: as a struct, but of kind `ptr`.
    Pointer,
    /// A map: a missing key is not an error, it has a length, and `range` walks it.
    Map,
    /// A slice: it has a length, `range` walks it and `index` takes positions.
    Slice,
    /// An `int` with methods, such as `time.Month`.
    Int,
    /// An `int64` with methods, such as `time.Duration`.
    Int64,
}

/// A Go value with methods or named fields, such as `http.Header`,
/// `*url.URL`, or a session.
///
/// `Any` is a supertrait, so that functions of this crate can recognise the objects they make.
pub trait Object: Any + Send + Sync + Debug {
    /// The name of the Go type, as `%T` prints it: `http.Header`, `*url.URL`.
    fn type_name(&self) -> &str;

    /// How the object behaves in `if`, `range`, `len` and `index`.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// A struct's field or a map's entry; `None` where there is none. For a struct that is an error
    /// of the template, for a map the result is [`Object::missing`].
    ///
    /// The same field must give the same [`std::sync::Arc`] each time: `set` relies on it.
    fn field(&self, name: &str) -> Option<Value>;

    /// Calls a method; `None` where the object has no such method (a field of the name is then
    /// tried). The method checks the number and types of its arguments itself.
    ///
    /// # Errors
    ///
    /// The inner error ends the rendering.
    fn call(&self, method: &str, args: &[Value]) -> Option<Result<Value, String>> {
        let _ = (method, args);
        None
    }

    /// How Go's `fmt` prints the object with `%v` (`String()` where the type has it).
    fn format(&self) -> String;

    /// What Go's `json.Marshal` makes of it. Where the order of a struct's members matters,
    /// implement [`Object::json_members`], which takes precedence.
    fn to_json(&self) -> serde_json::Value;

    /// A struct's JSON members in the order of their declaration, or `None` for anything else.
    fn json_members(&self) -> Option<Vec<(String, Value)>> {
        None
    }

    /// Whether `if` takes the object for true. Structs always are; maps and slices if not empty.
    fn truthy(&self) -> bool {
        match self.kind() {
            Kind::Map | Kind::Slice => self.len().is_some_and(|len| len > 0),
            Kind::Struct | Kind::Pointer | Kind::Int | Kind::Int64 => true,
        }
    }

    /// The length of a map or slice, `None` for anything else.
    fn len(&self) -> Option<usize> {
        None
    }

    /// Whether the object is a map or slice without entries.
    fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// What `range` walks: a map's keys and values sorted by key, a slice's positions and elements.
    /// `None` where the object can't be ranged over.
    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        None
    }

    /// What a missing key of a map gives: the zero value of its elements.
    fn missing(&self) -> Value {
        Value::Nil
    }

    /// Whether two objects are deeply equal, as `deepEqual`, `has` and `uniq` see it.
    fn equals(&self, other: &dyn Object) -> bool {
        self.type_name() == other.type_name() && self.format() == other.format()
    }
}
