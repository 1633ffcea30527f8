//! Shapes that stand at several keys.

use super::{Form, Kind, Preset, Shape};

/// Any text.
pub(crate) const TEXT: Shape = Shape::text(Form::Plain);
/// Any text, by value.
pub(super) const ANY_TEXT: Shape = Shape::text(Form::Plain);
/// A list of texts.
pub(super) const TEXTS: Shape = Shape::list(&TEXT);
/// A URL of what may be a file.
pub(super) static FILE_URI: Shape = Shape::text(Form::FileUri);

/// Any value.
pub(crate) const ANY: Shape = Shape {
    kind: Kind::Any,
    default: None,
    about: "",
};

/// A text with a default.
pub(super) const fn text_or(default: &'static str) -> Shape {
    Shape::text(Form::Plain).or(Preset::Text(default))
}

/// A duration with a default.
pub(super) const fn duration_or(default: &'static str) -> Shape {
    Shape::text(Form::Duration).or(Preset::Text(default))
}

/// A switch with a default.
pub(super) const fn switch(default: bool) -> Shape {
    Shape::bool().or(Preset::Bool(default))
}
