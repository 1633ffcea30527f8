//! Stand-ins for the ports, for tests: a scripted HTTP client, a map of key sets, a clock that
//! stands still.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse, Ports};

pub use oathgate_jose::testing::{ChangingKeys, FixedClock, MapKeys};

/// An HTTP client that gives prepared answers in turn and remembers what it was asked.
#[derive(Debug, Default)]
pub struct ScriptedHttp {
    answers: Mutex<Vec<Result<HttpResponse, HttpError>>>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl ScriptedHttp {
    /// A client with these answers, the first for the first request. The last one is repeated; with
    /// none, every request fails to connect.
    #[must_use]
    pub fn new(answers: impl IntoIterator<Item = Result<HttpResponse, HttpError>>) -> Arc<Self> {
        let answers: Vec<_> = answers.into_iter().collect();
        Arc::new(Self {
            answers: Mutex::new(answers),
            asked: Mutex::default(),
        })
    }

    /// A client that answers every request with a status and a body.
    #[must_use]
    pub fn answering(status: u16, body: impl Into<Bytes>) -> Arc<Self> {
        Self::new([Ok(answer(status, &[], body))])
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<HttpRequest> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl HttpClient for ScriptedHttp {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers
                .first()
                .cloned()
                .unwrap_or_else(|| Err(HttpError::Connect("no answer is prepared".to_owned())))
        };
        Box::pin(std::future::ready(answer))
    }
}

/// An answer of a service.
#[must_use]
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> HttpResponse {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    HttpResponse {
        status,
        headers,
        body: body.into(),
    }
}

/// Ports with this HTTP client, no keys, and a clock that stands at a fixed moment.
#[must_use]
pub fn ports(http: &Arc<ScriptedHttp>) -> Ports {
    let http: Arc<ScriptedHttp> = Arc::clone(http);
    Ports {
        http,
        keys: Arc::new(MapKeys::default()),
        clock: FixedClock::at(1_750_000_000),
    }
}
