//! `header`: sets headers from templates.

use std::collections::BTreeMap;

use oathgate_gotemplate::{ParseError, Template};
use serde::Deserialize;

use crate::{
    Failure, Request, Session,
    go::canonical_header_name,
    handlers::{Misconfigured, Settings},
};

/// Sets headers, each from a template of its own.
///
/// The templates of one mutator see the session as it was before it; Oathkeeper takes them in random
/// order.
#[derive(Debug)]
pub struct HeaderMutator {
    headers: Vec<(String, Result<Template, ParseError>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    headers: BTreeMap<String, String>,
}

impl HeaderMutator {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Config = settings.parse()?;
        let headers = config
            .headers
            .into_iter()
            .map(|(name, text)| {
                let name = canonical_header_name(&name).into_owned();
                let template = Template::parse(&name, &text);
                (name, template)
            })
            .collect();
        Ok(Self { headers })
    }

    pub(crate) fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
    ) -> Result<(), Failure> {
        let data = session.data();
        let rendered = self
            .headers
            .iter()
            .map(|(name, template)| Ok((name, super::render_line(template, &data)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        for (name, value) in rendered {
            super::set_header(request, session, name, &value);
        }
        Ok(())
    }
}
