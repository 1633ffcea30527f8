//! `header`: sets headers from templates.

use std::collections::BTreeMap;

use oathgate_gostd::canonical_header_name;
use oathgate_gotemplate::{ParseError, Template};

use super::Mutate;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, SetHeaders, Settings,
        options::{OptionValue, options},
    },
};

/// Sets headers, each from a template of its own.
///
/// The templates of one mutator see the session as it was before it; Oathkeeper takes them in random
/// order.
#[derive(Debug)]
pub(super) struct HeaderMutator {
    headers: Vec<(String, Result<Template, ParseError>)>,
}

options! {
    struct Options {
        /// Headers that the backend receives, each value a template.
        #[required = Always]
        headers: BTreeMap<String, String>,
    }
}

impl Mutate for HeaderMutator {
    const DESCRIPTION: Description =
        Description::new("header", "Sets headers from templates.")
            .options(
                &Options::SHAPE,
                "headers: {X-User: '{{ print .Subject }}', X-Email: '{{ print .Extra.email }}'}",
            )
            .templates(&["headers"])
            .sets(SetHeaders::KeysOf("headers"))
            .behind_api_gateway(
                "Each header is vouched for: it is mapped by its name, has the stage's placeholder behind rules \
                 that do not set it, and a request in which the client itself sends it is refused. Headers that \
                 API Gateway reserves or sets itself are findings of `oathgate rules check`.",
            );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
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

    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        _ports: &Ports,
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
