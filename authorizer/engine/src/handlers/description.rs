//! What is known of a handler before any is built: constant data that each handler's file has of itself.

use crate::config::{
    Field, Preset, Shape,
    shape::{documentation, of_handler},
};

/// What a handler reads, sets and requests.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The name that rules and configurations write.
    pub name: &'static str,
    /// What it does, in one sentence; empty in programs that show no documentation.
    pub about: &'static str,
    /// The options that it has.
    pub options: Options,
    /// Whether it can be used where the configuration does not mention it.
    pub enabled_by_default: bool,
    /// The options that hold templates: a text, or texts by name.
    pub templates: &'static [&'static str],
    /// The option that names key sets.
    pub key_sets: Option<KeySets>,
    /// The headers that it sets for the backend.
    pub sets: SetHeaders,
    /// The option whose keys are the names of the cookies that it sets for the backend.
    pub cookies: Option<&'static str>,
    /// The options that have the addresses of services it sends requests to.
    pub services: &'static [&'static str],
    /// The header that it always sends on to a session service, for handlers that use one.
    pub checks_session_with: Option<&'static str>,
    /// Whether no handler behind it in the same list is ever called.
    pub always_decides: bool,
    /// Whether it establishes a subject, so that a request accepted with none is remarkable.
    pub names_subject: bool,
    /// Whether it works under `access_rules.matching_strategy: glob`.
    pub works_with_globs: bool,
    /// Whether it sends browsers to another address.
    pub redirects: bool,
    /// The option with the realm of the challenge it writes, for handlers that write one.
    pub challenge_realm: Option<&'static str>,
    /// What is different behind API Gateway, in Markdown; empty where nothing is.
    pub api_gateway: &'static str,
    /// Options that work, as YAML; empty for handlers without options.
    pub example: &'static str,
}

/// The options of a handler.
#[derive(Clone, Copy, Debug)]
pub enum Options {
    /// None: a configuration is ignored.
    None,
    /// These, and none of them has to be written.
    Optional(&'static Shape),
    /// These, and an enabled handler has to have a `config`.
    Required(&'static Shape),
}

/// An option that names key sets by URL: one or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySets {
    /// The option.
    pub option: &'static str,
    /// What the keys are for.
    pub purpose: KeyPurpose,
}

/// What keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Tokens of clients are verified with them.
    Verify,
    /// Tokens for the backend are signed with them.
    Sign,
}

/// The headers that a handler sets for the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetHeaders {
    /// None.
    None,
    /// These.
    Named(&'static [&'static str]),
    /// Those that are the keys of an option.
    KeysOf(&'static str),
    /// Those that are the items of an option's list.
    ItemsOf(&'static str),
    /// Any: a service names them when it responds.
    Any,
}

impl Options {
    /// What may be written as the handler's `config`.
    #[must_use]
    pub const fn shape(self) -> Option<&'static Shape> {
        match self {
            Self::None => None,
            Self::Optional(shape) | Self::Required(shape) => Some(shape),
        }
    }
}

impl SetHeaders {
    /// The option that names the headers, where there is one.
    #[must_use]
    pub fn option(self) -> Option<&'static str> {
        match self {
            Self::KeysOf(option) | Self::ItemsOf(option) => Some(option),
            Self::None | Self::Named(_) | Self::Any => None,
        }
    }
}

impl Description {
    /// A handler without options that sets nothing and requests nothing.
    pub(crate) const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about: documentation(about),
            options: Options::None,
            enabled_by_default: false,
            templates: &[],
            key_sets: None,
            sets: SetHeaders::None,
            cookies: None,
            services: &[],
            checks_session_with: None,
            always_decides: false,
            names_subject: true,
            works_with_globs: true,
            redirects: false,
            challenge_realm: None,
            api_gateway: "",
            example: "",
        }
    }

    /// With options of which none has to be written, and an example of them as YAML.
    pub(crate) const fn optional(mut self, shape: &'static Shape, example: &'static str) -> Self {
        self.options = Options::Optional(shape);
        self.example = documentation(example);
        self
    }

    /// With options that an enabled handler has to have, and an example of them as YAML.
    pub(crate) const fn options(mut self, shape: &'static Shape, example: &'static str) -> Self {
        self.options = Options::Required(shape);
        self.example = documentation(example);
        self
    }

    /// Usable where the configuration does not mention it.
    pub(crate) const fn enabled_by_default(mut self) -> Self {
        self.enabled_by_default = true;
        self
    }

    /// With templates in these options.
    pub(crate) const fn templates(mut self, options: &'static [&'static str]) -> Self {
        self.templates = options;
        self
    }

    /// With key sets that this option names.
    pub(crate) const fn key_sets(mut self, option: &'static str, purpose: KeyPurpose) -> Self {
        self.key_sets = Some(KeySets { option, purpose });
        self
    }

    /// Setting these headers.
    pub(crate) const fn sets(mut self, headers: SetHeaders) -> Self {
        self.sets = headers;
        self
    }

    /// Setting the cookies that are the keys of this option.
    pub(crate) const fn cookies(mut self, option: &'static str) -> Self {
        self.cookies = Some(option);
        self
    }

    /// Sending requests to the addresses in these options.
    pub(crate) const fn services(mut self, options: &'static [&'static str]) -> Self {
        self.services = options;
        self
    }

    /// Using a session service, to which it always sends this header on.
    pub(crate) const fn checks_session_with(mut self, header: &'static str) -> Self {
        self.checks_session_with = Some(header);
        self
    }

    /// Never leaving a request to the handlers behind it.
    pub(crate) const fn always_decides(mut self) -> Self {
        self.always_decides = true;
        self
    }

    /// Accepting requests without establishing a subject.
    pub(crate) const fn names_no_subject(mut self) -> Self {
        self.names_subject = false;
        self
    }

    /// Refusing every request under `access_rules.matching_strategy: glob`.
    pub(crate) const fn fails_with_globs(mut self) -> Self {
        self.works_with_globs = false;
        self
    }

    /// Sending browsers to another address.
    pub(crate) const fn redirects(mut self) -> Self {
        self.redirects = true;
        self
    }

    /// Writing a challenge with the realm of this option.
    pub(crate) const fn challenge_realm(mut self, option: &'static str) -> Self {
        self.challenge_realm = Some(option);
        self
    }

    /// With a difference behind API Gateway, in Markdown.
    pub(crate) const fn behind_api_gateway(mut self, difference: &'static str) -> Self {
        self.api_gateway = documentation(difference);
        self
    }

    /// The handler's key in the configuration.
    pub(crate) const fn field(&self) -> Field {
        let (config, required) = match self.options {
            Options::None => (None, false),
            Options::Optional(shape) => (Some(shape), false),
            Options::Required(shape) => (Some(shape), true),
        };
        Field::new(
            self.name,
            of_handler(config, required, self.enabled_by_default),
            self.about,
        )
    }

    /// Whether tokens for the backend are signed.
    #[must_use]
    pub fn signs(&self) -> bool {
        matches!(
            self.key_sets,
            Some(KeySets {
                purpose: KeyPurpose::Sign,
                ..
            })
        )
    }

    /// The text that an option has where nothing is written; empty where there is none.
    #[must_use]
    pub fn default_text(&self, option: &str) -> &'static str {
        let field = self.options.shape().and_then(|shape| shape.field(option));
        match field.and_then(|field| field.shape.default) {
            Some(Preset::Text(text)) => text,
            _ => "",
        }
    }
}
