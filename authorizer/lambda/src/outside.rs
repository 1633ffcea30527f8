//! What a decision reaches outside with: the one HTTP client, kept inside the invocation's time.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use oathgate_engine::ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse};
use oathgate_http_client::Client;

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
    /// The requests that have no answer yet, and when each was sent.
    under_way: Vec<(u64, Instant)>,
    /// How many requests there have been, in all invocations.
    count: u64,
}

/// A request that has no answer yet. Its time counts for the invocation that sent it, whether an answer
/// comes or nobody waits for it any longer.
struct UnderWay<'a> {
    outside: &'a Outside,
    number: u64,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut current = self.outside.current();
        let own = |(number, _): &(u64, Instant)| *number == self.number;
        if let Some(index) = current.under_way.iter().position(own) {
            let (_, sent) = current.under_way.swap_remove(index);
            current.asked.time += sent.elapsed();
        }
    }
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
        let mut current = self.current();
        current.deadline = Some(deadline);
        current.trace = trace;
        current.asked = Asked::default();
        current.under_way.clear();
    }

    /// What was asked since the invocation began, with the time so far of what has no answer yet.
    pub(crate) fn asked(&self) -> Asked {
        let current = self.current();
        let waiting = current.under_way.iter().map(|(_, sent)| sent.elapsed());
        Asked {
            calls: current.asked.calls,
            time: current.asked.time + waiting.sum::<Duration>(),
        }
    }

    /// How long a decision may take until `deadline`.
    pub(crate) fn time_to_decide(deadline: SystemTime) -> Duration {
        time_until(deadline, LAST_MOMENT)
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request, and gives it the invocation's deadline and trace.
    fn prepare(&self, request: &mut HttpRequest) -> UnderWay<'_> {
        let mut current = self.current();
        current.asked.calls += 1;
        current.count += 1;
        let number = current.count;
        current.under_way.push((number, Instant::now()));
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
        UnderWay {
            outside: self,
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

impl HttpClient for Outside {
    fn send(&self, mut request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            let under_way = self.prepare(&mut request);
            let method = self
                .log
                .writes(Level::Debug)
                .then(|| request.method.clone());
            let begun = Instant::now();
            let answer = self.client.ask(request).await;
            drop(under_way);
            if let Some(method) = method {
                self.log.asked(&method, &answer, begun.elapsed());
            }
            answer
        })
    }
}
