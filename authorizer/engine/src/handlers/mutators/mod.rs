//! Mutators: they set what the backend receives.

mod hydrated;

pub use hydrator::HydratedSessions;
pub use id_token::SignedTokens;
pub(crate) use id_token::keys_to_sign_with;

use std::sync::Arc;

use oathgate_gotemplate::{Line, ParseError, RenderError, Template, Value};

use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        registry::{handler_of_rule, handlers},
    },
};

/// A mutator.
pub(crate) trait Mutate: Sized {
    /// What is known of it before any is built.
    const DESCRIPTION: Description;

    /// Builds it from its configuration.
    ///
    /// # Errors
    /// A configuration that it cannot be run with.
    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured>;

    /// Runs it.
    ///
    /// # Errors
    /// The failure the client is refused with.
    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure>;
}

handlers! {
    Mutate {
        noop::Noop,
        header::HeaderMutator,
        cookie::CookieMutator,
        id_token::IdToken,
        hydrator::Hydrator,
    }
    async fn mutate(request: &mut Request, session: &mut Session, ports: &Ports) -> Result<(), Failure>;
}

handler_of_rule! {
    /// A mutator of a rule.
    Mutator
}

impl Mutator {
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
        self.handler()?.mutate(request, session, ports).await
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
mod tests;
