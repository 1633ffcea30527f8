//! What may stand in a configuration, as data: checked against, filled in with defaults, listed as
//! keys for variables, and written out as JSON Schema from one description.

mod authenticators;
mod authorizers;
mod errors;
mod handlers;
mod mutators;
mod observability;
mod parts;
mod root;
mod rule;
mod serve;

use crate::handlers::HandlerKind;
pub use handlers::handler;
pub(crate) use handlers::handlers_of;
pub(crate) use root::CONFIG;
pub(crate) use rule::{RULE, RULES};

/// What may stand at one place.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The kind of value.
    pub kind: Kind,
    /// What it is taken to be where nothing is written, where Oathkeeper's schema says.
    pub default: Option<Preset>,
    /// What it means, for people.
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
        /// Those that must be there.
        required: &'static [&'static str],
        /// Those that must be there as well once `enabled` is true.
        required_if_enabled: &'static [&'static str],
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

/// A value that stands where nothing is written.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'static str),
    /// A list of texts.
    Texts(&'static [&'static str]),
}

/// A key of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What stands there.
    pub shape: Shape,
    /// Why it has no effect here, where it has none.
    pub idle: Option<&'static str>,
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
    pub(super) const fn bool() -> Self {
        Self::new(Kind::Bool)
    }

    /// A whole number.
    pub(super) const fn integer(min: i64, max: i64) -> Self {
        Self::new(Kind::Integer {
            min,
            max,
            only: &[],
        })
    }

    /// One of a few numbers.
    pub(super) const fn integer_of(only: &'static [i64]) -> Self {
        Self::new(Kind::Integer {
            min: i64::MIN,
            max: i64::MAX,
            only,
        })
    }

    /// Any number.
    pub(super) const fn number() -> Self {
        Self::new(Kind::Number)
    }

    /// A text.
    pub(super) const fn text(form: Form) -> Self {
        Self::new(Kind::Text(form))
    }

    /// A list.
    pub(super) const fn list(item: &'static Self) -> Self {
        Self::new(Kind::List {
            item,
            unique: false,
        })
    }

    /// A list without repeats.
    pub(super) const fn set(item: &'static Self) -> Self {
        Self::new(Kind::List { item, unique: true })
    }

    /// Names of the writer's choice.
    pub(super) const fn map(value: &'static Self) -> Self {
        Self::new(Kind::Map(value))
    }

    /// Known keys.
    pub(super) const fn object(fields: &'static [Field]) -> Self {
        Self::requiring(fields, &[])
    }

    /// Known keys, some of which must be there.
    pub(super) const fn requiring(
        fields: &'static [Field],
        required: &'static [&'static str],
    ) -> Self {
        Self::new(Kind::Object {
            fields,
            required,
            required_if_enabled: &[],
        })
    }

    /// The same shape with a default.
    pub(super) const fn or(mut self, default: Preset) -> Self {
        self.default = Some(default);
        self
    }

    /// The same shape with an explanation.
    pub(super) const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// The keys of an object.
    #[must_use]
    pub fn fields(&self) -> &'static [Field] {
        match self.kind {
            Kind::Object { fields, .. } | Kind::OneOf(fields) => fields,
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
    Field {
        name,
        shape: shape.about(about),
        idle: None,
    }
}

impl Field {
    /// The same key, without effect here for a reason.
    pub(super) const fn idle(mut self, why: &'static str) -> Self {
        self.idle = Some(why);
        self
    }
}
