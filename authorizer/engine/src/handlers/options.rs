//! A handler's options as one struct: what may be written, what is read, and what it means.
//!
//! ```text
//! options! {
//!     struct Options {
//!         /// The service that decides.
//!         #[required = Always]
//!         remote: Uri,
//!         /// The status of the response.
//!         #[default(302)]
//!         code: u16 as Shape::integer_of(&[301, 302]),
//!     }
//! }
//! ```
//!
//! [`options!`] makes of it the struct itself, reads it from a configuration, and describes it as a
//! [`Shape`], from which come the checks, the JSON Schema, the variables and the reference page. A
//! field's type says which values it takes, unless a shape follows it; its comment is its documentation.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::config::shape::{ANY, Field, Preset, Required, Shape, value_of};

/// Why options cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{reason}", if path.is_empty() { String::new() } else { format!("`{path}`: ") })]
pub(crate) struct UnreadOption {
    /// The option, as a path from the handler's `config`; empty for all of it.
    path: String,
    /// What is wrong, in a sentence without a full stop.
    reason: String,
}

impl UnreadOption {
    /// The same below a key.
    fn within(mut self, key: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{key}.{path}"),
        };
        self
    }
}

impl<S: Into<String>> From<S> for UnreadOption {
    fn from(reason: S) -> Self {
        Self {
            path: String::new(),
            reason: reason.into(),
        }
    }
}

/// A type that an option can have.
pub(crate) trait OptionValue: Sized {
    /// The values it takes.
    const SHAPE: Shape;

    /// Reads a value.
    ///
    /// # Errors
    /// A value that cannot be read.
    fn read(value: Value) -> Result<Self, UnreadOption>;

    /// What an option of this type is where nothing is written; `None` where that is an error.
    fn absent() -> Option<Self> {
        None
    }
}

/// Options that are read together.
pub(crate) trait OptionGroup: Sized {
    /// Their keys.
    const FIELDS: &'static [Field];

    /// Takes the options out of what is written.
    ///
    /// # Errors
    /// The first option that cannot be read.
    fn take(written: &mut Map<String, Value>) -> Result<Self, UnreadOption>;
}

impl<G: OptionGroup> OptionValue for G {
    const SHAPE: Shape = Shape::object(G::FIELDS);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        let Value::Object(mut written) = value else {
            return Err("expected keys with values".into());
        };
        let options = G::take(&mut written)?;
        match written.keys().next() {
            Some(unknown) => Err(format!("unknown key `{unknown}`").into()),
            None => Ok(options),
        }
    }

    fn absent() -> Option<Self> {
        Self::read(Value::Object(Map::new())).ok()
    }
}

/// Takes one option out of what is written.
///
/// # Errors
/// A value that cannot be read, or none where one is required.
pub(crate) fn take<T: OptionValue>(
    written: &mut Map<String, Value>,
    name: &str,
    default: Option<Preset>,
    required: Required,
) -> Result<T, UnreadOption> {
    let value = written.remove(name).or_else(|| default.map(value_of));
    match value {
        Some(value) => T::read(value).map_err(|error| error.within(name)),
        None => Some(required)
            .filter(|required| *required != Required::Always)
            .and_then(|_| T::absent())
            .ok_or_else(|| UnreadOption::from("the key is missing").within(name)),
    }
}

/// Reads a value of a type that has its own form in JSON.
///
/// # Errors
/// The error of `serde_json`.
pub(crate) fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, UnreadOption> {
    serde_json::from_value(value).map_err(|error| error.to_string().into())
}

impl OptionValue for bool {
    const SHAPE: Shape = Shape::bool();

    fn read(value: Value) -> Result<Self, UnreadOption> {
        from_json(value)
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl OptionValue for i64 {
    const SHAPE: Shape = Shape::integer(i64::MIN, i64::MAX);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        from_json(value)
    }
}

impl OptionValue for u16 {
    const SHAPE: Shape = Shape::integer(0, 65_535);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        from_json(value)
    }
}

impl OptionValue for String {
    const SHAPE: Shape = Shape::plain_text();

