//! What may stand in a configuration, as data: checked against, filled in with defaults, listed as
//! keys for variables, and written out as JSON Schema from one description.

mod handlers;
mod observability;
mod parts;
mod preset;
mod root;
mod rule;
mod serve;

use crate::handlers::HandlerKind;
pub(crate) use handlers::of_handler;
pub(crate) use parts::{ANY, TEXT};
pub use preset::Preset;
pub(crate) use preset::value_of;
pub(crate) use root::CONFIG;
pub(crate) use rule::{RULE, RULES};

/// What may stand at one place.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The kind of value.
    pub kind: Kind,
    /// What it is taken to be where nothing is written, where Oathkeeper's schema says.
    pub default: Option<Preset>,
    /// What it means; empty in programs that show no documentation.
    pub about: &'static str,
}

/// The kinds of values.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number between two bounds.
    Integer {
        /// The least that is meant to work.
        min: i64,
        /// The most that is meant to work.
        max: i64,
        /// The only numbers allowed, where there are any.
        only: &'static [i64],
    },
    /// Any number.
    Number,
    /// A text of some form.
    Text(Form),
    /// Any value at all.
    Any,
    /// A list of one kind of item.
    List {
        /// What each item is.
        item: &'static Shape,
        /// Whether no item may be there twice.
        unique: bool,
    },
    /// Names of the writer's choice, each with the same kind of value.
    Map(&'static Shape),
    /// Known keys.
    Object {
        /// The keys.
        fields: &'static [Field],
    },
    /// A handler: `enabled`, and a `config` that counts only where it is enabled.
    Handler {
        /// What `config` may hold; `None` where there is no `config` at all.
        config: Option<&'static Shape>,
        /// Whether an enabled handler must have a `config`.
        config_required: bool,
        /// Whether the handler is enabled where nothing is written.
        enabled: bool,
    },
    /// A handler that a rule names: `handler`, and a `config` that is checked with the handler.
    Reference(HandlerKind),
    /// Nothing (`null`), or an object of exactly one of the keys, each a text.
    OneOf(&'static [Field]),
}

/// The forms of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Plain,
    /// Any text but the empty one.
    Filled,
    /// A URL with a scheme.
    Uri,
    /// A URL with a scheme, `file` for example.
    FileUri,
    /// A URL, with or without a scheme.
    UriReference,
    /// A whole number and a unit: `150ms`, `5s`, `1h`.
    Duration,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Characters that are safe in a query parameter's name.
    ParameterName,
    /// A version: `v0.40.6`.
    Version,
}

/// A key of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What stands there.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: Required,
    /// Why it is ignored here, if it is.
    pub idle: Option<&'static str>,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// It may be left out.
    Never,
    /// It must be there.
    Always,
    /// It must be there once the key `enabled` beside it is true.
    IfEnabled,
}

impl Shape {
    const fn new(kind: Kind) -> Self {
        Self {
            kind,
            default: None,
            about: "",
        }
    }

    /// `true` or `false`.
    pub(crate) const fn bool() -> Self {
        Self::new(Kind::Bool)
    }

    /// A whole number.
    pub(crate) const fn integer(min: i64, max: i64) -> Self {
        Self::new(Kind::Integer {
            min,
            max,
            only: &[],
        })
    }

    /// One of a few numbers.
    pub(crate) const fn integer_of(only: &'static [i64]) -> Self {
        Self::new(Kind::Integer {
            min: i64::MIN,
            max: i64::MAX,
            only,
        })
    }

    /// Any number.
    pub(crate) const fn number() -> Self {
        Self::new(Kind::Number)
    }

    /// A text.
    pub(crate) const fn text(form: Form) -> Self {
        Self::new(Kind::Text(form))
    }

    /// Any text.
    pub(crate) const fn plain_text() -> Self {
        Self::text(Form::Plain)
    }

    /// A list.
    pub(crate) const fn list(item: &'static Self) -> Self {
        Self::new(Kind::List {
            item,
            unique: false,
        })
    }

    /// A list without repeats.
    pub(crate) const fn set(item: &'static Self) -> Self {
        Self::new(Kind::List { item, unique: true })
    }

    /// Names of the writer's choice.
    pub(crate) const fn map(value: &'static Self) -> Self {
        Self::new(Kind::Map(value))
    }

    /// Known keys.
    pub(crate) const fn object(fields: &'static [Field]) -> Self {
        Self::new(Kind::Object { fields })
    }

    /// Nothing, or exactly one of the keys.
    pub(crate) const fn one_of(fields: &'static [Field]) -> Self {
        Self::new(Kind::OneOf(fields))
    }

    /// The same shape with a default.
    pub(crate) const fn or(mut self, default: Preset) -> Self {
        self.default = Some(default);
        self
    }

    /// The same shape with an explanation.
    pub(crate) const fn about(mut self, about: &'static str) -> Self {
        self.about = documentation(about);
        self
    }

    /// The keys of an object.
    #[must_use]
    pub fn fields(&self) -> &'static [Field] {
        match self.kind {
            Kind::Object { fields } | Kind::OneOf(fields) => fields,
            _ => &[],
        }
    }

    /// What stands at a key of an object.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }
}

/// A key of an object and what it means.
pub(super) const fn field(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field::new(name, shape, about)
}

impl Field {
    /// A key that may be left out, and what it means.
    pub(crate) const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            name,
            shape: shape.about(about),
            required: Required::Never,
            idle: None,
        }
    }

    /// The same key, which must be there.
    pub(crate) const fn required(mut self, required: Required) -> Self {
        self.required = required;
        self
    }

    /// The same key, ignored here for a reason.
    pub(crate) const fn idle(mut self, why: &'static str) -> Self {
        self.idle = Some(why);
        self
    }
}

/// A documentation text: there in programs that show it, empty in those that only decide.
pub(crate) const fn documentation(text: &'static str) -> &'static str {
    if cfg!(any(test, feature = "descriptions")) {
        text
    } else {
        ""
    }
}
