//! A value that was found, or not.

use std::{borrow::Cow, str::FromStr};

use super::scan::{cut, kind_at, tail, unescape, value_end};

/// What kind of JSON a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `null`, and what is not there.
    #[default]
    Null,
    /// `false`
    False,
    /// A number.
    Number,
    /// A string.
    String,
    /// `true`
    True,
    /// An object or an array.
    Json,
}

/// A value as it stands in the text; with no text at all it is not there.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// What kind of JSON it is.
    pub kind: Kind,
    /// Its text, with the quotes of a string.
    pub raw: Cow<'a, [u8]>,
}

impl<'a> Found<'a> {
    /// The value a text begins with; an object or array takes the whole rest of the text.
    pub(super) fn parse(text: &'a [u8]) -> Self {
        let Some(at) = text.iter().position(|byte| *byte > b' ') else {
            return Self::default();
        };
        let Some(Some(kind)) = kind_at(text, at) else {
            return Self::default();
        };
        let end = match kind {
            Kind::Json => text.len(),
            _ => value_end(text, at, kind).unwrap_or(text.len()),
        };
        Self {
            kind,
            raw: Cow::Borrowed(cut(text, at, end)),
        }
    }

    /// An object or array that was put together.
    pub(super) fn json(raw: Vec<u8>) -> Self {
        Self {
            kind: Kind::Json,
            raw: Cow::Owned(raw),
        }
    }

    pub(super) fn into_owned<'b>(self) -> Found<'b> {
        Found {
            kind: self.kind,
            raw: Cow::Owned(self.raw.into_owned()),
        }
    }

    /// Whether there is such a value; `null` is one.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.kind != Kind::Null || !self.raw.is_empty()
    }

    pub(super) fn is_object(&self) -> bool {
        self.kind == Kind::Json && self.raw.first() == Some(&b'{')
    }

    pub(super) fn is_array(&self) -> bool {
        self.kind == Kind::Json && self.raw.first() == Some(&b'[')
    }

    /// A string without quotes and escapes; of anything else nothing.
    pub(super) fn string(&self) -> Cow<'_, [u8]> {
        if self.kind != Kind::String {
            return Cow::default();
        }
        let inner = tail(&self.raw, 1);
        unescape(inner.strip_suffix(b"\"").unwrap_or(inner))
    }

    /// How the value prints.
    pub(super) fn text(&self) -> Cow<'_, [u8]> {
        match self.kind {
            Kind::Null => Cow::default(),
            Kind::False => Cow::Borrowed(b"false"),
            Kind::True => Cow::Borrowed(b"true"),
            Kind::String => self.string(),
            Kind::Json => Cow::Borrowed(&self.raw),
            Kind::Number => {
                let digits = self.raw.strip_prefix(b"-").unwrap_or(&self.raw);
                if digits.iter().all(u8::is_ascii_digit) {
                    return Cow::Borrowed(&self.raw);
                }
                Cow::Owned(self.number().to_string().into_bytes())
            }
        }
    }

    /// A number's value; of anything else 0.
    pub(super) fn number(&self) -> f64 {
        if self.kind == Kind::Number {
            number(&self.raw)
        } else {
            0.0
        }
    }

    /// Whether the value counts as true: `true`, a number but 0, and strings such as `"True"`, `"1"`.
    pub(super) fn truth(&self) -> bool {
        match self.kind {
            Kind::True => true,
            Kind::Number => self.number() != 0.0,
            Kind::String => bool_of(&self.string()) == Some(true),
            Kind::Null | Kind::False | Kind::Json => false,
        }
    }
}

/// A text as a number; 0 where it is none.
pub(super) fn number(text: &[u8]) -> f64 {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| f64::from_str(text).ok())
        .unwrap_or(0.0)
}

/// Go's [`strconv.ParseBool`](https://pkg.go.dev/strconv#ParseBool) in any case.
pub(super) fn bool_of(text: &[u8]) -> Option<bool> {
    match text.to_ascii_lowercase().as_slice() {
        b"1" | b"t" | b"true" => Some(true),
        b"0" | b"f" | b"false" => Some(false),
        _ => None,
    }
}
