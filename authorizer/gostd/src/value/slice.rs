//! Go slices whose elements have a type.

use crate::Value;

/// The element type of a [`Slice`], which shows in `typeOf`, `%T` and `deepEqual`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elem {
    /// `interface {}`: only needed for a nil slice, as [`Value::List`] is the usual one.
    Any,
    /// `string`
    String,
    /// `int`
    Int,
    /// `[]interface {}`
    List,
}

impl Elem {
    /// The Go type of a slice of such elements.
    #[must_use]
    pub fn slice_type(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::String => "[]string",
            Self::Int => "[]int",
            Self::List => "[][]interface {}",
        }
    }
}

/// A Go slice of other elements than `interface{}`, or a nil slice.
#[derive(Clone, Debug)]
pub struct Slice {
    elem: Elem,
    items: Option<Vec<Value>>,
}

impl Slice {
    /// A slice of `elem` with these items, each of which must be of that type.
    #[must_use]
    pub fn new(elem: Elem, items: Vec<Value>) -> Self {
        Self {
            elem,
            items: Some(items),
        }
    }

    /// A nil slice: empty, and `null` in JSON.
    #[must_use]
    pub fn nil(elem: Elem) -> Self {
        Self { elem, items: None }
    }

    /// The type of the elements.
    #[must_use]
    pub fn elem(&self) -> Elem {
        self.elem
    }

    /// The elements.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        self.items.as_deref().unwrap_or_default()
    }

    /// Whether it is Go's nil slice rather than an empty one.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.items.is_none()
    }
}
