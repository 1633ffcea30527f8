//! Asks a session service who a request belongs to: what `cookie_session` and `bearer_token` share.

mod read_answers;

use std::{collections::BTreeMap, sync::Arc};

use oathgate_template::Value;
use read_answers::Read;
pub(crate) use read_answers::ReadAnswers;
use serde::Deserialize;

use crate::{
    Failure, Ports, ReasonCode, Request, Session, gjson,
    go::{Header, Url, canonical_header_name, decode_json},
    outgoing::{ANSWER_WITHIN, Outgoing},
    pipeline::{Shared, Uri, session_cache::is_blank_or_json},
    ports::HttpResponse,
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
            .ask(self.question(request), ports)
            .await
            .map_err(|error| {
                Failure::forbidden()
                    .because(ReasonCode::ServiceFailed)
                    .with_reason("The session could not be checked.")
                    .with_cause(format!("the session service was not asked: {error}"))
            })?;
        session.cache_hits += u32::from(known);
        match answer.status {
            200 => {
                let paths = [self.subject_from.as_str(), self.extra_from.as_str()];
                let read = || self.read(&answer.body);
                let read = self
                    .shared
                    .read_answers
                    .get_or_read(paths, &answer.body, read)?;
                session.subject = read.subject.to_string();
                session.extra = read.extra;
                Ok(())
            }
            429 => Err(too_many_requests(&answer)),
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

    fn question(&self, request: &Request) -> Outgoing {
        let mut url = self.url.clone();
        if !self.preserve_path {
            url.path.clone_from(&request.url.path);
        }
        if !self.preserve_query {
            url.raw_query.clone_from(&request.url.raw_query);
        }
        let method = self.force_method.as_ref().unwrap_or(&request.method);
        let mut question = Outgoing::new(method, url, ANSWER_WITHIN);
        question.header = request
            .header
            .iter()
            .filter(|(name, _)| self.forwarded.iter().any(|forwarded| forwarded == name))
            .collect();
        for (name, value) in &self.additional {
            question.header.set(name, value);
        }
        if self.preserve_host {
            question.header.set("X-Forwarded-Host", &request.host);
        }
        question
    }

    /// Oathkeeper takes whatever stands in a 200; an answer that is neither blank nor JSON, such as
    /// a login page that the service redirects to, shows no session.
    fn read(&self, body: &[u8]) -> Result<Read, Failure> {
        if !is_blank_or_json(body) {
            return Err(Failure::forbidden()
                .because(ReasonCode::AnswerUnfit)
                .with_reason("The session service's answer shows no session.")
                .with_cause("the session service answered 200 with something that is no JSON"));
        }
        let subject = match value_at(body, &self.subject_from, "subject_from")? {
            Value::Nil => Arc::from(""),
            Value::Str(subject) => subject,
            _ => {
                return Err(unfit(
                    "subject_from",
                    "it leads to a value that is no string",
                ));
            }
        };
        let extra = match value_at(body, &self.extra_from, "extra_from")? {
            Value::Nil => None,
            Value::Map(extra) => Some(extra),
            _ => return Err(unfit("extra_from", "it leads to a value that is no object")),
        };
        Ok(Read { subject, extra })
    }
}

/// The value at a path of an answer; nil where there is none.
fn value_at(body: &[u8], path: &str, option: &str) -> Result<Value, Failure> {
    let found = gjson::get(body, path.as_bytes());
    if found.raw.is_empty() {
        return Ok(Value::Nil);
    }
    decode_json(&found.raw).map_err(|error| unfit(option, &error.to_string()))
}

fn unfit(option: &str, why: &str) -> Failure {
    Failure::forbidden()
        .because(ReasonCode::AnswerUnfit)
        .with_reason(format!(
            "The session service's answer does not fit the configured {option}."
        ))
        .with_cause(format!(
            "`{option}` does not fit the session service's answer: {why}"
        ))
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
