//! Decides the request of one event and makes the authorizer response.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use oathgate_apigateway::{
    AuthorizerError, AuthorizerResponse, Event, Responder, ResponderOptions, SecretHeaderTaken,
    decide,
};
use oathgate_engine::{
    DecisionTrace, Gate, Outcome as Decided, ReasonCode, manifest::Manifest, safety::VouchedHeaders,
};
use oathgate_http_client::{TimeLimits, TimeUp};

use crate::{
    BackendSecret, Level, Log, ServiceCalls, Settings,
    backend_secret::SecretValue,
    log::{self, Figures, Metrics, Outcome},
    service_calls::CallStatistics,
};

/// An invocation of the function, from Lambda's headers.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Lambda's id of the invocation.
    pub request_id: String,
    /// When Lambda ends the invocation.
    pub deadline: SystemTime,
    /// The `X-Amzn-Trace-Id` of requests to services.
    pub trace: Option<String>,
}

/// A gate behind API Gateway.
#[derive(Debug)]
pub struct LambdaAuthorizer {
    gate: Gate,
    responder: Responder,
    backend_secret: Option<BackendSecret>,
    settings: Settings,
    calls: Arc<ServiceCalls>,
    log: Log,
    warm: AtomicBool,
    time_limits: TimeLimits,
}

/// The result of one event, for the response and for the log.
struct Concluded {
    response: Result<AuthorizerResponse, AuthorizerError>,
    trace: DecisionTrace,
    api_request_id: String,
}

/// The content of an event's log line, for [`LambdaAuthorizer::write`].
#[derive(Debug)]
#[must_use = "every event has a line in the log"]
pub struct Record {
    request_id: String,
    api_request_id: String,
    outcome: Outcome,
    trace: DecisionTrace,
    took: Duration,
    statistics: CallStatistics,
    cold_start: bool,
}

impl LambdaAuthorizer {
    /// A gate that vouches for every header and cookie of `manifest`, with the options of `settings`. It sends
    /// requests to services with `calls`. If the settings name a header for the backend's secret, every request is
    /// refused [without the secret](LambdaAuthorizer::with_backend_secret).
    ///
    /// # Errors
    /// A rule that sets the secret's header.
    pub fn new(
        gate: Gate,
        manifest: &Manifest,
        settings: Settings,
        calls: Arc<ServiceCalls>,
        log: Log,
    ) -> Result<Self, SecretHeaderTaken> {
        let vouched = VouchedHeaders::new(manifest, &settings.stage.vouched);
        let options = ResponderOptions {
            allowed_origins: settings.allowed_origins.clone(),
            simple: settings.simple_answers,
        };
        Ok(Self {
            responder: Responder::new(vouched.clone(), options)?,
            gate: gate
                .with_path_policy(settings.stage.paths)
                .with_vouched_headers(vouched),
            backend_secret: None,
            settings,
            calls,
            log,
            warm: AtomicBool::new(false),
            time_limits: TimeLimits::default(),
        })
    }

    /// The same gate, which sends a secret to the backend with every grant.
    #[must_use]
    pub fn with_backend_secret(self, secret: BackendSecret) -> Self {
        Self {
            backend_secret: Some(secret),
            ..self
        }
    }

    /// Decides the request of an event, given as JSON. There always is a response: a panic or a near deadline is a
    /// refusal too. The caller has to write the record, which it can do while the response is being sent.
    pub async fn answer(
        &self,
        event: &str,
        invocation: &Invocation,
    ) -> (Result<AuthorizerResponse, AuthorizerError>, Record) {
        let begun = Instant::now();
        let cold_start = !self.warm.swap(true, Ordering::Relaxed);
        self.calls
            .begin(invocation.deadline, invocation.trace.clone());
        let time = ServiceCalls::time_to_decide(invocation.deadline);
        // Pinned once, here: a future that is moved is copied, and this is a large one.
        let concluding = pin!(self.conclude(event));
        let concluded = match self.time_limits.within(time, caught(concluding)).await {
            Ok(Ok(concluded)) => concluded,
            Ok(Err(Panicked)) => failed(ReasonCode::Panicked, "the decision panicked".to_owned()),
            Err(TimeUp) => failed(ReasonCode::TimeUp, "the function's time ran out".to_owned()),
        };
        let record = Record {
            request_id: invocation.request_id.clone(),
            api_request_id: concluded.api_request_id,
            outcome: outcome(&concluded.response),
            trace: concluded.trace,
            took: begun.elapsed(),
            statistics: self.calls.statistics(),
            cold_start,
        };
        (concluded.response, record)
    }

