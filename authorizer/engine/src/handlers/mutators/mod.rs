//! What the backend is told.

mod cookie;
mod header;
mod hydrated;
mod hydrator;
mod id_token;
mod noop;

use std::{borrow::Cow, sync::Arc};

pub use hydrator::HydratedSessions;
pub use id_token::SignedTokens;
pub(crate) use id_token::keys_to_sign_with;
use oathgate_gotemplate::{Line, ParseError, RenderError, Template, Value};

use crate::handlers::{HandlerKind, Misconfigured, Settings, Shared};
use crate::{
    Failure, Ports, ReasonCode, Request, Session, config::Config, rules::HandlerReference,
};

/// What the backend is told.
#[derive(Debug)]
pub enum Mutator {
    /// `noop`.
    Noop(noop::Noop),
    /// `header`.
    HeaderMutator(header::HeaderMutator),
    /// `cookie`.
    CookieMutator(cookie::CookieMutator),
    /// `id_token`.
    IdToken(id_token::IdToken),
    /// `hydrator`.
    Hydrator(Box<hydrator::Hydrator>),
    /// A handler that is unknown, disabled or wrongly configured: 500 for whoever reaches it.
    Misconfigured(Misconfigured),
}

impl Mutator {
    /// The names of all handlers of this kind.
    pub const NAMES: &[&str] = &["noop", "header", "cookie", "id_token", "hydrator"];

    /// Builds the handler that a rule names.
    #[must_use]
    pub fn build(reference: &HandlerReference, config: &Config, shared: &Arc<Shared>) -> Self {
        let settings = Settings::of(HandlerKind::Mutator, reference, config, shared);
        let built = match settings.handler {
            "noop" => noop::Noop::build(&settings).map(Self::Noop),
            "header" => header::HeaderMutator::build(&settings).map(Self::HeaderMutator),
            "cookie" => cookie::CookieMutator::build(&settings).map(Self::CookieMutator),
            "id_token" => id_token::IdToken::build(&settings).map(Self::IdToken),
            "hydrator" => {
                hydrator::Hydrator::build(&settings).map(|built| Self::Hydrator(Box::new(built)))
            }
            _ => Err(settings.unknown()),
        };
        built.unwrap_or_else(Self::Misconfigured)
    }

    /// The handler's name.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Noop(_) => "noop",
            Self::HeaderMutator(_) => "header",
            Self::CookieMutator(_) => "cookie",
            Self::IdToken(_) => "id_token",
            Self::Hydrator(_) => "hydrator",
            Self::Misconfigured(wrong) => return Cow::Owned(wrong.handler.clone()),
        })
    }

    /// Runs the handler.
    ///
    /// # Errors
    /// The failure the client is refused with.
    pub async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        match self {
            Self::Noop(handler) => {
                handler.mutate(request, session);
                Ok(())
            }
            Self::HeaderMutator(handler) => handler.mutate(request, session),
            Self::CookieMutator(handler) => handler.mutate(request, session),
            Self::IdToken(handler) => handler.mutate(request, session, ports).await,
            Self::Hydrator(handler) => handler.mutate(request, session, ports).await,
            Self::Misconfigured(wrong) => Err(wrong.failure()),
        }
    }
}

/// Sets a header that the gate vouches for.
fn set_header(request: &mut Request, session: &mut Session, name: &str, value: &str) {
    session.set_header(name, value);
    share_header(request, session, name, value);
}

/// Sets a header that the session has just got in the request too, where both have theirs together:
/// what `noop` made one map in Oathkeeper stays one.
fn share_header(request: &mut Request, session: &mut Session, name: &str, value: &str) {
    if session.shares_request_header {
        request.header.set(name, value);
        Arc::make_mut(&mut session.match_context)
            .header
            .set(name, value);
    }
}

/// What a template makes of the session, as the one line that a header holds.
fn render_line(template: &Result<Template, ParseError>, data: &Value) -> Result<String, Failure> {
    rendered(template, |template| template.render_line(data))
}

/// What a template makes of the session, as the value of a cookie.
fn render_cookie(template: &Result<Template, ParseError>, data: &Value) -> Result<Line, Failure> {
    rendered(template, |template| template.render_cookie(data))
}

/// What a template makes of the session. A template that does not parse is an error once it is
/// reached, as in Oathkeeper.
fn render(template: &Result<Template, ParseError>, data: &Value) -> Result<String, Failure> {
    rendered(template, |template| template.render(data))
}

fn rendered<T>(
    template: &Result<Template, ParseError>,
    render: impl FnOnce(&Template) -> Result<T, RenderError>,
) -> Result<T, Failure> {
    let failed = |error: String| Failure::plain(error).because(ReasonCode::TemplateFailed);
    let template = template
        .as_ref()
        .map_err(|error| failed(error.to_string()))?;
    render(template).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod hydrator_tests;
#[cfg(test)]
mod id_token_tests;
#[cfg(test)]
mod order_tests;
