//! `remote_json`: sends JSON from a template to a service that allows or forbids the request.

use oathgate_gotemplate::Template;
use serde::de::IgnoredAny;

use super::{
    Authorize,
    service::{self, Parsed, Service, render},
};
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    handlers::{
        Description, Misconfigured, SetHeaders, Settings,
        options::{OptionValue, options},
    },
};

/// Sends JSON from a template to a service.
#[derive(Debug)]
pub(super) struct RemoteJson {
    service: Service,
    payload: Parsed,
}

const EXAMPLE: &str = "\
remote: https://authz.example.com/check
payload: |
  {\"subject\": {{ .Subject | toJson }}, \"resource\": {{ printIndex .MatchContext.RegexpCaptureGroups 0 | toJson }}}
forward_response_headers_to_upstream: [X-Role]";

options! {
    struct Options {
        /// The body of the request to the service, a template of a JSON text.
        #[required = Always]
        payload: String,
        ..service: service::Options
    }
}

impl Authorize for RemoteJson {
    const DESCRIPTION: Description = Description::new(
        "remote_json",
        "Sends JSON from a template to a service that allows or forbids the request.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .templates(&["headers", "payload"])
    .sets(SetHeaders::ItemsOf("forward_response_headers_to_upstream"))
    .services(&["remote"])
    .behind_api_gateway(
        "Each header of `forward_response_headers_to_upstream` is mapped by its name.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options { payload, service } = settings.parse()?;
        Ok(Self {
            payload: Template::parse("payload", &payload),
            service: Service::build(service, settings)?,
        })
    }

    async fn authorize(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let data = session.data();
        let payload = render(&self.payload, &data)?;
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&payload) {
            let place = format!("line {} column {}", error.line(), error.column());
            return Err(Failure::told("payload is not a JSON text")
                .because(ReasonCode::TemplateFailed)
                .with_cause(format!(
                    "the payload's template did not render valid JSON: {place}"
                )));
        }
        let mut service_request = self.service.request();
        service_request.header = self.service.headers("application/json", request, &data)?;
        service_request.body = payload.into();
        self.service
            .decide(&service_request, session, ports, "")
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        config::{Config, Format},
        handlers::{Shared, authorizers::Authorizer},
        rules::HandlerReference,
        testing::{ScriptedHttp, ports},
    };

    async fn authorize(payload: &str, status: u16) -> (Result<(), Failure>, Arc<ScriptedHttp>) {
        let config = "{authorizers: {remote_json: {enabled: true, config: {remote: 'http://authz.example/', payload: '{}'}}}}";
        let config = Config::parse(config, Format::Yaml, [("", ""); 0]).unwrap();
        let reference = HandlerReference {
            handler: "remote_json".into(),
            config: Some(json!({"payload": payload})),
        };
        let authorizer = Authorizer::build(&reference, &config, &Arc::new(Shared::default()));
        let http = ScriptedHttp::answering(status, "");
        let outcome = authorizer
            .authorize(&Request::default(), &mut Session::default(), &ports(&http))
            .await;
        (outcome, http)
    }

    #[tokio::test]
    async fn it_posts_the_payload_as_it_is() {
        for payload in [" {\"a\": 1}\n", "[1, null]", "\"text\"", "null", "1e400"] {
            let (outcome, http) = authorize(payload, 200).await;
            outcome.unwrap();
            assert_eq!(http.sent()[0].body, payload, "{payload}");
        }
    }

    #[tokio::test]
    async fn a_payload_that_is_no_json_refuses_without_asking() {
        for payload in ["", " ", "{'a': 1}", "{\"a\": 1,}", "{} {}", "{\"a\": }"] {
            let (outcome, http) = authorize(payload, 200).await;
            assert_eq!(outcome.unwrap_err().status(), 500, "{payload}");
            assert!(http.sent().is_empty());
        }
    }

    #[tokio::test]
    async fn its_error_for_another_status_has_a_sentence_of_its_own() {
        let (outcome, _) = authorize("{}", 401).await;
        assert_eq!(
            outcome.unwrap_err().message,
            "expected status code 200 but got 401"
        );
    }
}
