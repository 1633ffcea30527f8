//! Error handlers: they write the response to a refused request.
//!
//! [`refuse`] picks the handler as
//! [Oathkeeper](https://www.ory.sh/docs/oathkeeper/pipeline/error) does: the one handler of the rule
//! whose conditions hold, else the first such one of `errors.fallback`.

mod accept;
mod media_type;
mod when;

pub use redirect::escape_html;

use std::sync::Arc;

use when::Conditions;

use crate::{
    Failure, ReasonCode, Refusal, Request,
    config::Config,
    handlers::{
        Defect, Description, HandlerKind, Misconfigured, Settings, Shared, registry::handlers,
    },
    rules::HandlerReference,
};

/// An error handler.
pub(crate) trait Respond: Sized {
    /// What is known of it before any is built.
    const DESCRIPTION: Description;

    /// Builds it from its configuration, enabled or not.
    ///
    /// # Errors
    /// A configuration that it cannot be run with.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured>;

    /// The conditions under which it is responsible.
    fn conditions(&self) -> &Conditions;

    /// The response to a failure.
    fn respond(&self, request: &Request, failure: &Failure) -> Refusal;
}

handlers! {
    Respond {
        json::JsonError,
        redirect::Redirect,
        www_authenticate::WwwAuthenticate,
    }
    fn conditions() -> &Conditions;
    fn respond(request: &Request, failure: &Failure) -> Refusal;
}

/// The handlers of a configuration without `errors.fallback`.
pub(crate) const DEFAULT_FALLBACK: &[&str] = &[json::JsonError::DESCRIPTION.name];

/// An error handler of a rule or of `errors.fallback`.
#[derive(Debug)]
pub struct ErrorHandler {
    name: String,
    /// A handler that is not enabled may be responsible, and can then not be run.
    enabled: Result<(), Misconfigured>,
    built: Result<Handler, Misconfigured>,
}

/// The answer to a failure.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The handler that wrote the answer; `None` where none could.
    pub handler: Option<&'a str>,
    /// What the client is answered.
    pub refusal: Refusal,
    /// Why the failure could not be answered as the rules say.
    pub complaint: Option<Failure>,
}

/// Builds the handlers that answer where none of a rule's own is responsible.
#[must_use]
pub fn fallback(config: &Config, shared: &Arc<Shared>) -> Vec<ErrorHandler> {
    let default = || DEFAULT_FALLBACK.iter().map(ToString::to_string).collect();
    let names: Vec<String> = config.errors.fallback.clone().unwrap_or_else(default);
    names
        .into_iter()
        .map(|handler| {
            ErrorHandler::build(
                &HandlerReference {
                    handler,
                    config: None,
                },
                config,
                shared,
            )
        })
        .collect()
}

/// Answers a failure: with the one handler of the rule that is responsible, else with the first of
/// the fallback handlers that is. What keeps a handler from answering is itself answered with 500. A
/// value that cannot be handed on and a forged header are told as they are: see [`Failure::unfit`].
#[must_use]
pub fn refuse<'a>(
    of_rule: &'a [ErrorHandler],
    fallback: &'a [ErrorHandler],
    request: &Request,
    failure: &Failure,
) -> Answered<'a> {
    let is_told_as_it_is = matches!(
        failure.code,
        ReasonCode::ValueUnfit | ReasonCode::ForgedHeader | ReasonCode::MimickingHeader
    );
    if is_told_as_it_is {
        return Answered {
            handler: None,
            refusal: json::write(request, failure),
            complaint: None,
        };
    }
    let answered = choose(of_rule, fallback, request, failure)
        .and_then(|handler| Ok((handler.name(), handler.handle(request, failure)?)));
    match answered {
        Ok((name, refusal)) => Answered {
            handler: Some(name),
            refusal,
            complaint: None,
        },
        Err(complaint) => Answered {
            handler: None,
            refusal: json::write(request, &complaint),
            complaint: Some(complaint),
        },
    }
}

fn choose<'a>(
    of_rule: &'a [ErrorHandler],
    fallback: &'a [ErrorHandler],
    request: &Request,
    failure: &Failure,
) -> Result<&'a ErrorHandler, Failure> {
    let mut chosen = None;
    for handler in of_rule {
        if handler.is_responsible(request, failure)? && chosen.replace(handler).is_some() {
            return Err(broken(
                "more than one error handler of the rule is responsible",
            ));
        }
    }
    if let Some(handler) = chosen {
        return Ok(handler);
    }
    for handler in fallback {
        if handler.enabled.is_err() {
            return Err(broken(&format!(
                "the fallback error handler `{}` is disabled or unknown",
                handler.name
            )));
        }
        if handler.is_responsible(request, failure)? {
            return Ok(handler);
        }
    }
    Err(broken("no error handler is responsible"))
}

/// A mistake in the configuration of error handlers.
fn broken(what: &str) -> Failure {
    Failure::internal()
        .with_reason("The configured error handlers do not determine one response.")
        .with_cause(what)
}

impl ErrorHandler {
    /// Builds the handler that a rule names.
    #[must_use]
    pub fn build(reference: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Self {
        let settings = Settings::of(HandlerKind::ErrorHandler, reference, config, shared);
        let built = Handler::build(&settings);
        let is_default = |handler: &Handler| handler.description().enabled_by_default;
        let enabled = match settings.global {
            None if built.as_ref().is_ok_and(is_default) => Ok(()),
            _ => settings.require_enabled(),
        };
        Self {
            name: settings.handler.to_owned(),
            enabled,
            built,
        }
    }

    /// The handler's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why the handler cannot be run, if it cannot.
    #[must_use]
    pub fn misconfigured(&self) -> Option<&Misconfigured> {
        self.built.as_ref().err().or(self.enabled.as_ref().err())
    }

    /// Whether the handler is to answer this failure, enabled or not.
    fn is_responsible(&self, request: &Request, failure: &Failure) -> Result<bool, Failure> {
        match &self.built {
            Ok(handler) => handler
                .conditions()
                .hold(request, failure)
                .map_err(|error| broken(&format!("error handler `{}`: {error}", self.name))),
            Err(wrong) if wrong.defect == Defect::Unknown => Err(broken(&format!(
                "no error handler is named `{}`",
                self.name
            ))),
            Err(wrong) => Err(wrong.failure()),
        }
    }

    fn handle(&self, request: &Request, failure: &Failure) -> Result<Refusal, Failure> {
        self.enabled.as_ref().map_err(Misconfigured::failure)?;
        let handler = self.built.as_ref().map_err(Misconfigured::failure)?;
        Ok(handler.respond(request, failure))
    }
}

#[cfg(test)]
mod tests;