    async fn conclude(&self, text: &str) -> Concluded {
        let event = match Event::read(text) {
            Ok(event) => event,
            Err(error) => return failed(ReasonCode::EventUnreadable, error.to_string()),
        };
        let mut concluded = self.decide(&event).await;
        concluded.api_request_id = event.request_id.into_owned();
        concluded
    }

    async fn decide(&self, event: &Event<'_>) -> Concluded {
        let decision = match decide(&self.gate, &self.settings.stage, event).await {
            Ok(decision) => decision,
            Err(error) => return failed(ReasonCode::EventUnreadable, error.to_string()),
        };
        let secret = match (&self.backend_secret, &decision.outcome) {
            (Some(secret), Decided::Granted(_)) => secret.value().await,
            _ => None,
        };
        let secret = secret.as_ref().map(SecretValue::reveal);
        let responded = self.responder.respond(event, &decision, secret);
        let mut trace = decision.trace;
        if let Some(error) = responded.refused {
            error.write_into(&mut trace);
        }
        Concluded {
            response: responded.response,
            trace,
            api_request_id: String::new(),
        }
    }

    /// Writes the line about an event.
    pub fn write(&self, record: &Record) {
        let trace = &record.trace;
        let level = match record.outcome {
            Outcome::Error => Level::Error,
            _ if trace.code.is_fault() || trace.worked_around.is_some() => Level::Warn,
            _ => Level::Info,
        };
        let metrics = self.settings.metrics.as_ref().map(|settings| Metrics {
            settings,
            cold_start: record.cold_start,
            has_rule: trace.rule.is_some(),
            called: record.statistics.calls > 0,
            fault: match level {
                Level::Debug | Level::Info => None,
                Level::Warn if !trace.code.is_fault() => Some(log::WORKED_AROUND),
                Level::Warn | Level::Error => Some(trace.code.as_str()),
            },
        });
        let figures = Figures {
            ms: log::milliseconds(record.took),
            upstream_calls: record.statistics.calls,
            upstream_ms: log::milliseconds(record.statistics.time),
            cache_hits: trace.cache_hits,
            metrics,
        };
        if !self.log.writes(level) {
            if figures.metrics.is_some() {
                self.log
                    .measured(record.outcome, trace.rule.as_deref(), figures);
            }
            return;
        }
        let decided = log::Decided {
            request_id: &record.request_id,
            api_request_id: &record.api_request_id,
            outcome: record.outcome,
            status: trace.status,
            rule: trace.rule.as_deref(),
            overlapping: trace.overlapping.iter().map(AsRef::as_ref).collect(),
            step: trace.step.as_str(),
            handler: trace.handler.as_deref(),
            error_handler: trace.error_handler.as_deref(),
            code: trace.code.as_str(),
            reason: &trace.message,
            cause: &trace.cause,
            worked_around: trace.worked_around.as_deref(),
            empty_subject: trace.empty_subject,
            step_ms: trace.took.into(),
            cold_start: record.cold_start,
            figures,
        };
        self.log.write(level, "decided", decided);
    }
}

fn outcome(response: &Result<AuthorizerResponse, AuthorizerError>) -> Outcome {
    match response {
        Ok(response) if response.allows() => Outcome::Allow,
        Ok(_) => Outcome::Deny,
        Err(AuthorizerError::Unauthorized) => Outcome::Unauthorized,
        Err(AuthorizerError::Undecided) => Outcome::Error,
    }
}

/// There is no decision, because of `cause`, which is only logged.
fn failed(code: ReasonCode, cause: String) -> Concluded {
    Concluded {
        response: Err(AuthorizerError::Undecided),
        trace: DecisionTrace {
            status: 500,
            code,
            cause,
            ..DecisionTrace::default()
        },
        api_request_id: String::new(),
    }
}

struct Panicked;

/// Runs a future, and turns a panic inside it into an error. The gate holds no lock during operations that could
/// leave its state inconsistent.
async fn caught<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Panicked> {
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}
