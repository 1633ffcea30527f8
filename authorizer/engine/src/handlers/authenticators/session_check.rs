//! Asks a session service who a request belongs to: what `cookie_session` and `bearer_token` share.

mod read_answers;
mod reading;

use std::{collections::BTreeMap, sync::Arc};

pub(crate) use read_answers::ReadAnswers;
use reading::Reading;
use serde::Deserialize;

use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    go::{Header, Url, canonical_header_name},
    handlers::{Shared, Uri},
    ports::HttpResponse,
    service_request::{DEFAULT_TIMEOUT, ServiceRequest},
};

/// What a service's 429 tells the client.
const RATE_LIMIT_HEADERS: [&str; 5] = [
    "Retry-After",
    "X-Ratelimit-Limit",
    "X-Ratelimit-Remaining",
    "X-Ratelimit-Reset",
    "X-Ratelimit-Type",
];

/// The options both authenticators have.
#[derive(Debug, Deserialize)]
pub(super) struct Options {
    check_session_url: Uri,
    #[serde(default = "yes")]
    preserve_query: bool,
    #[serde(default)]
    preserve_path: bool,
    #[serde(default)]
    preserve_host: bool,
    #[serde(default)]
    force_method: String,
    #[serde(default)]
    forward_http_headers: Vec<Option<String>>,
    #[serde(default)]
    additional_headers: BTreeMap<String, String>,
    #[serde(default)]
    extra_from: String,
    #[serde(default)]
    subject_from: String,
}

fn yes() -> bool {
    true
}

/// A session service, and how it is asked.
#[derive(Debug)]
pub(super) struct SessionCheck {
    url: Url,
    preserve_query: bool,
    preserve_path: bool,
    preserve_host: bool,
    force_method: Option<String>,
    /// Canonical names of the request's headers that are handed on.
    forwarded: Vec<String>,
    additional: Vec<(String, String)>,
    extra_from: String,
    subject_from: String,
    shared: Arc<Shared>,
}

impl SessionCheck {
    /// `always_forwarded` is handed on beside the headers that the options name, `subject_from` is
    /// where the subject is found if they do not say.
    pub(super) fn new(
        options: Options,
        always_forwarded: &str,
        subject_from: &str,
        shared: &Arc<Shared>,
    ) -> Self {
        let or = |text: String, default: &str| {
            if text.is_empty() {
                default.to_owned()
            } else {
                text
            }
        };
        let mut forwarded: Vec<String> = options
            .forward_http_headers
            .iter()
            .flatten()
            .map(|name| canonical_header_name(name).into_owned())
            .collect();
        forwarded.push(always_forwarded.to_owned());
        Self {
            url: options.check_session_url.0,
            preserve_query: options.preserve_query,
            preserve_path: options.preserve_path,
            preserve_host: options.preserve_host,
            force_method: Some(options.force_method).filter(|method| !method.is_empty()),
            forwarded,
            additional: options.additional_headers.into_iter().collect(),
            extra_from: or(options.extra_from, "extra"),
            subject_from: or(options.subject_from, subject_from),
            shared: Arc::clone(shared),
        }
    }

    /// Asks the service, and writes subject and extra of its answer into the session.
    pub(super) async fn run(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let (answer, known) = self
            .shared
            .sessions
            .ask(self.service_request(request), ports)
            .await
            .map_err(|error| {
                Failure::forbidden()
                    .because(ReasonCode::ServiceFailed)
                    .with_reason("The session could not be checked.")
                    .with_cause(format!(
                        "the request to the session service failed: {error}"
                    ))
            })?;
        session.cache_hits += u32::from(known);
        match answer.status {
            200 => {
                let reading = Reading {
                    answer: &answer.body,
                    subject_from: &self.subject_from,
                    extra_from: &self.extra_from,
                };
                let read = self.shared.read_answers.get_or_read(&reading)?;
                session.subject = read.subject.to_string();
                session.extra = read.extra;
                Ok(())
            }
            429 => Err(too_many_requests(&answer)),
            403 if asks_for_a_second_factor(&answer.body) => Err(Failure::unauthorized()
                .with_cause(
                    "the session service answered 403: the session needs a second factor \
                     (`redirect_browser_to` in the answer says where to get it)",
                )),
            status => {
                let failure = Failure::unauthorized()
                    .with_cause(format!("the session service answered {status}"));
                Err(match status {
                    500.. => failure.because(ReasonCode::ServiceFailed),
                    _ => failure,
                })
            }
        }
    }

    fn service_request(&self, request: &Request) -> ServiceRequest {
        let mut url = self.url.clone();
        if !self.preserve_path {
            url.path.clone_from(&request.url.path);
        }
        if !self.preserve_query {
            url.raw_query.clone_from(&request.url.raw_query);
        }
        let method = self.force_method.as_ref().unwrap_or(&request.method);
        let mut service_request = ServiceRequest::new(method, url, DEFAULT_TIMEOUT);
        service_request.header = request
            .header_for_services()
            .iter()
            .filter(|(name, _)| self.forwarded.iter().any(|forwarded| forwarded == name))
            .collect();
        for (name, value) in &self.additional {
            service_request.header.set(name, value);
        }
        if self.preserve_host {
            service_request
                .header
                .set("X-Forwarded-Host", &request.host);
        }
        service_request
    }
}

/// Whether a session service's 403 sends the browser on to where a session gets its second factor, as
/// [Ory Kratos](https://www.ory.sh/docs/kratos/mfa/overview) does (`session_aal2_required`).
fn asks_for_a_second_factor(answer: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "redirect_browser_to")]
        _address: String,
    }
    serde_json::from_slice::<Answer>(answer).is_ok()
}

/// 429 with what the service says of its limits.
pub(super) fn too_many_requests(answer: &HttpResponse) -> Failure {
    let header: Header = RATE_LIMIT_HEADERS
        .iter()
        .filter_map(|name| Some((*name, answer.header(name)?)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    Failure {
        header,
        ..Failure::too_many_requests()
    }
    .with_cause("the service asks for patience with 429")
}

#[cfg(test)]
mod tests;
