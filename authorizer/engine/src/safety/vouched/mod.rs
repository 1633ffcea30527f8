//! The headers that a gate vouches for: the client cannot send them, and the backend always receives them.
//!
//! Oathkeeper decides about a request whatever headers it brings, and leaves it to its proxy to replace them.
//! A gateway that only replaces headers it is told to replace would let the client's own pass where a rule
//! sets none. So a gate that knows all vouched headers refuses requests that bring one, and has a value for
//! each of them on every grant.

mod forgery;
mod options;
mod value;

use std::{collections::BTreeSet, sync::Arc};

pub use forgery::Forgery;
use oathgate_gostd::Header;
use oathgate_gostd::canonical_header_name;
pub use options::{ForgedHeaders, VouchedHeaderOptions};
pub use value::ValueError;

use crate::{Grant, Request, manifest::Manifest};

/// The header that rules set tokens in.
const AUTHORIZATION: &str = "Authorization";

/// Every header that some rule of a gate sets, and what the stage says of them.
#[derive(Clone, Debug)]
pub struct VouchedHeaders {
    /// Canonical names, in their order, under which the backend receives them.
    names: Vec<Arc<str>>,
    /// The names of the cookies that rules set.
    cookies: Vec<String>,
    options: VouchedHeaderOptions,
}

impl VouchedHeaders {
    /// The headers and cookies that a manifest names, under the options of a stage.
    #[must_use]
    pub fn new(manifest: &Manifest, options: &VouchedHeaderOptions) -> Self {
        let canonical = |header: &String| canonical_header_name(header).into_owned();
        let options = VouchedHeaderOptions {
            client_headers: options.client_headers.iter().map(canonical).collect(),
            token_header: options.token_header.as_ref().map(canonical),
            secret_header: options.secret_header.as_ref().map(canonical),
            ..options.clone()
        };
        let names: BTreeSet<Arc<str>> = manifest
            .vouched
            .iter()
            .map(canonical)
            .map(|name| Arc::from(received_as(&name, options.token_header.as_deref())))
            .collect();
        Self {
            names: names.into_iter().collect(),
            cookies: manifest.cookies.clone(),
            options,
        }
    }

    /// The names under which the backend receives them, in their order. The headers that only a service
    /// names when it answers are not among them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The options that they were made with, with canonical names.
    #[must_use]
    pub fn options(&self) -> &VouchedHeaderOptions {
        &self.options
    }

    /// The name under which the backend receives what a rule sets under `name`.
    #[must_use]
    pub fn received_as<'n>(&'n self, name: &'n str) -> &'n str {
        received_as(name, self.options.token_header.as_deref())
    }

    /// Refuses a client that sends a header which could be taken for one of these, or for one that the
    /// gateway sets itself.
    ///
    /// # Errors
    /// The first such header.
    pub fn check_client(&self, request: &Request) -> Result<(), Forgery> {
        let client = &request.header;
        let vouched = || self.names().chain(request.set_by_gateway.iter().copied());
        let secret = self.options.secret_header.as_deref();
        forgery::mimicking(client, || vouched().chain(secret))?;
        if let Some(secret) = secret {
            forgery::secret(client, secret)?;
        }
        match self.options.forged {
            ForgedHeaders::Replace => Ok(()),
            ForgedHeaders::Refuse => {
                let is_client_header =
                    |name: &str| self.options.client_headers.iter().any(|own| own == name);
                forgery::forged(client, || vouched().filter(|name| !is_client_header(name)))
            }
        }
    }

    /// Refuses a client that sends a header which only this grant vouches for, because a service named it:
    /// no gateway knows that it is to be replaced.
    ///
    /// # Errors
    /// The first such header whose value is not the grant's.
    pub(crate) fn check_unlisted(&self, grant: &Grant, client: &Header) -> Result<(), Forgery> {
        if self.options.forged == ForgedHeaders::Replace {
            return Ok(());
        }
        grant.vouched.iter().try_for_each(|set_as| {
            let name = self.received_as(set_as);
            if self.lists(name) {
                return Ok(());
            }
            forgery::unlike(
                client,
                name,
                &value::joined(grant.header.values(set_as), ", "),
            )
        })
    }

    /// What the backend receives in each vouched header of a grant: never nothing, never empty.
    ///
    /// # Errors
    /// A value that would not reach the backend as it is.
    pub(crate) fn for_backend(
        &self,
        grant: &Grant,
        client: &Header,
    ) -> Result<Vec<(Arc<str>, String)>, ValueError> {
        let mut all = Vec::with_capacity(self.names.len() + grant.vouched.len());
        for name in &self.names {
            all.push((Arc::clone(name), self.value(name, grant, client)?));
        }
        for set_as in &grant.vouched {
            let name = self.received_as(set_as);
            if !all.iter().any(|(known, _)| **known == *name) {
                all.push((Arc::from(name), self.value(name, grant, client)?));
            }
        }
        Ok(all)
    }

    fn lists(&self, name: &str) -> bool {
        self.names.iter().any(|known| **known == *name)
    }
}

/// The name under which the backend receives a header, where `token_header` replaces `Authorization`.
fn received_as<'n>(name: &'n str, token_header: Option<&'n str>) -> &'n str {
    match token_header {
        Some(header) if name == AUTHORIZATION => header,
        _ => name,
    }
}

#[cfg(test)]
mod tests;
