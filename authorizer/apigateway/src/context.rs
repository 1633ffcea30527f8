//! The authorizer's context: what API Gateway maps to headers and shows in refusals.

use std::collections::{BTreeMap, btree_map::Entry};

use oathgate_engine::{Decision, Grant, Refusal, refusal_body, safety::VouchedHeaders};

use crate::{Event, GrantError, context_key::context_key, grant_error::MAX_HEADER_BYTES};

/// Context values by key; API Gateway takes strings, numbers and booleans.
pub(crate) type Context = BTreeMap<String, String>;

/// The context of a grant: each vouched header, never missing and never empty, and the backend's secret
/// where the stage has one.
pub(crate) fn of_grant(
    vouched: &VouchedHeaders,
    grant: &Grant,
    event: &Event<'_>,
    secret: Option<&str>,
) -> Result<Context, GrantError> {
    let for_backend = grant.for_backend.as_ref();
    let for_backend = for_backend.ok_or(GrantError::NoVouchedHeaders)?;
    let mut context = Context::new();
    let mut size = 0;
    if let Some(header) = &vouched.options().secret_header {
        let secret = secret.ok_or(GrantError::NoBackendSecret)?;
        size += header.len() + secret.len();
        // First, so that no header that only a service named can take its place.
        context.insert(context_key(header, event.kind), secret.to_owned());
    }
    for (name, value) in for_backend {
        size += name.len() + value.len();
        if size > MAX_HEADER_BYTES {
            return Err(GrantError::HeadersTooLarge);
        }
        match context.entry(context_key(name, event.kind)) {
            Entry::Vacant(place) => {
                place.insert(value.clone());
            }
            Entry::Occupied(known) if known.get() == value => {}
            Entry::Occupied(_) => return Err(GrantError::SharedContextKey(name.to_string())),
        }
    }
    // Whether API Gateway counts the client's own headers too is not known: it would answer 500.
    let is_mapped = |name: &str| vouched.names().any(|known| known == name);
    let own = event.headers.iter().filter(|(name, _)| !is_mapped(name));
    let own = own.map(|(name, value)| name.len() + value.len());
    if size + own.sum::<usize>() > MAX_HEADER_BYTES {
        return Err(GrantError::AllHeadersTooLarge);
    }
    Ok(context)
}

/// The context of a refusal: what gateway responses show to the client.
pub(crate) fn of_refusal(refusal: &Refusal, decision: &Decision) -> Context {
    let trace = &decision.trace;
    let mut context = Context::new();
    let mut put = |key: &str, value: String| {
        if value.len() <= MAX_HEADER_BYTES && !value.chars().any(char::is_control) {
            context.insert(key.to_owned(), value);
        }
    };
    put("status", refusal.status.to_string());
    if let Some(rule) = &trace.rule {
        put("rule", rule.to_string());
    }
    put("reason", trace.message.clone());
    if let Some(location) = refusal.header.get("Location") {
        put("location", location.to_owned());
        put("refresh", format!("0; url={location}"));
    }
    if let Some(challenge) = refusal.header.get("WWW-Authenticate") {
        put("www_authenticate", challenge.to_owned());
    }
    put("body", body(refusal, trace.status, &trace.message));
    context
}

/// The context of a refusal that a grant became.
pub(crate) fn of_grant_error(error: &GrantError) -> Context {
    let body = refusal_body::error(error.status(), error.message());
    Context::from([
        ("status".to_owned(), error.status().to_string()),
        ("reason".to_owned(), error.message().to_owned()),
        ("body".to_owned(), body),
    ])
}

/// The refusal's own body where it is JSON, on one line; else one like it, with the status that the
/// refusal had before an error handler redirected the browser.
fn body(refusal: &Refusal, status: u16, message: &str) -> String {
    serde_json::from_slice::<serde_json::Value>(&refusal.body)
        .ok()
        .filter(serde_json::Value::is_object)
        .map_or_else(
            || refusal_body::error(status, message),
            |body| body.to_string(),
        )
}

#[cfg(test)]
mod tests;
