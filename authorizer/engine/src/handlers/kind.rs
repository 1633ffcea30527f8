//! The four kinds of handlers, in the order in which a request meets them.

use super::{Description, authenticators, authorizers, errors, mutators};
use crate::config::{Config, Handlers};

/// A kind of handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HandlerKind {
    /// Establishes the request's subject.
    Authenticator,
    /// Decides whether the subject may send the request.
    Authorizer,
    /// Sets what the backend receives.
    Mutator,
    /// Writes the response to a refused request.
    ErrorHandler,
}

impl HandlerKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Authenticator,
        Self::Authorizer,
        Self::Mutator,
        Self::ErrorHandler,
    ];

    /// The kind's name in sentences, as Oathkeeper writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::Authorizer => "authorizer",
            Self::Mutator => "mutator",
            Self::ErrorHandler => "error handler",
        }
    }

    /// The key of the configuration under which handlers of this kind are configured.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticators",
            Self::Authorizer => "authorizers",
            Self::Mutator => "mutators",
            Self::ErrorHandler => "errors.handlers",
        }
    }

    /// What a configuration has of the handlers of this kind.
    #[must_use]
    pub fn configured(self, config: &Config) -> &Handlers {
        match self {
            Self::Authenticator => &config.authenticators,
            Self::Authorizer => &config.authorizers,
            Self::Mutator => &config.mutators,
            Self::ErrorHandler => &config.errors.handlers,
        }
    }

    /// Every handler of this kind.
    #[must_use]
    pub fn handlers(self) -> &'static [Description] {
        match self {
            Self::Authenticator => authenticators::DESCRIPTIONS,
            Self::Authorizer => authorizers::DESCRIPTIONS,
            Self::Mutator => mutators::DESCRIPTIONS,
            Self::ErrorHandler => errors::DESCRIPTIONS,
        }
    }

    /// The handler of this kind with this name.
    #[must_use]
    pub fn handler(self, name: &str) -> Option<&'static Description> {
        self.handlers().iter().find(|handler| handler.name == name)
    }
}
