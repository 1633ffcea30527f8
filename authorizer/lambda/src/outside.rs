//! What a decision reaches outside with: the one HTTP client, kept inside the invocation's time.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use oathgate_engine::ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse};
use oathgate_outbound::Client;

use crate::{Level, Log};

/// How long before Lambda's deadline the last answer of a service has to be there.
const LAST_ANSWER: Duration = Duration::from_millis(250);

/// How long before Lambda's deadline a decision is given up. What a service that was too slow leads to is
/// a refusal that says so, and comes before.
const LAST_MOMENT: Duration = Duration::from_millis(125);

/// AWS X-Ray's [trace header](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
const TRACE: &str = "X-Amzn-Trace-Id";

/// Asks services for the invocation that is under way. Lambda gives an environment one at a time.
#[derive(Debug)]
pub struct Outside {
    client: Client,
    log: Log,
    current: Mutex<Current>,
}

#[derive(Debug, Default)]
struct Current {
    deadline: Option<SystemTime>,
    trace: Option<String>,
    asked: Asked,
}

/// What asking cost an invocation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) calls: u32,
    pub(crate) time: Duration,
}

impl Outside {
    /// Asks through `client`, and where `log` has debug lines, writes one about each question.
    #[must_use]
    pub fn new(client: Client, log: Log) -> Self {
        Self {
            client,
            log,
            current: Mutex::default(),
        }
    }

    /// Begins an invocation: nothing asked from now on takes longer than until shortly before its
    /// deadline, and all of it carries the trace.
    pub(crate) fn begin(&self, deadline: SystemTime, trace: Option<String>) {
        *self.current() = Current {
            deadline: Some(deadline),
            trace,
            asked: Asked::default(),
        };
    }

    /// What was asked since the invocation began.
    pub(crate) fn asked(&self) -> Asked {
        self.current().asked
    }

    /// How long a decision may take until `deadline`.
    pub(crate) fn time_to_decide(deadline: SystemTime) -> Duration {
        time_until(deadline, LAST_MOMENT)
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepare(&self, request: &mut HttpRequest) {
        let mut current = self.current();
        current.asked.calls += 1;
        if let Some(deadline) = current.deadline {
            request.timeout = request.timeout.min(time_until(deadline, LAST_ANSWER));
        }
        if let Some(trace) = &current.trace
            && !request
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(TRACE))
        {
            request.headers.push((TRACE.to_owned(), trace.clone()));
        }
    }
}

fn time_until(deadline: SystemTime, margin: Duration) -> Duration {
    let left = deadline
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    left.saturating_sub(margin)
}

impl HttpClient for Outside {
    fn send(&self, mut request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            self.prepare(&mut request);
            let method = self
                .log
                .writes(Level::Debug)
                .then(|| request.method.clone());
            let begun = Instant::now();
            let answer = self.client.ask(request).await;
            let took = begun.elapsed();
            self.current().asked.time += took;
            if let Some(method) = method {
                self.log.asked(&method, &answer, took);
            }
            answer
        })
    }
}
