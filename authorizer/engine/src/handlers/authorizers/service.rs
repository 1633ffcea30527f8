//! What `remote` and `remote_json` have in common: headers from templates, a service that is asked
//! until it answers, and headers of its answer for the backend.

use std::{collections::BTreeMap, time::Duration};

use oathgate_gotemplate::{ParseError, Template, Value};
use serde::Deserialize;

use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    go::{Header, parse_duration},
    handlers::{retry::Retries, uri::Uri},
    ports::HttpResponse,
    service_request::ServiceRequest,
};

/// How long one attempt may take. Oathkeeper waits for hours; whoever waits for the gate does not.
pub(super) const ATTEMPT: Duration = Duration::from_secs(30);
/// How often a service is asked.
const ATTEMPTS: u32 = 5;
/// The longest wait where the configuration names none.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// `retry`. What stands at `max_delay` has no effect, in Oathkeeper neither.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RetrySettings {
    give_up_after: Option<String>,
    #[serde(rename = "max_delay")]
    _max_delay: Option<String>,
}

impl RetrySettings {
    /// How a service is asked again; `None` where the duration is too long to be one.
    pub(super) fn retries(&self) -> Option<Retries> {
        let longest_wait = match &self.give_up_after {
            Some(text) => parse_duration(text)?,
            None => LONGEST_WAIT,
        };
        Some(Retries {
            attempts: ATTEMPTS,
            longest_wait,
        })
    }
}

/// A template, or why it is none: an error only for who reaches it.
pub(super) type Parsed = Result<Template, ParseError>;

/// The text a template makes of the session.
pub(super) fn render(template: &Parsed, data: &Value) -> Result<String, Failure> {
    let template = template
        .as_ref()
        .map_err(|error| Failure::plain(error.to_string()).because(ReasonCode::TemplateFailed))?;
    template
        .render(data)
        .map_err(|error| Failure::plain(error.to_string()).because(ReasonCode::TemplateFailed))
}

/// A service that says yes or no by the status of its answer.
#[derive(Debug)]
pub(super) struct Service {
    url: Uri,
    headers: Vec<(String, Parsed)>,
    forwarded: Vec<String>,
    retries: Retries,
}

impl Service {
    /// A service at a URL, with templates of headers by name and the names of forwarded ones.
    pub(super) fn new(
        url: Uri,
        headers: BTreeMap<String, String>,
        forwarded: Vec<String>,
        retries: Retries,
    ) -> Self {
        let headers = headers
            .into_iter()
            .map(|(name, text)| {
                let template = Template::parse(&name, &text);
                (name, template)
            })
            .collect();
        Self {
            url,
            headers,
            forwarded,
            retries,
        }
    }

    /// The headers that go along: the request's `Authorization`, then what the templates make. A
    /// template that makes nothing sends nothing.
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

    /// Asks the service; its 200 allows and its 403 forbids. `sentence` begins what clients may read
    /// of any other status.
    pub(super) async fn ask(
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

/// What an answer's status says.
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
