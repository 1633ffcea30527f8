//! The services of a test: prepared responses in place of a network.

use std::sync::{Mutex, PoisonError};

use oathgate_engine::ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse};
use oathgate_gostd::bytes_of_text;
use serde_json::Value;

use super::file::{Fault, ServiceAnswer};

/// Answers each request with the first prepared response that matches it.
#[derive(Debug)]
pub(super) struct Services {
    answers: Vec<ServiceAnswer>,
    unanswered: Mutex<Vec<String>>,
}

impl Services {
    pub(super) fn new(answers: impl IntoIterator<Item = ServiceAnswer>) -> Self {
        Self {
            answers: answers.into_iter().collect(),
            unanswered: Mutex::default(),
        }
    }

    /// The requests that no response matches, without their queries, which may hold a token.
    pub(super) fn unanswered(&self) -> Vec<String> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        let Some(answer) = self.answers.iter().find(|answer| matches(answer, request)) else {
            let address = without_query(&request.url);
            let unmatched = format!("{} {address}", request.method);
            let mut unanswered = self
                .unanswered
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !unanswered.contains(&unmatched) {
                unanswered.push(unmatched);
            }
            return Err(HttpError::Connect("the test has no response".to_owned()));
        };
        match answer.fault {
            Some(Fault::Unreachable) => Err(HttpError::Connect(
                "the test expects this failure".to_owned(),
            )),
            Some(Fault::Timeout) => Err(HttpError::Timeout),
            None => Ok(response(answer)),
        }
    }
}

impl HttpClient for Services {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(std::future::ready(self.answer(&request)))
    }
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

fn matches(answer: &ServiceAnswer, request: &HttpRequest) -> bool {
    let url = if answer.url.contains('?') {
        request.url.as_str()
    } else {
        without_query(&request.url)
    };
    let holds = |name: &str, text: &str| {
        request
            .headers
            .iter()
            .any(|(known, value)| known.eq_ignore_ascii_case(name) && value.contains(text))
    };
    let has_url = match answer.url.strip_prefix('*') {
        Some(end) => url.ends_with(end),
        None => answer.url == url,
    };
    has_url
        && answer
            .method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
        && answer.when.iter().all(|(name, text)| holds(name, text))
}

fn response(answer: &ServiceAnswer) -> HttpResponse {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let body = match &answer.body {
        Value::Null => Vec::new(),
        Value::String(text) => bytes_of_text(text).to_vec(),
        value => {
            let named = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
            if !headers.iter().any(named) {
                headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            }
            value.to_string().into_bytes()
        }
    };
    HttpResponse {
        status: answer.status,
        headers,
        body: body.into(),
    }
}
