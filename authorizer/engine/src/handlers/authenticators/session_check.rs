//! Checks a request with a session service: what `cookie_session` and `bearer_token` share.

mod read_answers;
mod reading;

use std::{collections::BTreeMap, sync::Arc};

use oathgate_gostd::{Header, Url, canonical_header_name};
pub(crate) use read_answers::ReadAnswers;
use reading::Reading;
use serde::Deserialize;

use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    config::{Shape, shape::ANY},
    handlers::{Description, Shared, Uri, options::options},
    ports::HttpResponse,
    service_request::{DEFAULT_TIMEOUT, ServiceRequest},
};

/// What a client receives of a service's 429.
const RATE_LIMIT_HEADERS: [&str; 5] = [
    "Retry-After",
    "X-Ratelimit-Limit",
    "X-Ratelimit-Remaining",
    "X-Ratelimit-Reset",
    "X-Ratelimit-Type",
];

/// What differs behind API Gateway for both authenticators.
pub(super) const BEHIND_API_GATEWAY: &str = "\
The session service is told the client's address that API Gateway saw, in place of `X-Forwarded-For` and `X-Real-Ip` of the \
client. A stage can keep the service's responses for a while (`sessionCache`).";

options! {
    /// The options both authenticators have.
    pub(super) struct Options {
        /// The URL of the session service: it responds with 200 and the session as JSON, or with 401.
        #[required = Always]
        check_session_url: Uri,
        /// Whether the query of `check_session_url` is kept; else it is replaced by the request's.
        #[default(true)]
        preserve_query: bool,
        /// Whether the path of `check_session_url` is kept; else it is replaced by the request's.
        preserve_path: bool,
        /// Whether the request's Host is sent as `X-Forwarded-Host`.
        preserve_host: bool,
        /// The method of the request to the session service, in place of the request's own.
        force_method: String,
        /// The request's headers that are sent to the session service, beside the one with the credentials.
        forward_http_headers: Vec<Option<String>> as Shape::list(&ANY),
        /// Headers that are added to the request to the session service.
        additional_headers: BTreeMap<String, String>,
        /// The GJSON path of the session's further data in the response; `@this` is all of it.
        #[default("extra")]
        extra_from: String,
    }
}

/// A session service, and what is sent to it.
#[derive(Debug)]
pub(super) struct SessionCheck {
    url: Url,
    preserve_query: bool,
    preserve_path: bool,
    preserve_host: bool,
    force_method: Option<String>,
    /// Canonical names of the request's headers that are sent on.
    forwarded: Vec<String>,
    additional: Vec<(String, String)>,
    extra_from: String,
    subject_from: String,
    shared: Arc<Shared>,
}

impl SessionCheck {
    /// A check of a handler with these options. The subject is read from `subject_from`, or from
    /// `default_subject_from` where that is empty. The header that the handler's description names is
    /// sent on beside those that the options name.
    pub(super) fn new(
        options: Options,
        subject_from: String,
        default_subject_from: &str,
        handler: &Description,
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
        forwarded.extend(handler.checks_session_with.map(str::to_owned));
        Self {
            url: options.check_session_url.0,
            preserve_query: options.preserve_query,
            preserve_path: options.preserve_path,
            preserve_host: options.preserve_host,
            force_method: Some(options.force_method).filter(|method| !method.is_empty()),
            forwarded,
            additional: options.additional_headers.into_iter().collect(),
            extra_from: or(options.extra_from, "extra"),
            subject_from: or(subject_from, default_subject_from),
            shared: Arc::clone(shared),
        }
    }

    /// Sends a request to the service, and writes subject and extra of its response into the session.
    pub(super) async fn run(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let (answer, known) = self
            .shared
            .sessions
            .send(self.service_request(request), ports)
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

/// 429 with the headers about limits that the service sent.
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
    .with_cause("the service responded with 429")
}

#[cfg(test)]
mod tests;
