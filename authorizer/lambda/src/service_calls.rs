//! Requests to services: the one HTTP client, with time-outs that end before the invocation's deadline.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use oathgate_engine::ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse};
use oathgate_http_client::Client;

use crate::{Level, Log};

/// How long before Lambda's deadline requests to services time out.
const SERVICE_MARGIN: Duration = Duration::from_millis(250);

/// How long before Lambda's deadline a decision is aborted. It is shorter than [`SERVICE_MARGIN`], so that a slow
/// service leads to a refusal that names it.
const DECISION_MARGIN: Duration = Duration::from_millis(125);

/// AWS X-Ray's [trace header](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
const TRACE: &str = "X-Amzn-Trace-Id";

/// Sends requests to services for the current invocation. An environment of Lambda handles one at a time.
#[derive(Debug)]
pub struct ServiceCalls {
    client: Client,
    log: Log,
    current: Mutex<Current>,
}

#[derive(Debug, Default)]
struct Current {
    deadline: Option<SystemTime>,
    trace: Option<String>,
    statistics: CallStatistics,
    /// The requests that have no response yet, and when each was sent.
    under_way: Vec<(u64, Instant)>,
    /// How many requests there have been, in all invocations.
    count: u64,
}

/// A request that has no response yet. Its duration counts for the invocation that sent it, whether a response
/// arrives or the request is dropped.
struct UnderWay<'a> {
    calls: &'a ServiceCalls,
    number: u64,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut current = self.calls.current();
        let own = |(number, _): &(u64, Instant)| *number == self.number;
        if let Some(index) = current.under_way.iter().position(own) {
            let (_, sent) = current.under_way.swap_remove(index);
            current.statistics.time += sent.elapsed();
        }
    }
}

/// How many requests an invocation sent to services, and how long they took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallStatistics {
    pub(crate) calls: u32,
    pub(crate) time: Duration,
}

impl ServiceCalls {
    /// Sends requests with `client`, and writes a line about each if `log` writes debug lines.
    #[must_use]
    pub fn new(client: Client, log: Log) -> Self {
        Self {
            client,
            log,
            current: Mutex::default(),
        }
    }

    /// Begins an invocation: every request from now on times out shortly before its deadline, and has its trace
    /// header.
    pub(crate) fn begin(&self, deadline: SystemTime, trace: Option<String>) {
        let mut current = self.current();
        current.deadline = Some(deadline);
        current.trace = trace;
        current.statistics = CallStatistics::default();
        current.under_way.clear();
    }

    /// The requests since the invocation began, including the time so far of those without a response.
    pub(crate) fn statistics(&self) -> CallStatistics {
        let current = self.current();
        let waiting = current.under_way.iter().map(|(_, sent)| sent.elapsed());
        CallStatistics {
            calls: current.statistics.calls,
            time: current.statistics.time + waiting.sum::<Duration>(),
        }
    }

    /// How long a decision may take until `deadline`.
    pub(crate) fn time_to_decide(deadline: SystemTime) -> Duration {
        time_until(deadline, DECISION_MARGIN)
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request, and gives it the invocation's deadline and trace.
    fn prepare(&self, request: &mut HttpRequest) -> UnderWay<'_> {
        let mut current = self.current();
        current.statistics.calls += 1;
        current.count += 1;
        let number = current.count;
        current.under_way.push((number, Instant::now()));
        if let Some(deadline) = current.deadline {
            request.timeout = request.timeout.min(time_until(deadline, SERVICE_MARGIN));
        }
        if let Some(trace) = &current.trace
            && !request
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(TRACE))
        {
            request.headers.push((TRACE.to_owned(), trace.clone()));
        }
        UnderWay {
            calls: self,
            number,
        }
    }
}

fn time_until(deadline: SystemTime, margin: Duration) -> Duration {
    let left = deadline
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    left.saturating_sub(margin)
}

impl HttpClient for ServiceCalls {
    fn send(&self, mut request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            let under_way = self.prepare(&mut request);
            let method = self
                .log
                .writes(Level::Debug)
                .then(|| request.method.clone());
            let begun = Instant::now();
            let response = self.client.fetch(request).await;
            drop(under_way);
            if let Some(method) = method {
                self.log.called(&method, &response, begun.elapsed());
            }
            response
        })
    }
}
