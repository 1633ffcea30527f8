//! What `remote` and `remote_json` have in common: headers from templates, a service whose status
//! decides, and headers of its response for the backend.

use std::{collections::BTreeMap, time::Duration};

use oathgate_gostd::{Header, parse_duration};
use oathgate_gotemplate::{ParseError, Template, Value};

use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    config::{Form, Shape, shape::TEXT},
    handlers::{Misconfigured, Settings, options::options, retry::Retries, uri::Uri},
    ports::HttpResponse,
    service_request::ServiceRequest,
};

/// How long one attempt may take. Oathkeeper waits for hours; clients of the gate do not.
pub(super) const ATTEMPT: Duration = Duration::from_secs(30);
/// How often a request is sent at most.
const ATTEMPTS: u32 = 5;

/// `forward_response_headers_to_upstream`: names, each once.
const FORWARDED: Shape = Shape::set(&TEXT);

options! {
    /// The options both have.
    pub(super) struct Options {
        /// The service that decides: 200 allows, 403 forbids.
        #[required = Always]
        remote: Uri,
        /// Headers of the request to the service, each value a template; empty ones are left out.
        headers: BTreeMap<String, String>,
        /// Headers of the response that the backend receives; one that is missing is empty.
        #[default([])]
        forward_response_headers_to_upstream: Vec<String> as FORWARDED,
        /// When the request is sent again.
        retry: RetryOptions,
    }
}

options! {
    /// `retry`.
    pub(super) struct RetryOptions {
        /// The longest wait before the request is sent again.
        #[default("1s")]
        give_up_after: String as Shape::text(Form::Duration),
        /// Accepted as in Oathkeeper, which ignores it too.
        #[default("100ms")]
        #[unread = "as in Oathkeeper"]
        max_delay: String as Shape::text(Form::Duration),
    }
}

impl RetryOptions {
    /// How often the request is sent; `None` where the duration is longer than 290 years.
    pub(super) fn retries(&self) -> Option<Retries> {
        Some(Retries {
            attempts: ATTEMPTS,
            longest_wait: parse_duration(&self.give_up_after)?,
        })
    }
}

/// A template, or why it does not parse: an error only for requests that reach it.
pub(super) type Parsed = Result<Template, ParseError>;

/// A template rendered with the session.
pub(super) fn render(template: &Parsed, data: &Value) -> Result<String, Failure> {
    let template = template
        .as_ref()
        .map_err(|error| Failure::plain(error.to_string()).because(ReasonCode::TemplateFailed))?;
    template
        .render(data)
        .map_err(|error| Failure::plain(error.to_string()).because(ReasonCode::TemplateFailed))
}

/// A service that allows or forbids by the status of its response.
#[derive(Debug)]
pub(super) struct Service {
    url: Uri,
    headers: Vec<(String, Parsed)>,
    forwarded: Vec<String>,
    retries: Retries,
}

impl Service {
    /// The service of a handler with these options.
    ///
    /// # Errors
    /// A duration that is too long.
    pub(super) fn build(options: Options, settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let retries = options
            .retry
            .retries()
            .ok_or_else(|| settings.misconfigured("`retry.give_up_after` is too long"))?;
        let headers = options
            .headers
            .into_iter()
            .map(|(name, text)| {
                let template = Template::parse(&name, &text);
                (name, template)
            })
            .collect();
        Ok(Self {
            url: options.remote,
            headers,
            forwarded: options.forward_response_headers_to_upstream,
            retries,
        })
    }

    /// The headers of the request to the service: the request's own `Authorization`, then those from
    /// templates, without empty ones.
    pub(super) fn headers(
        &self,
        content_type: &str,
        request: &Request,
        data: &Value,
    ) -> Result<Header, Failure> {
        let mut header = Header::default();
        header.set("Content-Type", content_type);
        if let Some(credentials) = request
            .header
            .get("Authorization")
            .filter(|text| !text.is_empty())
        {
            header.set("Authorization", credentials);
        }
        for (name, template) in &self.headers {
            let value = render(template, data)?;
            if !value.is_empty() {
                header.set(name, value);
            }
        }
        Ok(header)
    }

    /// The request to the service, without headers and body.
    pub(super) fn request(&self) -> ServiceRequest {
        ServiceRequest::new("POST", self.url.0.clone(), ATTEMPT)
    }

    /// Sends a request to the service; its 200 allows and its 403 forbids. `sentence` begins what
    /// clients may read of any other status.
    pub(super) async fn decide(
        &self,
        service_request: &ServiceRequest,
        session: &mut Session,
        ports: &Ports,
        sentence: &'static str,
    ) -> Result<(), Failure> {
        let answer = self.retries.send(service_request, ports).await?;
        verdict(&answer, sentence)?;
        for name in &self.forwarded {
            let value = answer.header(name).unwrap_or_default().to_owned();
            session.set_header(name, value);
        }
        Ok(())
    }
}

/// Whether a response allows, by its status.
pub(super) fn verdict(answer: &HttpResponse, sentence: &str) -> Result<(), Failure> {
    match answer.status {
        200 => Ok(()),
        403 => Err(Failure::forbidden().with_cause("the service forbids it")),
        status => Err(Failure::told(format!(
            "{sentence}expected status code 200 but got {status}"
        ))
        .because(ReasonCode::ServiceFailed)),
    }
}