    fn read(value: Value) -> Result<Self, UnreadOption> {
        from_json(value)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// Any value.
impl OptionValue for Value {
    const SHAPE: Shape = ANY;

    fn read(value: Value) -> Result<Self, UnreadOption> {
        Ok(value)
    }
}

impl<T: OptionValue> OptionValue for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read(value: Value) -> Result<Self, UnreadOption> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: OptionValue> OptionValue for Vec<T> {
    const SHAPE: Shape = Shape::list(&T::SHAPE);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        match value {
            Value::Array(items) => items.into_iter().map(T::read).collect(),
            _ => Err("expected a list".into()),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: OptionValue> OptionValue for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::map(&T::SHAPE);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        let Value::Object(members) = value else {
            return Err("expected names with values".into());
        };
        let read = |(name, value): (String, Value)| match T::read(value) {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(error.within(&name)),
        };
        members.into_iter().map(read).collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// A default as it is written in [`options!`].
pub(crate) struct Written<T>(pub(crate) T);

impl Written<bool> {
    pub(crate) const fn preset(self) -> Preset {
        Preset::Bool(self.0)
    }
}

impl Written<i64> {
    pub(crate) const fn preset(self) -> Preset {
        Preset::Integer(self.0)
    }
}

impl Written<&'static str> {
    pub(crate) const fn preset(self) -> Preset {
        Preset::Text(self.0)
    }
}

impl Written<[&'static str; 0]> {
    pub(crate) const fn preset(self) -> Preset {
        Preset::Texts(&[])
    }
}

/// The fields of one list and then those of another, `N` altogether.
pub(crate) const fn joined<const N: usize>(one: &[Field], other: &[Field]) -> [Field; N] {
    let mut all = [Field::new("", Shape::bool(), ""); N];
    let mut at = 0;
    while at < N {
        #[expect(
            clippy::indexing_slicing,
            reason = "runs when the program is compiled: a wrong index is a compile error"
        )]
        {
            all[at] = if at < one.len() {
                one[at]
            } else {
                other[at - one.len()]
            };
        }
        at += 1;
    }
    all
}

/// Declares options: see the [module](self).
macro_rules! options {
    (
        $(#[$attribute:meta])*
        $vis:vis struct $Options:ident {
            $(
                $(#[doc = $about:literal])+
                $(#[default($default:expr)])?
                $(#[required = $required:ident])?
                $(#[unread = $unread:literal])?
                $name:ident: $type:ty $(as $shape:expr)?,
            )*
            $(..$rest:ident: $Rest:ty)?
        }
    ) => {
        $(#[$attribute])*
        $vis struct $Options {
            $(
                $(#[doc = $about])+
                $(#[expect(dead_code, reason = $unread)])?
                pub(super) $name: $type,
            )*
            $(pub(super) $rest: $Rest,)?
        }

        impl $crate::handlers::options::OptionGroup for $Options {
            const FIELDS: &'static [$crate::config::Field] = $crate::handlers::options::options!(
                @fields [$(
                    $crate::config::Field::new(
                        stringify!($name),
                        $crate::handlers::options::options!(@shape $type $(as $shape)?)
                            $(.or($crate::handlers::options::Written($default).preset()))?,
                        concat!($($about),+).trim_ascii(),
                    )
                    $(.required($crate::config::Required::$required))?
                ),*] $($Rest)?
            );

            fn take(
                written: &mut serde_json::Map<String, serde_json::Value>,
            ) -> Result<Self, $crate::handlers::options::UnreadOption> {
                Ok(Self {
                    $(
                        $name: $crate::handlers::options::take(
                            written,
                            stringify!($name),
                            None$(.or(Some($crate::handlers::options::Written($default).preset())))?,
                            $crate::handlers::options::options!(@required $($required)?),
                        )?,
                    )*
                    $($rest: <$Rest as $crate::handlers::options::OptionGroup>::take(written)?,)?
                })
            }
        }
    };
    (@required) => { $crate::config::Required::Never };
    (@required $required:ident) => { $crate::config::Required::$required };
    (@shape $type:ty) => { <$type as $crate::handlers::options::OptionValue>::SHAPE };
    (@shape $type:ty as $shape:expr) => { $shape };
    (@fields [$($own:expr),*]) => { &[$($own),*] };
    (@fields [$($own:expr),*] $Rest:ty) => {{
        const OWN: &[$crate::config::Field] = &[$($own),*];
        const REST: &[$crate::config::Field] =
            <$Rest as $crate::handlers::options::OptionGroup>::FIELDS;
        &$crate::handlers::options::joined::<{ OWN.len() + REST.len() }>(OWN, REST)
    }};
}

pub(crate) use options;

#[cfg(test)]
mod tests;
